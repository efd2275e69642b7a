package train

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestWhatANetworkDoesNotShowItDeclinesByName(t *testing.T) {
	e := trial.Of(model.Inner, 12, 6, "remapped")
	r := begun(t, e, 0)
	for _, c := range []struct {
		q    look.Question
		says string
	}{
		{look.OneLayer(1, record.Weight), "1 layers, and no layer 2"},
		{look.OneUpdate(0, 4, 0, look.None), "4 experts, and no expert 5"},
		{look.OneUpdate(0, 0, 0, 10), "10 neurons, and no neuron 11"},
		{look.OneHead(0, 99, 0), "no head 100"}, {look.OneHead(0, 0, 2), "2 sequences, and no sequence 3"},
		{look.OneLayer(0, record.Gradient), "a gradient comes with the next one"},
		{look.AllTensors(record.Gradient, look.Robust), "a gradient comes with the next one"},
	} {
		_, err := r.answer(c.q)
		require.ErrorAs(t, err, new(unanswered))
		assert.ErrorContains(t, err, c.says)
	}
	for r.step < 6 {
		step(t, r)
	}
	_, err := r.answer(look.OneUpdate(0, 0, 0, look.None))
	require.ErrorAs(t, err, new(unanswered))
	assert.ErrorContains(t, err, "trained from scratch")
	_, err = r.answer(look.OneLayer(0, record.Gradient))
	assert.NoError(t, err)
}

func TestNetworksThatAreTooLargeToBeShownSaySo(t *testing.T) {
	e := trial.Of(model.Inner, 12, 6, "copy")
	e.Task.Seq = look.MaxSeq + 8
	e.Model.Inner, e.Model.Experts, e.Model.Hidden = 800, 8, 32
	r := begun(t, e, 0)
	_, err := r.answer(look.OneHead(0, 0, 0))
	assert.ErrorContains(t, err, "at most 256 can be shown")
	_, err = r.answer(look.OneLayer(0, record.Weight))
	assert.ErrorContains(t, err, "too much to be shown")
	c := e.Model
	for _, large := range []func(){func() { c.Hidden = 8192 }, func() { c.Hidden, c.Inner = 4096, 8192 }} {
		large()
		assert.ErrorAs(t, fitsUpdate(c, look.OneUpdate(0, 0, 0, look.None), e), new(unanswered))
	}
}

// What the page allows a second network is room enough for every experiment that it offers.
func TestOfEveryBuiltInAnUpdateCanBeShownInThePage(t *testing.T) {
	for _, e := range experiment.Builtins() {
		for i := range e.Arms {
			f := model.FootprintOf(e.Wide(i), e.Task.Batch, e.Task.Seq, e.Recompute)
			assert.Less(t, f.Training(), float64(mostInPage), "%s, %s", e.Name, e.Arms[i].Name)
		}
	}
}

// A device that has no place for a clone goes on; one that fails itself ends the arm.
func TestLookingAtALearnerThatFailsEndsNothingThatCouldGoOn(t *testing.T) {
	d := &learnertest.Device{}
	k := &talk{Trainer: NewTrainer(d), t: t}
	k.say(Message{Kind: KindStart, Document: short().JSON()})
	full := ""
	d.Fail = func(c learnertest.Call) error {
		if c.Name == full {
			return errors.New("the device is full")
		}
		return nil
	}
	ask := func(q look.Question) Message {
		k.got = nil
		k.say(Message{Kind: KindLook, Ask: 1, Question: q})
		require.Len(t, k.got, 1)
		return k.got[0]
	}
	full = "New"
	m := ask(look.OneUpdate(0, 0, 0, look.None))
	require.Equal(t, KindLooked, m.Kind)
	assert.NotEmpty(t, m.Answer.Declined)
	full = ""
	k.say(Message{Kind: KindRun, Step: 2})
	k.work()
	assert.Equal(t, 2, k.run.step)
	full = "Read"
	m = ask(look.OneLayer(0, record.Weight))
	assert.Equal(t, KindFailed, m.Kind)
	k.Close()
	assert.Zero(t, d.Resident())
	assert.Empty(t, d.Misuse())
}

// careless is a task of which nobody can have a sample.
type careless struct{ task.Task }

func (careless) Sample(int, []int32, []int32) { panic("no such row") }

