package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// near requires |want − got| ≤ tol element by element.
func near(t *testing.T, what string, want, got []float32, tol float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	worst, at := 0.0, 0
	for i := range want {
		if d := math.Abs(float64(want[i]) - float64(got[i])); !(d <= worst) {
			worst, at = d, i
		}
	}
	if !(worst <= tol) {
		t.Errorf("%s: differs by %.3g at %d (%g for %g); allowed is %g", what, worst, at, got[at], want[at], tol)
	}
}

// each is near for every tensor.
func each(t *testing.T, want, got model.Values, tol float64) {
	t.Helper()
	other := map[string][]float32{}
	got.Each(func(name string, _ []int, data []float32) { other[name] = data })
	want.Each(func(name string, _ []int, data []float32) { near(t, name, data, other[name], tol) })
}

// close2 requires ‖Δ‖/‖want‖ ≤ tol tensor by tensor.
func close2(t *testing.T, want, got model.Values, tol float64) {
	t.Helper()
	other := map[string][]float32{}
	got.Each(func(name string, _ []int, data []float32) { other[name] = data })
	want.Each(func(name string, _ []int, data []float32) {
		var d, n float64
		for i, x := range data {
			d += math.Pow(float64(x)-float64(other[name][i]), 2)
			n += math.Pow(float64(x), 2)
		}
		if !(math.Sqrt(d) <= tol*math.Sqrt(n)) {
			t.Errorf("%s: relative difference %.3g; allowed is %g", name, math.Sqrt(d/n), tol)
		}
	})
}

// adamBounds are, by element, how far weights may be off after updates. Adam divides a gradient by its own size: one
// that is smaller than what the tolerance of gradients leaves open, tolGrad of its matrix's RMS, moves its weight by a
// whole learning rate in either direction.
type adamBounds struct {
	table *model.Table
	by    []float64
}

func newAdamBounds(table *model.Table) adamBounds {
	b := adamBounds{table, make([]float64, table.Size)}
	for i := range b.by {
		b.by[i] = tolWeight
	}
	return b
}

// see widens the bounds by what that tolerance leaves open in one update at that learning rate.
func (b adamBounds) see(g model.Values, rate float64) {
	for i, x := range b.table.Tensors {
		n := x.Rows.Size * x.Cols.Size
		for e := range x.Experts {
			var sum float64
			for _, y := range g.Expert(i, e) {
				sum += float64(y) * float64(y)
			}
			if sum == 0 {
				continue // exactly zero in every implementation
			}
			for k, y := range g.Expert(i, e) {
				b.by[x.Off+e*n+k] += rate * min(2, tolGrad*math.Sqrt(sum/float64(n))/math.Abs(float64(y)))
			}
		}
	}
}

func (b adamBounds) hold(t *testing.T, want, got model.Values) {
	t.Helper()
	for _, x := range b.table.Tensors {
		for i := x.Off; i < x.Off+x.Len(); i++ {
			if d := math.Abs(float64(want.Data[i]) - float64(got.Data[i])); !(d <= b.by[i]) {
				t.Errorf("%s, element %d: differs by %.3g (%g for %g); allowed is %.3g", x.Name(0), i-x.Off, d,
					got.Data[i], want.Data[i], b.by[i])
			}
		}
	}
}
