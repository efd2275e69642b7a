//go:build linux && amd64

package cuda

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// Each is put at a place alone, and in front of others that are named later.
func TestWhatIsNotFiniteFirstIsNamed(t *testing.T) {
	r := newRig(t, emulated.Build(t), odd(), Float32, learner.Setup{Optimizer: adam(optim.AdamW),
		Growth: model.NewGrowth(odd())})
	nan, table := float32(math.NaN()), r.values.table
	up, gate := table.Tensors[table.Find(model.Up, 0)], table.Tensors[table.Find(model.Gate, 0)]
	name := func(loss float64) (name string) {
		r.do(func() {
			left := []named{{"a stream", r.values.of[model.Moment1].Slice(0, 40)},
				{"logits", r.values.of[model.Moment2].Slice(0, 40)}}
			name, _ = r.notFinite(loss, left)
		})
		return name
	}
	set := func(q model.Quantity, at int, x float32) {
		for i, y := range table.Tensors { // where the tensor is that holds it
			if at >= y.Off && at < y.Off+y.Len() {
				r.do(func() { driver.Put(r.dev, r.values.whole(q, i).From(at-y.Off), []float32{x}) })
			}
		}
	}
	assert.Empty(t, name(1))
	assert.Equal(t, "a loss", name(math.NaN()))
	one := up.Rows.Size * up.Cols.Size
	for _, bad := range []float32{nan, float32(math.Inf(1)), float32(math.Inf(-1))} {
		for _, c := range []struct {
			q    model.Quantity
			at   int
			want string
		}{
			{model.Moment2, up.Off + one + 7, "the second moment of " + up.Name(1)},
			{model.Moment1, up.Off + one - 1, "the first moment of " + up.Name(0)},
			{model.Gradient, gate.Off, "the gradient of " + gate.Name(0)},
			{model.Gradient, table.Size - 1, "the gradient of model.norm.weight"},
			{model.Weight, up.Off + one, up.Name(1)},
			{model.Weight, gate.Off + one + one/2, gate.Name(1)},
			{model.Weight, 0, "model.embed_tokens.weight"},
		} {
			set(c.q, c.at, bad)
			assert.Equal(t, c.want, name(1), "%v", bad)
		}
		r.do(r.put)
	}
	set(model.Moment2, 39, nan)
	assert.Equal(t, "logits", name(math.Inf(1)), "where the loss is none the forward pass is asked first")
	set(model.Moment1, 0, nan)
	assert.Equal(t, "a stream", name(math.NaN()))
	set(model.Gradient, 0, nan)
	assert.Equal(t, "a stream", name(math.NaN()))
	largest := model.NewValues(table)
	for i := range largest.Data {
		largest.Data[i] = math.MaxFloat32
	}
	r.do(func() {
		for q := range model.Quantities {
			r.values.put(r.dev, q, largest)
		}
	})
	assert.Empty(t, name(1), "the largest number is one")
}

func TestTheNormOfAGradientThatIsNoNumberIsNone(t *testing.T) {
	r := newRig(t, emulated.Build(t), small(), Float32, learner.Setup{Optimizer: adam(optim.AdamW),
		Growth: model.NewGrowth(small())})
	for _, bad := range []float64{math.NaN(), math.Inf(-1)} {
		var norm float64
		r.do(func() {
			driver.Put(r.dev, r.values.of[model.Gradient].From(17), []float32{float32(bad)})
			norm, _ = r.squares()
		})
		assert.False(t, model.Finite(norm), "%v", bad)
	}
}

// Held against package optim on the host.
func TestBlockRatesFollowTheNormsOnTheDevice(t *testing.T) {
	lib := emulated.Build(t)
	for _, c := range []model.Config{small(), odd(), whole32()} {
		g := grown(c)
		g.ByTensor = true
		r := newRig(t, lib, c, Float32, learner.Setup{Optimizer: adam(optim.AdamW), Growth: g})
		up := r.values.table.Find(model.Up, 0)
		for i := range r.host[model.Weight].Tensor(up) {
			r.host[model.Weight].Tensor(up)[i] = 0 // blocks without a norm
		}
		r.do(r.put)
		byStage, adapted := []float64{0.1, 0.2, 0.3, 0.4}, []bool{false, true, false, true}
		want, got := make([]float64, 4*len(r.values.table.Tensors)), make([]float64, 4*len(r.values.table.Tensors))
		b := optim.NewBlockRates(g, r.values.table, adapted)
		for range 2 {
			b.Fill(compute.Reference{}, want, byStage, r.host[model.Weight])
			r.do(func() {
				mean, err := r.blockRates(got, byStage, adapted)
				assert.NoError(t, err)
				assert.InEpsilon(t, b.Mean, mean, 1e-12)
			})
			assert.InDeltaSlice(t, want, got, 1e-12)
			byStage[3] = 0.5
		}
	}
}

