package train

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// breaking is an experiment whose first arm diverges after some time, because its weights grow.
func breaking(at int, decay float64) experiment.Experiment {
	e := trial.Of(model.Inner, 300, at, "sparkling")
	e.Optimizer.LR, e.Optimizer.WeightDecay, e.Optimizer.Warmup, e.Optimizer.MinLRRatio = 1, decay, 0, 1
	return e
}

// What is sent of an arm that diverges is its state just before, bit for bit; it breaks once more in the same update,
// which can be looked at.
func TestAnArmThatDivergesHandsOverTheStateBefore(t *testing.T) {
	for name, e := range map[string]experiment.Experiment{
		"in its first steps":             breaking(200, 10),
		"long after a state was kept":    breaking(290, 2.1),
		"in the update after a widening": breaking(16, 3.2),
		"soon after a widening":          breaking(50, 2.2),
	} {
		t.Run(name, func(t *testing.T) {
			tr := NewTrainer(cpu.Factory{})
			defer tr.Close()
			tr.Handle(Message{Kind: KindStart, Document: e.JSON()}.Encode())
			tr.Handle(Message{Kind: KindRun, Step: e.Steps}.Encode())
			out, more := tr.Work(time.Hour)
			require.False(t, more)
			require.GreaterOrEqual(t, len(out), 3)
			var last [3]Message
			for i, data := range out[len(out)-3:] {
				var err error
				last[i], err = DecodeMessage(data)
				require.NoError(t, err)
			}
			frames := last[0].Frames
			broken := frames[len(frames)-1]
			t.Logf("step %d: %s", broken.Step, broken.NotFinite)
			require.NotEmpty(t, broken.NotFinite)
			require.Equal(t, []Kind{KindSnapshot, KindFailed}, []Kind{last[1].Kind, last[2].Kind})
			assert.Equal(t, broken.Step-1, last[1].Step)

			want := begun(t, e, 0)
			for want.step < broken.Step-1 {
				step(t, want)
			}
			sameBytes(t, snapshot(t, want), last[1].Snapshot, "the state before")

			tr.Handle(Message{Kind: KindStart, Document: e.JSON(), Snapshot: last[1].Snapshot}.Encode())
			a, err := tr.run.answer(look.OneUpdate(0, 0, 0, look.None))
			require.NoError(t, err)
			assert.Equal(t, broken.NotFinite, a.Update.NotFinite, "the very update that breaks it")
			assert.Equal(t, breaks(t, want), a.Update.Broken)
			tr.Handle(Message{Kind: KindRun, Step: e.Steps}.Encode())
			out, _ = tr.Work(time.Hour)
			again, err := DecodeMessage(out[len(out)-1])
			require.NoError(t, err)
			assert.Equal(t, last[2].Text, again.Text)
			assert.Equal(t, last[2].Step, again.Step)
		})
	}
}

// breaks makes the update that breaks a run, and names the first neuron of the first expert that it breaks.
func breaks(t *testing.T, r *Arm) int {
	t.Helper()
	step(t, r)
	for n := range r.learn.Table().Config.Inner {
		for _, p := range look.Parts {
			if !model.AllFinite(part(t, r, record.Gradient, p, 0, n)) ||
				!model.AllFinite(part(t, r, record.Weight, p, 0, n)) {
				return n
			}
		}
	}
	return look.None
}
