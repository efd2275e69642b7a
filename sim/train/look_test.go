package train

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// everything is a question of each kind, and some that are declined.
var everything = []look.Question{
	look.OneUpdate(0, 1, 3, 13), look.OneUpdate(0, 0, 2, look.None), look.OneLayer(0, record.Weight),
	look.OneLayer(0, record.Gradient), look.OneLayer(0, look.Activations), look.AllTensors(record.Moment2, look.Robust),
	look.AllTensors(look.Activations, look.Fixed), look.OneHead(0, 1, 1), look.OneUpdate(0, 0, 4000, look.None),
	look.OneLayer(7, record.Weight), look.OneHead(0, 0, 999),
}

// looked lets a trainer make an experiment's arm, which is asked everything before every step if it is looked at.
func looked(t *testing.T, e experiment.Experiment, arm int, at bool) (frames, state []byte, answers []look.Answer) {
	t.Helper()
	tr := NewTrainer(cpu.Factory{})
	tr.Handle(Message{Kind: KindStart, Arm: arm, Document: e.JSON()}.Encode())
	defer tr.Close()
	var all []record.ArmFrame
	hear := func(out [][]byte) {
		for _, data := range out {
			m, err := DecodeMessage(data)
			require.NoError(t, err)
			require.NotEqual(t, KindFailed, m.Kind, m.Text)
			all = append(all, m.Frames...)
			if m.Kind == KindLooked {
				answers = append(answers, m.Answer)
			}
		}
	}
	ask := func() {
		for i, q := range everything {
			if at {
				hear(tr.Handle(Message{Kind: KindLook, Ask: i + 1, Question: q}.Encode()))
			}
		}
	}
	for until := 1; until <= e.Steps; until++ {
		ask()
		tr.Handle(Message{Kind: KindRun, Step: until}.Encode())
		for more := true; more; {
			var out [][]byte
			out, more = tr.Work(0)
			hear(out)
			if more { // a search is under way
				ask()
			}
		}
	}
	ask()
	return Message{Kind: KindFrames, Frames: all}.Encode(), snapshot(t, tr.run), answers
}

func TestLookingAtARunKeepsEveryBitOfIt(t *testing.T) {
	for _, treatment := range []string{"copy", "sparkling", "norm-adapted", "remapped"} {
		for _, kind := range optim.Kinds {
			e := trial.Of(model.Inner, 8, 4, treatment)
			if treatment == "sparkling" {
				e = trial.Of(model.Joint, 8, 4, treatment)
			}
			e.Optimizer.Kind = kind
			frames, state, _ := looked(t, e, 0, false)
			withLooks, stateToo, answers := looked(t, e, 0, true)
			what := fmt.Sprintf("%s, %s", treatment, kind)
			sameBytes(t, frames, withLooks, what+": the frames")
			sameBytes(t, state, stateToo, what+": the network")
			kinds := map[look.Kind]int{}
			for _, a := range answers {
				if a.Declined == "" {
					kinds[a.Question.Kind]++
				}
			}
			for k := look.KindUpdate; k <= look.KindAttention; k++ {
				assert.Positive(t, kinds[k], "%s: of kind %d", what, k)
			}
		}
	}
}

// part is a neuron's numbers of a quantity in a part of layer 0, as a run has them now.
func part(t *testing.T, r *Arm, q record.Quantity, p model.Part, expert, neuron int) []float32 {
	t.Helper()
	x, err := r.row(q, find(r, p, 0), expert, neuron)
	require.NoError(t, err)
	return x
}

// bits are compared bit for bit.
func bits(x []float32) (out []uint32) {
	for _, v := range x {
		out = append(out, math.Float32bits(v))
	}
	return out
}

