//go:build linux && amd64

package cuda

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
	text "github.com/sparkling-lab/sparkling/model/learner/cuda/kernels"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// Held against package optim on the plain engine, tensor by tensor: weights move, moments gather, and the gradient
// that may be read is the clipped one.
func TestAnUpdateIsTheOptimizersOwn(t *testing.T) {
	lib := emulated.Build(t)
	for name, c := range map[string]model.Config{"small": small(), "odd": odd(), "whole tiles": whole32()} {
		for _, kind := range optim.Kinds {
			for _, growth := range []model.Growth{model.NewGrowth(c), grown(c),
				{Inner: grown(c).Inner, Hidden: grown(c).Hidden, ByTensor: true}} {
				s := learner.Setup{Optimizer: adam(kind), Growth: growth}
				r := newRig(t, lib, c, Float32, s)
				h, rates := &r.host, ratesFor(r.values.table, growth)
				o := optim.New(s.Optimizer, compute.Reference{}, growth, h[model.Moment1], h[model.Moment2], 4)
				for range 2 {
					var got float64
					var clip float32
					r.do(func() {
						got, _ = r.squares()
						clip = s.Optimizer.ClipFactor(math.Sqrt(got))
						r.step(o.Steps+1, rates, clip)
					})
					squares := 0.0
					for i, x := range h[model.Gradient].Data {
						squares += float64(x) * float64(x)
						h[model.Gradient].Data[i] = x * clip
					}
					require.InEpsilon(t, squares, got, 1e-12)
					require.Less(t, clip, float32(1))
					o.Step(h[model.Weight], h[model.Gradient], rates)
					tolerance := map[optim.Kind]float64{optim.AdamW: 2e-7, optim.Muon: 2e-6}[kind]
					for q := range model.Quantities {
						got := r.got(q)
						for i, x := range r.values.table.Tensors {
							nearest(t, h[q].Tensor(i), got.Tensor(i), tolerance, "%s, %s, stages %d: %s of %s", name,
								kind, growth.Stages(), q, x.Name(0))
						}
					}
					copy(h[model.Gradient].Data, h[model.Moment1].Data) // of the next update
					r.do(r.put)
				}
			}
		}
	}
}

// A gradient that nothing changes is not written.
func TestAGradientThatIsNotClippedStaysItsBits(t *testing.T) {
	r := newRig(t, emulated.Build(t), small(), Float32, learner.Setup{Optimizer: adam(optim.Muon),
		Growth: model.NewGrowth(small())})
	r.do(func() { r.step(1, []float64{0.1}, 1) })
	assert.Equal(t, r.host[model.Gradient].Data, r.got(model.Gradient).Data)
}

// What products read after an update is the weights rounded; between the rows nothing is touched.
func TestTheCopyThatProductsReadIsTheWeightsRounded(t *testing.T) {
	lib := emulated.Build(t)
	for _, c := range []model.Config{small(), odd(), whole32()} {
		for _, kind := range optim.Kinds {
			s := learner.Setup{Optimizer: adam(kind), Growth: grown(c)}
			r := newRig(t, lib, c, BF16, s)
			rates := ratesFor(r.values.table, s.Growth)
			r.do(func() { r.step(1, rates, 0.7) })
			w, copies := r.got(model.Weight), make([]uint16, r.values.copies.Len())
			r.do(func() { _ = driver.Get(r.dev, copies, r.values.copies) })
			for i, x := range r.values.table.Tensors {
				at := r.values.at[i]
				if at < 0 {
					continue
				}
				cols, ld := x.Cols.Size, BF16.ld(x.Cols.Size)
				for j, v := range w.Tensor(i) {
					require.Equal(t, inBF16(v), copies[at+j/cols*ld+j%cols], "%s, %s", kind, x.Name(0))
				}
				for row := range x.Experts * x.Rows.Size {
					for col := cols; col < ld; col++ {
						require.Equal(t, uint16(0xffff), copies[at+row*ld+col], "%s: beyond a row", x.Name(0))
					}
				}
			}
		}
	}
}

// rounding is the plain engine with the operands of matrix products rounded to bf16.
type rounding struct{ compute.Reference }

// MatMul implements [compute.Engine].
func (e rounding) MatMul(form compute.Form, dst, a, b compute.Mat, acc bool) {
	for _, m := range []*compute.Mat{&a, &b} {
		m.Data = append([]float32(nil), m.Data...)
		for i, x := range m.Data {
			m.Data[i] = roundBF16(x)
		}
	}
	e.Reference.MatMul(form, dst, a, b, acc)
}

