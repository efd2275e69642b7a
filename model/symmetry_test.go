package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Eq. 20, and App. A.3 for the fan-in: in a network that was widened by copies, the gradient of a copy is that of its
// original, to the bit, in rows and in columns, whatever is widened. Only so is the lock exact.
func TestGradientsOfCopiesAreThoseOfTheirOriginals(t *testing.T) {
	const batch, seq = 2, 7
	for _, eng := range engines() {
		for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
			for _, factor := range []float64{1.5, 2, 3} {
				old := model.Init(headed, 3)
				plan, err := widen.New(spec(axis, factor, widen.CopyCopy), old.Table, 1)
				require.NoError(t, err)
				net := model.NewNet(eng, plan.Weights(old), batch, seq)
				ids, labels := tokens(batch*seq, headed.Vocab)
				net.Forward(ids)
				net.Backward(labels)
				parts, _ := axis.Parts()
				for _, part := range parts {
					pairsAreEqual(t, eng, net.Grads, part, plan.Pairs(part))
				}
			}
		}
	}
}

// pairsAreEqual fails where a row or column of an original and one of its copy differ in a bit.
func pairsAreEqual(t *testing.T, eng compute.Engine, v model.Values, axis model.Axis, pairs []widen.Pair) {
	t.Helper()
	require.NotEmpty(t, pairs)
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			data, rows, cols := v.Expert(i, e), x.Rows.Size, x.Cols.Size
			for _, p := range pairs {
				same := func(what string, a, b, n, step int) {
					for k := range n {
						if g, h := data[a+k*step], data[b+k*step]; math.Float32bits(g) != math.Float32bits(h) {
							t.Fatalf("The gradients of %s %d of %s and of its copy %d are %g and %g (%s): equal rows "+
								"and columns have to get equal bits wherever they lie, so every sum has to be taken "+
								"in the same order (Eq. 20).", what, p.Orig, x.Name(e), p.Copy, g, h, eng.Name())
						}
					}
				}
				if x.Rows.Axis == axis {
					same("row", p.Orig*cols, p.Copy*cols, cols, 1)
				}
				if x.Cols.Axis == axis {
					same("column", p.Orig, p.Copy, rows, cols)
				}
			}
		}
	}
}
