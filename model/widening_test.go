package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// spec is a valid widening of an axis.
func spec(axis model.Axis, factor float64, init widen.Init) widen.Spec {
	s := widen.Spec{Axis: axis, Factor: factor, Init: init, Scale: widen.RMS, OptState: widen.Copy}
	if init == widen.FPRandom {
		s.Scale = widen.Unscaled
	}
	return s
}

// change is the largest change of any logit by a widening.
func change(t *testing.T, c model.Config, s widen.Spec) float64 {
	t.Helper()
	const batch, seq = 2, 7
	old := model.Init(c, 3)
	for i, x := range old.Table.Tensors {
		for k := range old.Tensor(i) {
			if x.Kind == model.NormWeight {
				old.Tensor(i)[k] = 0.8 + 0.1*float32(k%5)
			}
		}
	}
	plan, err := widen.New(s, old.Table, 1)
	require.NoError(t, err)
	before := model.NewNet(compute.NewCPU(), old, batch, seq)
	after := model.NewNet(compute.NewCPU(), plan.Weights(old), batch, seq)
	ids, _ := tokens(batch*seq, c.Vocab)
	before.Forward(ids)
	after.Forward(ids)
	worst := 0.0
	for i, y := range after.Logits() {
		worst = max(worst, math.Abs(float64(y)-float64(before.Logits()[i])))
	}
	return worst
}

// At whole ratios copies with the factor compute the same function, on the hidden axis with that of the logits (App.
// D.1).
func TestTheFunctionIsKeptWhereTheAlgebraSaysSo(t *testing.T) {
	dense := headed
	dense.Experts, dense.TopK = 1, 1
	const exact = 2e-5
	for name, c := range map[string]model.Config{"experts": headed, "dense": dense} {
		for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
			for _, factor := range []float64{2, 3, 4} {
				s := spec(axis, factor, widen.CopyCopy)
				assert.Less(t, change(t, c, s), exact, "%s, %s, copy-copy %gx", name, axis, factor)
				s.Scale = widen.Unscaled
				assert.Greater(t, change(t, c, s), 10*exact, "%s, %s, copy-copy %gx, not scaled", name, axis, factor)
			}
			for _, init := range []widen.Init{widen.Uneven, widen.UnevenRandom, widen.PlusMinus} {
				assert.Less(t, change(t, c, spec(axis, 2, init)), exact, "%s, %s, %s", name, axis, init)
			}
		}
		for _, factor := range []float64{1.5, 2, 2.5, 3} {
			assert.Less(t, change(t, c, spec(model.Inner, factor, widen.FPRandom)), exact, "%s, fp-random %gx",
				name, factor)
		}
		assert.Greater(t, change(t, c, spec(model.Inner, 1.5, widen.CopyCopy)), 10*exact,
			"%s: at a fractional ratio only the expected RMS is kept", name)
		assert.Greater(t, change(t, c, spec(model.Inner, 2, widen.RandomRandom)), 10*exact, name)
	}
}

// The factors of Eq. 14, 16 and 17, of the pairs with zeros (App. B), and ours where copies are uneven.
func TestRMSFactorIsThePapersRule(t *testing.T) {
	for _, x := range []struct {
		init     widen.Init
		old, now int
		want     float64
	}{
		{widen.CopyCopy, 8, 12, 1 / math.Sqrt(1+3*0.5)}, {widen.CopyCopy, 8, 16, 0.5}, {widen.CopyCopy, 8, 24, 1.0 / 3},
		{widen.CopyCopy, 8, 32, 0.25},
		{widen.CopyCopy, 8, 20, math.Sqrt(8.0 / (4*9 + 4*4))}, {widen.RandomRandom, 8, 12, math.Sqrt(8.0 / 12)},
		{widen.RandomCopy, 8, 16, math.Sqrt(0.5)},
		{widen.ZeroCopy, 8, 16, math.Sqrt(0.5)}, {widen.RandomZero, 8, 32, 0.5}, {widen.PlusMinus, 8, 16, 0.5},
		{widen.Uneven, 8, 16, 0.5},
	} {
		s := spec(model.Inner, float64(x.now)/float64(x.old), x.init)
		assert.InDelta(t, x.want, s.RMSFactor(x.old, x.now), 1e-15, "%s %d to %d", x.init, x.old, x.now)
		s.Scale = widen.Unscaled
		assert.Equal(t, 1.0, s.RMSFactor(x.old, x.now))
	}
}

// Eq. 3: RMS(Wx)/RMS(x) is expected to be the same after the widening, x being what the pair's fan-out side makes of
// it. Random-zero is left out: by the paper's rule it carries the factor of the random pair, although zero columns
// would need none.
func TestScaledWideningsKeepTheExpectedRMS(t *testing.T) {
	const n, rows, rounds = 40, 40, 1000
	c := model.Config{Vocab: 2, Hidden: rows, Layers: 1, Heads: 1, KVHeads: 1, HeadDim: 2, Experts: 1, TopK: 1,
		Inner: n, NormEps: 1e-6, RopeBase: 1e4, InitStd: 0.3, LogitMult: 1}
	table := model.NewTable(c)
	down := table.Find(model.Down, 0)
	for _, init := range []widen.Init{widen.CopyCopy, widen.RandomRandom, widen.RandomCopy, widen.ZeroCopy,
		widen.Uneven, widen.UnevenRandom, widen.PlusMinus} {
		for _, factor := range []float64{1.5, 2, 2.5, 3, 4} {
			s := spec(model.Inner, factor, init)
			if s.Validate() != nil {
				continue // exact 2x only
			}
			var was, is power
			for round := range rounds {
				rng := rand.New(rand.NewPCG(uint64(round), 1))
				old := model.Init(c, uint64(round))
				plan, err := widen.New(s, table, uint64(round))
				require.NoError(t, err)
				wide := plan.To.Config.Inner
				w, x := make([]float32, rows*wide), make([]float64, wide)
				plan.Weight(down, 0, w, old.Expert(down, 0))
				for j := range x {
					switch {
					case j < n || init == widen.RandomRandom || init == widen.RandomCopy:
						x[j] = rng.NormFloat64()
					case init != widen.ZeroCopy:
						x[j] = x[j%n]
					}
				}
				is.add(w, x)
				was.add(old.Expert(down, 0), x[:n])
			}
			assert.InDelta(t, 1, is.ratio()/was.ratio(), 0.02, "%s %gx", init, factor)
		}
	}
}

