//go:build linux && amd64

package cuda

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

// bench is an emulated device on which a test runs kernels as a learner does.
type bench struct {
	kernels
	memory *driver.Memory
}

// onBench runs f on a device of the library, which it opens and closes; its error is the device's.
func onBench(t testing.TB, lib *emulated.Library, f func(b *bench)) error {
	t.Helper()
	d, err := driver.Open(lib.Path(), 0)
	require.NoError(t, err)
	defer func() { _ = d.Close() }()
	return d.Do(func() error {
		m, err := d.Load([]byte("emulated"))
		if err != nil {
			return err
		}
		b := &bench{kernels{dev: d, module: m, found: map[string]*driver.Kernel{}}, driver.NewMemory(d)}
		defer b.memory.Release()
		f(b)
		return d.Wait()
	})
}

// floats is a copy of numbers on the device.
func (b *bench) floats(x []float64) driver.Buffer {
	to := b.memory.Take(driver.F32, len(x))
	driver.Put(b.dev, to, narrow(x))
	return to
}

// operand is rows of so many columns on the device, with not-a-number in the pads.
func (b *bench) operand(p Precision, x []float64, cols int) matrix {
	m := b.room(p, len(x)/cols, cols)
	padded := make([]float64, m.Len())
	for i := range padded {
		padded[i] = math.NaN()
		if i%m.ld < cols {
			padded[i] = x[i/m.ld*cols+i%m.ld]
		}
	}
	if p == BF16 {
		bits := make([]uint16, len(padded))
		for i, x := range padded {
			bits[i] = uint16(math.Float32bits(float32(x)) >> 16)
		}
		driver.Put(b.dev, m.Buffer, bits)
	} else {
		driver.Put(b.dev, m.Buffer, narrow(padded))
	}
	return m
}

// room is memory for an operand; it is full of not-a-number.
func (b *bench) room(p Precision, rows, cols int) matrix {
	ld := p.ld(cols)
	return matrix{b.memory.Take(p.kind(), rows*ld), ld}
}

// read is the numbers of a buffer.
func (b *bench) read(from driver.Buffer) []float64 {
	out := make([]float64, from.Len())
	if from.Kind() == driver.BF16 {
		x := make([]uint16, from.Len())
		_ = driver.Get(b.dev, x, from)
		for i := range out {
			out[i] = float64(math.Float32frombits(uint32(x[i]) << 16))
		}
		return out
	}
	x := make([]float32, from.Len())
	_ = driver.Get(b.dev, x, from)
	for i := range out {
		out[i] = float64(x[i])
	}
	return out
}

// columns are some columns of an operand's rows; what is not among them must be as it was, not-a-number.
func (b *bench) columns(t testing.TB, m matrix, from, to int) []float64 {
	t.Helper()
	var out []float64
	outside := 0
	for i, x := range b.read(m.Buffer) {
		if c := i % m.ld; c >= from && c < to {
			out = append(out, x)
		} else if !math.IsNaN(x) {
			outside++
		}
	}
	assert.Zero(t, outside, "numbers written outside of columns %d to %d of rows of %d", from, to, m.ld)
	return out
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i := range x {
		out[i] = float32(x[i])
	}
	return out
}

// bytesOf is the bits of numbers as float32, to compare.
func bytesOf(all ...[]float64) []byte {
	var out []byte
	for _, x := range all {
		for _, v := range x {
			u := math.Float32bits(float32(v))
			out = append(out, byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
		}
	}
	return out
}

// normal are random numbers that an operand holds exactly.
func (p Precision) normal(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		v := float32(r.NormFloat64())
		if p == BF16 {
			v = math.Float32frombits(math.Float32bits(v) &^ 0xffff)
		}
		x[i] = float64(v)
	}
	return x
}

// nearTo asserts that the numbers are those wanted, to a part of their root mean square. Not-a-number is near nothing.
func nearTo(t testing.TB, want, got []float64, part float64, what ...any) {
	t.Helper()
	require.Len(t, got, len(want), what...)
	var square, off, most float64
	for i := range want {
		square += want[i] * want[i]
		off += (got[i] - want[i]) * (got[i] - want[i])
		if d := math.Abs(got[i] - want[i]); !(d <= most) {
			most = d
		}
	}
	n := float64(max(len(want), 1))
	rms := math.Sqrt(square/n) + 1e-30
	assert.True(t, math.Sqrt(off/n) <= part*rms, "%v: off by %.2g of the root mean square; allowed is %.2g", what,
		math.Sqrt(off/n)/rms, part)
	assert.True(t, most <= 30*part*rms, "%v: one is off by %.2g of the root mean square", what, most/rms)
}

// of says which barriers are of kernels whose names begin so.
func of(prefix string) func(int, emulated.Barrier) bool {
	return func(_ int, b emulated.Barrier) bool { return strings.HasPrefix(b.Kernel, prefix) }
}