// allPairs pairs coordinates of both axes.
func allPairs(c model.Config) map[model.Axis][]widen.Pair {
	of := map[model.Axis][]widen.Pair{}
	for axis, n := range map[model.Axis]int{model.Inner: c.Inner, model.Hidden: c.Hidden} {
		for i := range n / 2 {
			of[axis] = append(of[axis], widen.Pair{Orig: i, Copy: n - 1 - i})
		}
	}
	return of
}

// Held against package pairs on the host: states are the same, cosines and distances to the rounding of a float32.
func TestPairsAreComparedOnTheDeviceAsOnTheHost(t *testing.T) {
	lib := emulated.Build(t)
	wide := small()
	wide.Layers, wide.Hidden, wide.Inner, wide.HeadDim, wide.Experts, wide.TopK = 1, 140, 6, 36, 1, 1
	for _, c := range []model.Config{small(), odd(), whole32(), wide} {
		kind := optim.AdamW
		if c == wide {
			kind = optim.Muon
		}
		r := newRig(t, lib, c, Float32, learner.Setup{Optimizer: adam(kind), Growth: grown(c)})
		special(r, allPairs(c))
		r.do(r.put)
		for _, of := range []map[model.Axis][]widen.Pair{
			allPairs(c), {model.Inner: allPairs(c)[model.Inner]}, {model.Hidden: allPairs(c)[model.Hidden]}, {},
		} {
			want := pairs.Compare(of, r.host, 1e12)
			var got []pairs.Group
			r.do(func() { got, _ = r.compare(of, 1e12) })
			require.Len(t, got, len(want))
			seen := [pairs.States]int{}
			for i, g := range want {
				require.Equal(t, g.Orig, got[i].Orig)
				require.Equal(t, g.Copy, got[i].Copy)
				require.Equal(t, [3]any{g.Axis, g.Layer, g.Expert}, [3]any{got[i].Axis, got[i].Layer, got[i].Expert})
				for q := range model.Quantities {
					require.Len(t, got[i].Stats[q], len(g.Stats[q]))
					for k, s := range g.Stats[q] {
						is := got[i].Stats[q][k]
						seen[s.State]++
						require.Equal(t, s.State, is.State, "%s of pair %d, %s, expert %d", q, k, g.Axis, g.Expert)
						for _, x := range [][2]float32{{s.Cos, is.Cos}, {s.Dist, is.Dist}} {
							if !model.Finite(x[0]) {
								require.False(t, model.Finite(x[1]))
								continue
							}
							require.InDelta(t, x[0], x[1], 1e-6)
						}
					}
				}
			}
			if len(of) == 2 && c == odd() {
				for s := pairs.Apart; s < pairs.States; s++ {
					assert.Positive(t, seen[s], "no pair is %s", s)
				}
			}
		}
	}
}

// special makes pairs the same bits, or nearly: all of the hidden axis and then of the inner one are equal, and then
// some are changed at one element of one matrix, in a quantity each.
func special(r *rig, of map[model.Axis][]widen.Pair) {
	for _, v := range r.host {
		twin := map[model.Axis][]int{}
		for axis, all := range of {
			twin[axis] = make([]int, 2*len(all)+1)
			for i := range twin[axis] {
				twin[axis][i] = i
			}
			for _, p := range all {
				twin[axis][p.Copy] = p.Orig
			}
		}
		repeat(v, twin)
	}
	t := r.values.table
	down := t.Tensors[t.Find(model.Down, 0)]
	// element is one of down, of expert 0: the row is on the hidden axis, the column on the inner.
	element := func(q model.Quantity, row, col int) *float32 {
		return &r.host[q].Expert(down.Index, 0)[row*down.Cols.Size+col]
	}
	inner, hidden := of[model.Inner], of[model.Hidden]
	x := element(model.Weight, 3, inner[0].Copy)
	*x = math.Nextafter32(*x, 1) // one bit
	*element(model.Weight, 4, inner[1].Orig) = float32(math.NaN())
	*element(model.Gradient, 4, inner[1].Orig) = float32(math.Inf(1))
	*element(model.Gradient, 4, inner[1].Copy) = float32(math.Inf(1))
	for _, part := range []model.Part{model.Gate, model.Up, model.Down} { // one of two is zero, or both but for a sign
		i := t.Find(part, 0)
		m, cols := r.host[model.Moment1].Expert(i, 0), t.Tensors[i].Cols.Size
		for j := range m {
			row, col := j/cols, j%cols
			if part == model.Down {
				row = col
			}
			if row == inner[0].Copy || row == inner[1].Copy || row == inner[1].Orig {
				m[j] = 0
			}
		}
	}
	*element(model.Moment1, 2, inner[1].Copy) = float32(math.Copysign(0, -1))
	y := element(model.Moment2, hidden[2].Copy, 0)
	*y = 2 * *y
}
