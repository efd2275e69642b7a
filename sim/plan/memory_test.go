package plan

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// heap is what the program holds, once the threads of engines that are gone have ended.
func heap() float64 {
	last := math.Inf(1)
	for {
		runtime.GC()
		time.Sleep(5 * time.Millisecond)
		runtime.GC()
		now := allocated()
		if now > 0.999*last {
			return now
		}
		last = now
	}
}

// allocated is that with what nothing points at any more.
func allocated() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// What is planned is what a learner then holds, measured in the heap, to 2 %: whatever its shape, its optimizer, and
// whether it recomputes; and at a widening both networks.
func TestWhatIsPlannedIsWhatIsThenHeld(t *testing.T) {
	shape := func(vocab, d, f, experts, layers int) model.Config {
		return model.Config{Vocab: vocab, Hidden: d, Layers: layers, Heads: 8, KVHeads: 4, HeadDim: d / 8,
			Experts: experts, TopK: 2, Inner: f, NormEps: 1e-6, RopeBase: 10000, LogitMult: 1, InitStd: 0.02}
	}
	base := Run{Optimizer: optim.AdamW, Batch: 2, Accumulate: 1, Seq: 64, Threads: 2}
	for name, change := range map[string]func(*Run){
		"d 512, f 512, 8 experts": func(r *Run) { r.Model = shape(65, 512, 512, 8, 2); r.Batch = 1 },
		"recomputed, by Muon": func(r *Run) {
			r.Model, r.Recompute, r.Optimizer = shape(65, 256, 256, 8, 4), true, optim.Muon
		},
		"long rows": func(r *Run) { r.Model, r.Batch, r.Seq = shape(65, 96, 96, 4, 2), 2, 512 },
		"long rows, recomputed": func(r *Run) {
			r.Model, r.Batch, r.Seq, r.Recompute = shape(65, 96, 96, 4, 8), 2, 512, true
		},
		"a vocabulary": func(r *Run) { r.Model, r.Batch = shape(8000, 128, 64, 4, 2), 8 },
		"a vocabulary, recomputed": func(r *Run) {
			r.Model, r.Batch, r.Recompute = shape(8000, 128, 64, 4, 4), 8, true
		},
		"accumulated": func(r *Run) { r.Model, r.Accumulate = shape(300, 256, 256, 4, 2), 2 },
		"widened on the hidden axis": func(r *Run) {
			r.Model = shape(300, 192, 256, 4, 2)
			r.Schedule = Schedule{{Axis: model.Hidden, Factor: 2}}
		},
		"widened on both axes, by Muon, recomputed": func(r *Run) {
			r.Model, r.Optimizer, r.Recompute = shape(300, 192, 192, 4, 2), optim.Muon, true
			r.Schedule = Schedule{{Axis: model.Joint, Factor: 2}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := base
			change(&r)
			before := heap()
			l, ids, answers := held(t, r)
			near(t, phase("", r.Model, r.trainer(r.Model, model.NewGrowth(r.Model))).Bytes, heap()-before)
			if len(r.Schedule) == 0 {
				runtime.KeepAlive(l)
				runtime.KeepAlive(answers)
				return
			}
			p, err := widen.New(widen.Spec{Axis: r.Schedule[0].Axis, Factor: 2, Init: widen.CopyCopy,
				Scale: widen.RMS, OptState: widen.Asymmetric}, l.Table(), 1)
			require.NoError(t, err)
			percent := debug.SetGCPercent(-1) // of the old network nothing is collected before it is measured
			err = l.Widen(p, model.NewGrowth(r.Model).Widen(p.To.Config))
			peak := allocated()
			debug.SetGCPercent(percent)
			require.NoError(t, err)
			_, err = l.Train(ids, ids, []float64{1e-3, 1e-3})
			require.NoError(t, err)
			phases := r.Phases()
			require.Len(t, phases, 3)
			near(t, phases[1].Bytes, peak-before)
			after := phases[2].Bytes - one(p.To.Config)
			near(t, after, heap()-before)
			runtime.KeepAlive(l)
			runtime.KeepAlive(answers)
		})
	}
}

// held is a learner after an update and a validation, the batch that they were of, and what the latter saw.
func held(t *testing.T, r Run) (learner.Learner, []int32, *learner.Answers) {
	w := model.Init(r.Model, 1)
	l := cpu.New(learner.Setup{
		Optimizer: optim.Config{Kind: r.Optimizer, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, Momentum: 0.95},
		Batch:     r.Batch, Seq: r.Seq, Accumulate: r.Accumulate, Recompute: r.Recompute,
		Growth: model.NewGrowth(r.Model),
		State:  learner.State{Weights: w, M: model.NewValues(w.Table), V: model.NewValues(w.Table)},
	}, r.Threads)
	l.Threads(r.Threads)
	ids := make([]int32, r.Batch*r.Seq*r.Accumulate)
	for i := range ids {
		ids[i] = int32(i*7+i/5) % int32(r.Model.Vocab)
	}
	_, err := l.Train(ids, ids, []float64{1e-3})
	require.NoError(t, err)
	answers := &learner.Answers{See: func(int, []float32) {}}
	for i := range r.Batch * r.Seq {
		answers.Positions = append(answers.Positions, i)
	}
	_, err = l.Loss(ids[:r.Batch*r.Seq], ids[:r.Batch*r.Seq], r.Seq, answers)
	require.NoError(t, err)
	return l, ids, answers
}

func near(t *testing.T, want, got float64) {
	t.Helper()
	t.Logf("planned %.1f MB, held %.1f MB: %+.2f %%", want/1e6, got/1e6, 100*(got/want-1))
	assert.InEpsilon(t, want, got, 0.02)
}

// What does not fit is told what to do, one thing after another, each with what comes of it; what fits is told nothing.
func TestWhatDoesNotFitIsToldWhatToDo(t *testing.T) {
	p := Paper()
	r := Run{Model: p.Model, Optimizer: p.Optimizer, Batch: p.Batch, Accumulate: 1, Seq: p.Seq, Threads: 2,
		Schedule: p.Schedules[0]}
	most := Peak(r.Phases())
	assert.Empty(t, r.Remedies(most.Bytes))
	steps := r.Remedies(130e9)
	require.Len(t, steps, 3)
	last := most.Bytes
	for i, s := range steps {
		assert.Less(t, s.Peak.Bytes, last, s.Name)
		assert.InDelta(t, last-s.Peak.Bytes, s.Took, 1)
		assert.Equal(t, i == 2, s.Fits, s.Name)
		last = s.Peak.Bytes
	}
	end := steps[2].Run
	assert.True(t, end.Recompute && end.OnDisk)
	assert.Equal(t, p.Batch, end.Batch*end.Accumulate, "an update is of as many sequences")
	steps = r.Remedies(1e9)
	assert.False(t, steps[len(steps)-1].Fits, "nothing helps")
	assert.Equal(t, 1, steps[len(steps)-1].Run.Batch)
}
