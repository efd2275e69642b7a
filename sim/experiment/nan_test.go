package experiment

import (
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/optim"
)

// floats calls f for every float64 that a value holds, by its path.
func floats(v reflect.Value, path string, f func(path string, x reflect.Value)) {
	switch v.Kind() {
	case reflect.Float64:
		f(path, v)
	case reflect.Struct:
		for i := range v.NumField() {
			floats(v.Field(i), path+"."+v.Type().Field(i).Name, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			floats(v.Index(i), path, f)
		}
	}
}

func TestNoNumberOfADocumentMayBeNaNOrInfinite(t *testing.T) {
	for _, b := range Builtins() {
		for i := range b.Arms {
			for k := range b.Arms[i].Widen {
				if w := &b.Arms[i].Widen[k]; w.Rewarm.Scope == optim.RewarmNone {
					w.Rewarm.Rho = 1
				}
			}
		}
		e, n := b.Experiment, 0
		require.NoError(t, e.check())
		floats(reflect.ValueOf(&e).Elem(), "", func(path string, x reflect.Value) {
			sound := x.Float()
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				x.SetFloat(bad)
				assert.Error(t, e.check(), "%s: %s is %v", b.Name, path, bad)
			}
			x.SetFloat(sound)
			n++
		})
		assert.Greater(t, n, 10)
	}
	for _, k := range Knobs(Default()) {
		if k.Kind == KnobName {
			continue
		}
		for _, typed := range []string{"NaN", "nan", "Inf", "+Inf", "-Inf", "infinity", "1e999", "0x1p3"} {
			e := Default()
			assert.Error(t, e.Turn(k.ID, typed), "%s cannot be %s", k.ID, typed)
		}
	}
}
