package openblas_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/openblas"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// A comparison of times is worth something only if both compute the same.
func TestOpenBLASComputesTheSameProducts(t *testing.T) {
	l, err := openblas.Open("")
	testneed.Here(t, err)
	defer l.Close()
	for _, p := range append(shapes.Main(), shapes.Odd()...) {
		dst, a, b := p.Operands()
		want := compute.M(make([]float32, len(dst.Data)), dst.Rows, dst.Cols)
		compute.Reference{}.MatMul(p.Form, want, a, b, false)
		l.MatMul(p.Form, dst, a, b)
		assert.InDeltaSlice(t, want.Data, dst.Data, 1e-3, p.Name())
		l.Nothing(p.Form, dst, a, b)
		assert.InDeltaSlice(t, want.Data, dst.Data, 1e-3, "%s: nothing is written", p.Name())
	}
}

// A kernel is compared with one of the same instructions: which one the library takes is settled anew each time that
// it is opened.
func TestOpenBLASTakesTheKernelsThatItIsTold(t *testing.T) {
	l, err := openblas.Open("")
	testneed.Here(t, err)
	own := l.Core
	l.Close()
	for _, core := range []string{"Haswell", own, "Haswell"} {
		l, err := openblas.Open(core)
		require.NoError(t, err)
		assert.Equal(t, core, l.Core)
		l.Close()
	}
	_, err = openblas.Open("Abacus")
	assert.ErrorContains(t, err, "where it is told Abacus")
}