// In bf16 nothing is rounded but the operands of Muon's products.
func TestAnUpdateInBF16RoundsTheOperandsOfProductsAndNothingElse(t *testing.T) {
	lib := emulated.Build(t)
	for _, c := range []model.Config{small(), odd(), whole32()} {
		for _, kind := range optim.Kinds {
			s := learner.Setup{Optimizer: adam(kind), Growth: grown(c)}
			r := newRig(t, lib, c, BF16, s)
			h, rates := &r.host, ratesFor(r.values.table, s.Growth)
			o := optim.New(s.Optimizer, rounding{}, s.Growth, h[model.Moment1], h[model.Moment2], 0)
			r.do(func() { r.step(1, rates, 1) })
			before := h[model.Weight].Clone()
			o.Step(h[model.Weight], h[model.Gradient], rates)
			got := r.got(model.Weight)
			for i, x := range r.values.table.Tensors {
				away, length := 0.0, 0.0
				for j, was := range before.Tensor(i) {
					want := float64(h[model.Weight].Tensor(i)[j] - was)
					away, length = away+math.Pow(float64(got.Tensor(i)[j]-was)-want, 2), length+want*want
				}
				tolerance := 1e-4
				if kind.Orthogonalizes(x) {
					tolerance = 0.02 // where an operand lies between two of bf16, the order of a sum decides
				}
				assert.LessOrEqual(t, math.Sqrt(away/length), tolerance, "%s, %d wide: %s", kind, c.Hidden, x.Name(0))
			}
			nearest(t, h[model.Moment1].Data, r.got(model.Moment1).Data, 1e-6, "first moments")
			nearest(t, h[model.Moment2].Data, r.got(model.Moment2).Data, 1e-6, "second moments")
		}
	}
}

// The lock: rows and columns whose numbers are the same bits keep them, wherever they lie, for both optimizers and in
// both precisions.
func TestEqualRowsAndColumnsGetEqualUpdates(t *testing.T) {
	lib := emulated.Build(t)
	for _, c := range []model.Config{odd(), whole32()} {
		for _, kind := range optim.Kinds {
			for _, p := range []Precision{Float32, BF16} {
				s := learner.Setup{Optimizer: adam(kind), Growth: model.NewGrowth(c)}
				r := newRig(t, lib, c, p, s)
				rng := rand.New(rand.NewPCG(5, 2))
				twin := map[model.Axis][]int{} // each has the numbers of one before it, or of itself
				for axis, n := range map[model.Axis]int{model.Inner: c.Inner, model.Hidden: c.Hidden} {
					for i := range n {
						of := i
						if rng.IntN(3) > 0 {
							of = rng.IntN(i + 1)
						}
						twin[axis] = append(twin[axis], of)
					}
				}
				for _, v := range r.host {
					repeat(v, twin)
				}
				r.do(r.put)
				for step := range 10 {
					for i := range r.host[model.Gradient].Data {
						r.host[model.Gradient].Data[i] = float32(rng.NormFloat64())
					}
					repeat(r.host[model.Gradient], twin)
					r.do(func() {
						r.values.put(r.dev, model.Gradient, r.host[model.Gradient])
						r.step(step+1, []float64{0.02}, 0.3)
					})
				}
				for q := range model.Quantities {
					v := r.got(q)
					want := v.Clone()
					repeat(want, twin)
					for i := range v.Data {
						require.Equal(t, math.Float32bits(want.Data[i]), math.Float32bits(v.Data[i]), "%s, %s, %s, %d",
							kind, p, q, i)
					}
				}
				assert.NotEqual(t, r.host[model.Weight].Data, r.got(model.Weight).Data)
			}
		}
	}
}

// repeat gives every coordinate of the axes the numbers of its twin, whose own twin may be another.
func repeat(v model.Values, twin map[model.Axis][]int) {
	of := func(a model.Axis, i int) int {
		if twin[a] == nil {
			return i
		}
		for twin[a][i] != i {
			i = twin[a][i]
		}
		return i
	}
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			m := v.Expert(i, e)
			for j := range m {
				row, col := j/x.Cols.Size, j%x.Cols.Size
				m[j] = m[of(x.Rows.Axis, row)*x.Cols.Size+of(x.Cols.Axis, col)]
			}
		}
	}
}

