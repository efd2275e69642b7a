package widen_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

var small = model.Config{
	Vocab: 7, Hidden: 6, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 4, Experts: 2, TopK: 1, Inner: 8,
	NormEps: 1e-6, RopeBase: 10000, InitStd: 0.3, LogitMult: 1,
}

// planned is a widening by copies of a network of random weights, and the network.
func planned(t *testing.T, axis model.Axis, factor float64, state widen.OptState) (*widen.Plan, model.Values) {
	t.Helper()
	old := model.Init(small, 5)
	p, err := widen.New(widen.Spec{Axis: axis, Factor: factor, Init: widen.CopyCopy, Scale: widen.RMS, OptState: state},
		old.Table, 1)
	require.NoError(t, err)
	return p, old
}

// Eq. 3, where it holds exactly: with copies at a whole ratio RMS(Wx)/RMS(x) of every widened fan-in is what it was.
func TestFactorKeepsTheScaleOfEveryFanIn(t *testing.T) {
	for _, axis := range []model.Axis{model.Inner, model.Hidden} {
		for _, factor := range []float64{2, 3, 4} {
			plan, old := planned(t, axis, factor, widen.Copy)
			now, rng := plan.Weights(old), rand.New(rand.NewPCG(2, 3))
			for i, was := range old.Table.Tensors {
				is := plan.To.Tensors[i]
				if was.Kind != model.Matrix || was.Cols.Axis != axis {
					continue
				}
				x := make([]float64, is.Cols.Size)
				for j := range x {
					if x[j] = rng.NormFloat64(); j >= was.Cols.Size {
						x[j] = x[j%was.Cols.Size]
					}
				}
				before, after := scale(old.Expert(i, 0)[:was.Rows.Size*was.Cols.Size], x[:was.Cols.Size]),
					scale(now.Expert(i, 0)[:was.Rows.Size*is.Cols.Size], x)
				if !(math.Abs(after/before-1) <= 1e-5) {
					t.Fatalf("%s at %g times the width: RMS(Wx)/RMS(x) was %.4g and is %.4g; the factor of the "+
						"fan-in does not keep the scale of the signal (Eq. 3, 16, 17).", was.Name(0), factor,
						before, after)
				}
			}
		}
	}
}

// scale is RMS(Wx)/RMS(x).
func scale(w []float32, x []float64) float64 {
	var in, out float64
	for _, v := range x {
		in += v * v / float64(len(x))
	}
	rows := len(w) / len(x)
	for i := range rows {
		var y float64
		for j, v := range x {
			y += float64(w[i*len(x)+j]) * v
		}
		out += y * y / float64(rows)
	}
	return math.Sqrt(out / in)
}

// Eq. 24: of every tensor the old block keeps its state, and the new one's is zero, on every axis.
func TestAsymmetricResetKeepsOldStatesAndEmptiesNewOnes(t *testing.T) {
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		plan, old := planned(t, axis, 1.5, widen.Asymmetric)
		for k, got := range plan.States(old, old) { // weights serve as states: none of them is zero
			for i, was := range old.Table.Tensors {
				is := plan.To.Tensors[i]
				for e := range was.Experts {
					for at, x := range got.Expert(i, e) {
						row, col := at/is.Cols.Size, at%is.Cols.Size
						want, whose := float32(0), "a new parameter, whose state has to be empty"
						if row < was.Rows.Size && col < was.Cols.Size {
							want, whose = old.Expert(i, e)[row*was.Cols.Size+col],
								"an old parameter, whose state has to stay"
						}
						if x != want {
							t.Fatalf("State %d of %s at row %d, column %d is %g and not %g: this is %s; the "+
								"asymmetric reset is [S, 0] (Eq. 24).",
								k, was.Name(e), row, col, x, want, whose)
						}
					}
				}
			}
		}
	}
}

// A pair is an original and what was copied from it: right after the widening their rows, and their columns, are equal
// to the bit.
func TestPairsNameTheOriginalThatWasCopied(t *testing.T) {
	for _, axis := range []model.Axis{model.Inner, model.Hidden} {
		for _, factor := range []float64{1.5, 2, 3} {
			plan, old := planned(t, axis, factor, widen.Copy)
			now, pairs := plan.Weights(old), plan.Pairs(axis)
			size := small.Inner
			if axis == model.Hidden {
				size = small.Hidden
			}
			require.Len(t, pairs, int(math.Round(float64(size)*(factor-1))))
			for i, x := range plan.To.Tensors {
				for e := range x.Experts {
					data, cols := now.Expert(i, e), x.Cols.Size
					for _, p := range pairs {
						same := true
						for k := range cols {
							same = same && (x.Rows.Axis != axis || data[p.Orig*cols+k] == data[p.Copy*cols+k])
						}
						for k := range x.Rows.Size {
							same = same && (x.Cols.Axis != axis || data[k*cols+p.Orig] == data[k*cols+p.Copy])
						}
						if !same {
							t.Fatalf("Coordinate %d of the %s axis is called a copy of %d, and yet their weights in "+
								"%s differ right after the widening: a pair has to name the original that was copied.",
								p.Copy, axis, p.Orig, x.Name(e))
						}
					}
				}
			}
		}
	}
}