// power gathers the mean squares of x and of Wx over many pairs of them.
type power struct{ in, out float64 }

func (p *power) add(w []float32, x []float64) {
	rows := len(w) / len(x)
	for _, v := range x {
		p.in += v * v / float64(len(x))
	}
	for i := range rows {
		var y float64
		for j, v := range x {
			y += float64(w[i*len(x)+j]) * v
		}
		p.out += y * y / float64(rows)
	}
}

// ratio is RMS(Wx)/RMS(x).
func (p power) ratio() float64 { return math.Sqrt(p.out / p.in) }

// What the pairs of Sec. 3.2 and the competing methods of App. J put into new rows and columns.
func TestNewCoordinatesHoldWhatThePairSays(t *testing.T) {
	c := headed
	old := model.Init(c, 1)
	f := c.Inner
	look := func(init widen.Init, factor float64) (gate, up, down func(i, j int) float32, alpha float32) {
		s := spec(model.Inner, factor, init)
		plan, err := widen.New(s, old.Table, 7)
		require.NoError(t, err)
		v := plan.Weights(old)
		at := func(p model.Part) func(i, j int) float32 {
			x := plan.To.Tensors[plan.To.Find(p, 0)]
			return func(i, j int) float32 { return v.Expert(x.Index, 0)[i*x.Cols.Size+j] }
		}
		return at(model.Gate), at(model.Up), at(model.Down), float32(s.RMSFactor(f, plan.To.Config.Inner))
	}
	for init, want := range map[widen.Init][3]string{
		widen.CopyCopy: {"copy", "copy", "copy"}, widen.RandomRandom: {"random", "random", "random"},
		widen.RandomZero: {"random", "random", "zero"},
		widen.RandomCopy: {"random", "random", "copy"}, widen.ZeroCopy: {"copy", "zero", "copy"},
		widen.ZeroCopyDead: {"zero", "zero", "copy"},
	} {
		gate, up, down, alpha := look(init, 2)
		for i, x := range []struct {
			now, before float32
		}{{gate(f, 1), gate(0, 1)}, {up(f, 1), up(0, 1)}, {down(1, f), down(1, 0)}} {
			kind := "random"
			if x.now == x.before {
				kind = "copy"
			} else if x.now == 0 {
				kind = "zero"
			}
			assert.Equal(t, want[i], kind, "%s, %s", init, []string{"gate", "up", "down"}[i])
		}
		assert.Equal(t, alpha*old.Expert(old.Table.Find(model.Down, 0), 0)[f], down(1, 0),
			"the factor is on the whole matrix")
	}
	gate, _, down, _ := look(widen.FPRandom, 2.5) // an odd number of new neurons
	added := int(math.Round(1.5 * float64(f)))
	require.Equal(t, 1, added%2)
	for i := 0; i+1 < added; i += 2 {
		assert.Equal(t, gate(f+i, 2), gate(f+i+1, 2), "equal rows")
		assert.Equal(t, down(2, f+i), -down(2, f+i+1), "opposite columns")
		assert.NotZero(t, down(2, f+i))
	}
	assert.Zero(t, down(2, f+added-1), "one without a twin sends nothing")
	_, _, down, _ = look(widen.UnevenRandom, 2)
	shares := map[string]bool{}
	for j := range f {
		w := old.Expert(old.Table.Find(model.Down, 0), 0)
		r := down(0, j) / w[j]
		assert.True(t, r >= 0.0999 && r <= 0.5001, "r is %g", r)
		assert.InDelta(t, r, down(3, j)/w[3*f+j], 1e-5, "one r a neuron")
		assert.InDelta(t, 1-r, down(0, f+j)/w[j], 1e-5)
		shares[fmt.Sprintf("%.4f", r)] = true
	}
	assert.Len(t, shares, f, "every neuron has its own")
}

func TestNewNormWeightsAreCopiedOrDrawnFromTheOldOnes(t *testing.T) {
	c := headed
	old := model.Init(c, 1)
	norm := old.Table.Find(model.FFNNorm, 0)
	values := map[float32]bool{}
	for k := range old.Tensor(norm) {
		old.Tensor(norm)[k] = 1 + float32(k)/16
		values[1+float32(k)/16] = true
	}
	for gains, copied := range map[widen.NormWeights]bool{"": true, widen.CopyNormWeights: true,
		widen.SampleNormWeights: false} {
		s := spec(model.Hidden, 2, widen.CopyCopy)
		s.NormWeights = gains
		plan, err := widen.New(s, old.Table, 3)
		require.NoError(t, err)
		now := plan.Weights(old).Tensor(norm)
		assert.Equal(t, old.Tensor(norm), now[:c.Hidden])
		same := true
		for k, g := range now[c.Hidden:] {
			assert.True(t, values[g], "%g is one of the old gains", g)
			same = same && g == now[k]
		}
		assert.Equal(t, copied, same, "gains %q", gains)
	}
}
