package train

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func find(r *Arm, p model.Part, layer int) int { return r.learn.Table().Find(p, layer) }

// times multiplies a part of the first layer.
func times(t testing.TB, r *Arm, p model.Part, by float32) {
	change(t, r, record.Weight, find(r, p, 0), func(_ int, x float32) float32 { return x * by })
}

func TestTrainingThatDivergesEndsAndNamesWhatIsNoLongerFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for name, c := range map[string]struct {
		untied bool
		until  int // updates before it
		harm   func(testing.TB, *Arm)
		steps  int // of the last frame
		train  bool
		held   bool // measured in the last frame, and a number
		want   string
	}{
		"NaN in every weight": {
			until: 3, harm: func(t testing.TB, r *Arm) { put(t, r, record.Weight, 0, 0, nan) }, steps: 4,
			want: "model.embed_tokens.weight",
		},
		"an infinity in a weight of an expert": {
			until: 3, harm: func(t testing.TB, r *Arm) {
				put(t, r, record.Weight, find(r, model.Up, 0), 2*r.exp.Model.Inner*r.exp.Model.Hidden+5, inf)
			}, steps: 4, want: "model.layers.0.mlp.experts.2.up_proj.weight",
		},
		"weights that are finite, and activations that are not": {
			until: 3, harm: func(t testing.TB, r *Arm) {
				for _, p := range []model.Part{model.Gate, model.Up, model.Down} {
					change(t, r, record.Weight, find(r, p, 1), func(int, float32) float32 { return 1e18 })
				}
			}, steps: 4, want: "the residual stream after model.layers.1",
		},
		"a gradient that is infinite where the loss is a number": {
			until: 3, harm: func(t testing.TB, r *Arm) {
				times(t, r, model.Gate, 1e36)
				times(t, r, model.Up, 0)
				times(t, r, model.Down, 1e8)
			}, steps: 4, train: true, want: "the gradient of model.layers.0.mlp.experts.1.up_proj.weight",
		},
		"gradients too large to be squared": {
			until: 3, harm: func(t testing.TB, r *Arm) {
				times(t, r, model.Gate, 1e25)
				times(t, r, model.Up, 1e-25)
			}, steps: 4, train: true, want: "the second moment of model.layers.0.mlp.experts.1.up_proj.weight",
		},
		"a state of the optimizer": {
			until: 3, harm: func(t testing.TB, r *Arm) { put(t, r, record.Moment2, 0, 7, inf) }, steps: 10, train: true,
			held: true, want: "the second moment of model.embed_tokens.weight",
		},
		"the validation loss alone": { // a symbol that the batches up to then do not have
			untied: true, until: 8, harm: func(t testing.TB, r *Arm) {
				put(t, r, record.Weight, 0, int(unseen(r, 10))*r.exp.Model.Hidden, nan)
			}, steps: 10, train: true,
			want: "model.embed_tokens.weight",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := trial.Short(60)
			e.Task.Batch, e.Task.Seq, e.Model.Untied = 1, 8, c.untied
			tr := NewTrainer(cpu.Factory{})
			tr.Handle(Message{Kind: KindStart, Document: e.JSON()}.Encode())
			tr.Handle(Message{Kind: KindRun, Step: c.until}.Encode())
			tr.Work(time.Hour)
			require.Equal(t, c.until, tr.run.step)
			c.harm(t, tr.run)
			tr.Handle(Message{Kind: KindRun, Step: 30}.Encode())
			out, more := tr.Work(time.Hour)
			assert.False(t, more)
			require.Len(t, out, 3)
			frames, err := DecodeMessage(out[0])
			require.NoError(t, err)
			last := frames.Frames[len(frames.Frames)-1]
			assert.Equal(t, c.want, last.NotFinite)
			assert.Equal(t, c.steps, last.Step)
			assert.Equal(t, c.train, record.Finite(last.TrainLoss), "training loss %v", last.TrainLoss)
			assert.Equal(t, c.held, record.Finite(last.ValLoss), "validation loss %v", last.ValLoss)
			good, err := DecodeMessage(out[1])
			require.NoError(t, err)
			assert.Equal(t, []int{int(KindSnapshot), c.steps - 1}, []int{int(good.Kind), good.Step})
			failed, err := DecodeMessage(out[2])
			require.NoError(t, err)
			assert.Equal(t, KindFailed, failed.Kind)
			assert.Contains(t, failed.Text, "training diverged: "+record.PlaceOf(c.want).String()+
				" is no longer a number")
		})
	}
}

// unseen is a symbol of the validation windows that no batch up to a step has.
func unseen(r *Arm, step int) int32 {
	seen := map[int32]bool{}
	for s := range step {
		r.task.Batch(r.exp.Seed, s, r.exp.Task.Seq, r.ids, r.labels)
		for _, id := range r.ids {
			seen[id] = true
		}
	}
	for live, row := r.task.Live(r.exp.Task.Seq), 0; row < live.Rows; row++ {
		live.Fill(row, r.ids[:live.Seq], r.labels[:live.Seq])
		for _, id := range r.ids {
			if !seen[id] {
				return id
			}
		}
	}
	panic("the batches have every symbol")
}

func TestASearchThatDivergesIsNoPlaceOnTheSchedule(t *testing.T) {
	e := trial.Short(20)
	e.Task.Batch, e.Task.Seq = 1, 8
	w := trial.Twice(10)
	e.Arms = trial.Arms(w, "remapped")
	r := begun(t, e, 0)
	for r.step < 10 {
		step(t, r)
	}
	due, ok := r.due()
	require.True(t, ok)
	s, err := r.search(due)
	require.NoError(t, err)
	put(t, s.wide, record.Weight, 0, 0, float32(math.NaN()))
	for !s.done() {
		require.NoError(t, s.train())
	}
	assert.Equal(t, 1, s.wide.step, "it ends there")
	_, err = r.widen(due, s, nil)
	assert.ErrorContains(t, err, "diverged at its step 1: model.embed_tokens.weight is no longer finite")
}
