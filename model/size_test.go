package model_test

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// sizeOf is how many bytes values hold together, with everything that they point to, and nothing twice. Unlike the
// heap's own count it depends neither on what else runs nor on what watches.
func sizeOf(values ...any) float64 {
	m := memory{}
	for _, v := range values {
		m.visit(reflect.ValueOf(v))
	}
	slices.SortFunc(m, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	var sum, end uintptr
	for _, s := range m {
		if s.to > end {
			sum += s.to - max(s.from, end)
			end = s.to
		}
	}
	return float64(sum)
}

// stretch is memory from one address to another.
type stretch struct{ from, to uintptr }

// memory is the stretches that were seen.
type memory []stretch

// add notes a stretch; it is false where there is none, or where it is known.
func (m *memory) add(from, size uintptr) bool {
	s := stretch{from, from + size}
	if size == 0 || slices.Contains(*m, s) {
		return false
	}
	*m = append(*m, s)
	return true
}

func (m *memory) visit(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && m.add(v.Pointer(), v.Type().Elem().Size()) {
			m.visit(v.Elem())
		}
	case reflect.Slice:
		if m.add(v.Pointer(), uintptr(v.Cap())*v.Type().Elem().Size()) && !plain(v.Type().Elem().Kind()) {
			for i := range v.Len() {
				m.visit(v.Index(i))
			}
		}
	case reflect.Array:
		for i := 0; i < v.Len() && !plain(v.Type().Elem().Kind()); i++ {
			m.visit(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			m.visit(v.Field(i))
		}
	case reflect.Interface:
		m.visit(v.Elem())
	case reflect.Map:
		for _, key := range v.MapKeys() {
			m.visit(key)
			m.visit(v.MapIndex(key))
		}
	}
}

// plain kinds point to nothing.
func plain(k reflect.Kind) bool { return k >= reflect.Bool && k <= reflect.Complex128 }

func TestSizeCountsEverythingOnce(t *testing.T) {
	type node struct {
		next *node
		data []float32
		any  any
		part []float32
	}
	data := make([]float32, 100, 150)
	n := &node{data: data, part: data[10:20]}
	n.next = n
	const own = 8 + 24 + 16 + 24
	assert.EqualValues(t, own+600, sizeOf(n))
	n.any = [2][]float32{data, make([]float32, 10)}
	assert.EqualValues(t, own+600+40, sizeOf(n, data))
}