func TestANetworkMayBeWidenedAsOftenAsAByteCounts(t *testing.T) {
	g := model.NewGrowth(small())
	for range maxStages - 1 {
		g = g.Widen(small())
	}
	assert.NoError(t, checkGrowth(g))
	assert.EqualError(t, checkGrowth(g.Widen(small())),
		"the network was widened 256 times; this engine allows at most 255")
}

// In portions, as where memory is short, matrices are updated to the same bits.
func TestMuonsPortionsChangeNoBit(t *testing.T) {
	lib := emulated.Build(t)
	for _, p := range []Precision{Float32, BF16} {
		var want []float32
		for _, portion := range []int{0, 1, 2} {
			s := learner.Setup{Optimizer: adam(optim.Muon), Growth: model.NewGrowth(small())}
			r := newRig(t, lib, small(), p, s)
			for i := range r.muon.sizes {
				if s := &r.muon.sizes[i]; portion > 0 {
					s.portion = portion
				} else {
					assert.Equal(t, s.to-s.from, s.portion, "all of a size at once")
				}
			}
			r.do(func() { r.step(1, []float64{0.1}, 1) })
			if got := r.got(model.Weight).Data; portion == 0 {
				want = got
			} else {
				assert.Equal(t, want, got)
			}
		}
	}
}

// What an optimizer takes is what it says before, to the byte.
func TestTheMemoryOfAnOptimizerIsCountedBefore(t *testing.T) {
	lib := emulated.Build(t)
	for _, kind := range optim.Kinds {
		for _, p := range []Precision{Float32, BF16} {
			s := learner.Setup{Optimizer: adam(kind), Growth: grown(odd())}
			before := lib.Used()
			r := newRig(t, lib, odd(), p, s)
			counted := newMemory(nil, p)
			newValues(counted, r.values.table, kind)
			newOptimizerMemory(counted, r.values.table, s)
			assert.Equal(t, counted.bytes(), r.memory.bytes())
			assert.Equal(t, counted.bytes(), lib.Used()-before)
			moments := 2 * r.values.table.Size // Muon has one moment of what it updates
			for _, x := range r.values.table.Tensors {
				if kind.Orthogonalizes(x) {
					moments -= x.Len()
				}
			}
			taken := r.memory.of[moment1Part].Bytes() + r.memory.of[moment2Part].Bytes()
			assert.InDelta(t, 4*moments, taken, float64(32*len(r.values.table.Tensors)))
		}
	}
}

// everything is what an update and all statistics leave, nil after an error of the device.
func everything(t testing.TB, lib *emulated.Library, c model.Config, p Precision) (all []byte) {
	s := learner.Setup{Optimizer: adam(optim.Muon), Growth: grown(c)}
	r, err := openRig(t, lib, c, p, s)
	defer r.close()
	if err != nil {
		return nil
	}
	add := func(x any) { all = append(all, fmt.Sprint(x)...) }
	err = r.dev.Do(func() error {
		squares, err := r.squares()
		add(squares)
		r.step(3, ratesFor(r.values.table, s.Growth), 0.5)
		for q := range model.Quantities {
			v, _ := r.values.get(r.dev, q)
			add(v.Data)
		}
		into := make([]float64, 4*len(r.values.table.Tensors))
		mean, _ := r.blockRates(into, []float64{1, 2, 3, 4}, []bool{true, true, true, true})
		add(mean)
		groups, _ := r.compare(allPairs(c), 1e12)
		add(groups)
		name, _ := r.notFinite(1, nil)
		add(name)
		return err
	})
	if err != nil {
		return nil
	}
	return all
}

func TestUpdatesAndStatisticsAreTheSameInEveryOrderOfTurns(t *testing.T) {
	lib := emulated.Build(t)
	for _, p := range []Precision{Float32, BF16} {
		assert.NotEmpty(t, lib.SameInEveryOrder(t, func() []byte { return everything(t, lib, odd(), p) }))
	}
}

func TestEveryBarrierOfUpdatesAndStatisticsIsNeeded(t *testing.T) {
	lib := emulated.Build(t)
	c := odd()
	c.Experts, c.TopK = 1, 1
	before, _, found := strings.Cut(text.Source(), "// Statistics:") // updates come after them
	require.True(t, found)
	ours := func(i int, b emulated.Barrier) bool {
		return of("total")(i, b) || b.Line > strings.Count(before, "\n")
	}
	lib.EveryBarrierCounts(t, ours, func() []byte { return everything(t, lib, c, Float32) })
}