func TestAnUpdateThatIsLookedAtKeepsTheEnginesBits(t *testing.T) {
	for _, kind := range optim.Kinds {
		for _, c := range []struct {
			axis       model.Axis
			treatment  string
			decay      float64
			equalAfter bool // original and copy
		}{
			{model.Inner, "copy", 0.1, true}, {model.Inner, "asymmetric", 0, false},
			{model.Inner, "sparkling", 0.1, false}, {model.Joint, "sparkling", 0.1, false},
			{model.Inner, "norm-adapted", 0.1, false},
		} {
			e := trial.Of(c.axis, 12, 6, c.treatment)
			e.Optimizer.Kind, e.Optimizer.WeightDecay = kind, c.decay
			r := begun(t, e, 0)
			for r.step < r.end {
				neurons := []int{3}
				if r.step >= 6 {
					neurons = append(neurons, 10+3)
				}
				what := fmt.Sprintf("%s, %s on %s, step %d", kind, c.treatment, c.axis, r.step)
				a, err := r.answer(look.OneUpdate(0, 1, 3, look.Twin))
				require.NoError(t, err, what)
				u := a.Update
				require.Len(t, u.Sides, len(neurons), what)
				for i, n := range neurons {
					assert.Equal(t, n, u.Sides[i].Neuron, what)
				}
				assert.True(t, u.Rule.Exact, "%s: the rule gives the engine's numbers", what)
				assert.Equal(t, r.step == 6, u.Widened, what)
				f := step(t, r)
				assert.Equal(t, f.TrainLoss, u.Loss, what)
				assert.Equal(t, r.step, u.Rule.Updates, what)
				for i := range u.Sides {
					for k, p := range look.Parts {
						row, n := &u.Sides[i].Rows[k], u.Sides[i].Neuron
						require.Equal(t, bits(part(t, r, record.Weight, p, 1, n)), bits(row.After), what)
						require.Equal(t, bits(part(t, r, record.Gradient, p, 1, n)), bits(row.Gradient), what)
						require.Equal(t, bits(part(t, r, record.Moment1, p, 1, n)), bits(row.MAfter), what)
						require.Equal(t, bits(part(t, r, record.Moment2, p, 1, n)), bits(row.VAfter), what)
						for j := range row.After {
							tr := u.Rule.Trace(row, j)
							require.Equal(t, math.Float32bits(row.After[j]), math.Float32bits(tr.After), what)
						}
					}
				}
				if r.step == 7 && c.axis == model.Inner && c.treatment != "norm-adapted" {
					first := func(s *look.Side) *look.Row { return &s.Rows[0] }
					orig, twin := first(&u.Sides[0]), first(&u.Sides[1])
					assert.Equal(t, bits(orig.Gradient), bits(twin.Gradient), "%s: equal gradient", what)
					assert.Equal(t, c.equalAfter, assert.ObjectsAreEqual(bits(orig.After), bits(twin.After)),
						"%s: equal update", what)
				}
			}
			a, err := r.answer(look.OneUpdate(0, 1, 3, look.None))
			require.NoError(t, err)
			assert.NotEmpty(t, a.Update.Sides, "also when the run is over")
		}
	}
}

// What is shown of one token is part of what is shown of the batch.
func TestGradientsOfAnUpdateAreTheSumsOverItsTokens(t *testing.T) {
	e := trial.Of(model.Inner, 12, 6, "sparkling")
	r := begun(t, e, 0)
	for r.step < 9 {
		step(t, r)
	}
	a, err := r.answer(look.OneUpdate(0, 1, 3, 13))
	require.NoError(t, err)
	u := a.Update
	c, err := r.clone()
	require.NoError(t, err)
	defer c.Close()
	c.task.Batch(e.Seed, c.step, e.Task.Seq, c.ids, c.labels)
	pass, err := c.learn.(*cpu.Learner).Pass(c.ids, c.labels, 0)
	require.NoError(t, err)
	config := c.learn.Table().Config
	for _, side := range u.Sides {
		gate, up, down := make([]float64, config.Hidden), make([]float64, config.Hidden), make([]float64, config.Hidden)
		tokens := 0
		for slot, expert := range pass.Experts {
			if expert != 1 {
				continue
			}
			tokens++
			at := slot*config.Inner + side.Neuron
			for j := range config.Hidden {
				in := float64(pass.In[slot/config.TopK*config.Hidden+j])
				gate[j] += float64(pass.DGate[at]) * in
				up[j] += float64(pass.DUp[at]) * in
				down[j] += float64(pass.Hidden[at]) * float64(pass.DOut[slot*config.Hidden+j])
			}
		}
		assert.Equal(t, tokens, u.Token.Tokens)
		for k, want := range [][]float64{gate, up, down} {
			for j, x := range want {
				assert.InDelta(t, x, float64(side.Rows[k].Gradient[j]), 1e-6)
			}
		}
		dot := func(row *look.Row, x []float32) (sum float64) {
			for j, w := range row.Before {
				sum += float64(w) * float64(x[j])
			}
			return sum
		}
		assert.InDelta(t, dot(&side.Rows[0], u.Token.In), float64(side.Gate), 1e-5)
		assert.InDelta(t, dot(&side.Rows[1], u.Token.In), float64(side.Up), 1e-5)
		assert.InDelta(t, dot(&side.Rows[2], u.Token.DOut), float64(side.DHidden), 1e-6)
		g := float64(side.Gate)
		s := 1 / (1 + math.Exp(-g))
		assert.InDelta(t, g*s*float64(side.Up), float64(side.Hidden), 1e-6)
		assert.InDelta(t, g*s*float64(side.DHidden), float64(side.DUp), 1e-6)
		assert.InDelta(t, float64(side.Up)*s*(1+g*(1-s))*float64(side.DHidden), float64(side.DGate), 1e-6)
	}
	assert.Len(t, u.Token.Symbols, min(u.Token.Position+1, look.MaxContext))
	assert.NotEmpty(t, u.Token.Label)
	assert.Positive(t, u.Token.Loss)
}