func TestAMistakeInLookingIsDeclinedByNameAndTheArmGoesOn(t *testing.T) {
	e := trial.Of(model.Inner, 12, 6, "sparkling")
	r, other := begun(t, e, 0), begun(t, e, 0)
	r.task = careless{r.task}
	_, err := r.answer(look.OneHead(0, 0, 0))
	require.ErrorAs(t, err, new(unanswered))
	assert.ErrorContains(t, err, "no such row")
	for range 3 {
		assert.Equal(t, step(t, other).TrainLoss, step(t, r).TrainLoss, "and no bit of it has changed")
	}
}

func TestHistogramsCountEveryValueOnce(t *testing.T) {
	x := make([]float32, 0, 1010)
	for i := range 1000 {
		x = append(x, float32(i-500)/100)
	}
	x = append(x, 1000, -1000, float32(math.NaN()), float32(math.Inf(1)), 0)
	h := summary(model.Up, 1, x)
	assert.Equal(t, []int{1005, 2, 2}, []int{h.Count, h.Zeros, h.NotFinite})
	assert.Equal(t, []float32{-1000, 1000}, []float32{h.Min, h.Max})
	assert.InDelta(t, -4.9, h.Low1, 0.05)
	assert.InDelta(t, 4.9, h.High99, 0.05)
	for _, to := range []float32{h.High99, 1024} {
		h.Below, h.Above, h.Bins = 0, 0, make([]int32, look.Bins)
		h.From, h.To = -to, to
		bin(&h, x)
		sum := h.Below + h.Above + h.NotFinite
		for _, n := range h.Bins {
			sum += int(n)
		}
		assert.Equal(t, h.Count, sum)
	}
	assert.Zero(t, h.Below+h.Above, "a fixed range holds all")
	h = summary(model.Up, 1, []float32{float32(math.NaN())})
	assert.Equal(t, 1, h.NotFinite)
	for _, v := range []float32{0, 1, -3, 1e-30} {
		from, to := around(v, v)
		assert.Less(t, from, v)
		assert.Greater(t, to, v)
	}
	assert.Equal(t, []float32{1, 4, 4, 0.25}, []float32{powerOfTwo(0), powerOfTwo(3.1), powerOfTwo(4), powerOfTwo(0.2)})
}

func TestTheInsideOfANetworkIsWhatItsLearnerHas(t *testing.T) {
	e := trial.Of(model.Inner, 12, 6, "sparkling")
	r := begun(t, e, 0)
	for r.step < 8 {
		step(t, r)
	}
	for _, q := range []record.Quantity{record.Weight, record.Gradient, record.Moment1, record.Moment2} {
		a, err := r.answer(look.OneLayer(0, q))
		require.NoError(t, err)
		want := values(t, r, q)
		var names []string
		for _, m := range a.Layer.Matrices {
			i := find(r, m.Part, 0)
			assert.Equal(t, want.Expert(i, max(m.Expert, 0)), m.Values)
			names = append(names, m.Tensor)
		}
		assert.Len(t, names, 9+3*r.learn.Table().Config.Experts)
		assert.True(t, slices.ContainsFunc(names, func(s string) bool { return strings.Contains(s, "experts.3.down") }))
		h, err := r.answer(look.AllTensors(q, look.Fixed))
		require.NoError(t, err)
		require.Len(t, h.Histograms.Tensors, len(want.Table.Tensors))
		for i, x := range h.Histograms.Tensors {
			assert.Equal(t, want.Table.Tensors[i].Part, x.Part)
			assert.Equal(t, slices.Max(want.Tensor(i)), x.Max)
			assert.Zero(t, x.Below+x.Above)
		}
	}
	a, err := r.answer(look.OneLayer(0, look.Activations))
	require.NoError(t, err)
	tokens := 0
	for _, x := range a.Layer.Experts {
		tokens += x.Tokens
		assert.Len(t, x.Mean, 20)
		for j := range x.Active {
			assert.GreaterOrEqual(t, x.Mean[j], float32(0))
			assert.InDelta(t, 0.5, x.Active[j], 0.501)
		}
	}
	assert.Equal(t, 64, tokens, "32 tokens, two experts each")
	a, err = r.answer(look.OneHead(0, 1, 1))
	require.NoError(t, err)
	assert.Len(t, a.Attention.Symbols, e.Task.Seq)
	for q := range e.Task.Seq {
		sum := 0.0
		for k, p := range a.Attention.Probs[q*e.Task.Seq : (q+1)*e.Task.Seq] {
			sum += float64(p)
			assert.True(t, k <= q || p == 0, "nobody looks ahead")
		}
		assert.InDelta(t, 1, sum, 1e-5)
	}
}
