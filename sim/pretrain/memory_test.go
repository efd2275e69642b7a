package pretrain_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/plan"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// heap is what is on it and needed.
func heap() float64 {
	runtime.GC()
	runtime.GC() // what a finalizer let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// weighing makes learners that note the heap as they are made, read, trained and asked.
type weighing struct {
	cpu.Factory
	note func(trained bool)
}

func (w weighing) New(s learner.Setup) (learner.Learner, error) {
	w.note(false)
	l, err := w.Factory.New(s)
	w.note(false)
	return &weighed{Learner: l, note: w.note}, err
}

type weighed struct {
	learner.Learner
	note         func(trained bool)
	reads, asked int
}

func (w *weighed) Train(ids, labels []int32, rates []float64) (learner.Update, error) {
	u, err := w.Learner.Train(ids, labels, rates)
	w.note(true)
	return u, err
}

func (w *weighed) Loss(ids, labels []int32, seq int, a *learner.Answers) (float64, error) {
	x, err := w.Learner.Loss(ids, labels, seq, a)
	if w.asked++; w.asked%64 == 0 {
		w.note(false)
	}
	return x, err
}

func (w *weighed) Read(q model.Quantity, tensor, expert int, into []float32) error {
	if w.reads++; w.reads%16 == 0 {
		w.note(false)
	}
	return w.Learner.Read(q, tensor, expert, into)
}

// A whole run holds in each of its phases what is planned for that, to 2 % and what its text, its record and the
// buffers of files take, also where it is widened on the disk.
func TestARunThatIsWidenedOnTheDiskHoldsWhatIsPlanned(t *testing.T) {
	e := trial.Of(model.Joint, 100, 2, "sparkling")
	e.Model.Hidden, e.Model.Inner, e.Model.Layers, e.Model.Experts, e.Model.HeadDim = 128, 192, 2, 8, 16
	e.Task.Batch, e.Task.Seq = 4, 64
	before := heap()
	most, phase := [3]float64{}, 0
	ctx, stop := context.WithCancel(t.Context())
	s := setup(t, t.TempDir(), e)
	s.OnDisk = true
	s.Make = weighing{note: func(trained bool) {
		if trained && phase == 1 {
			phase = 2
		}
		most[phase] = max(most[phase], heap()-before)
	}}
	s.Tell = func(v pretrain.Event) {
		switch {
		case v.Kind == pretrain.Trained && v.Step == 2:
			phase = 1
		case v.Kind == pretrain.Trained && v.Step == 3:
			stop()
		}
	}
	_, err := pretrain.Run(ctx, s)
	require.NoError(t, err)
	r := plan.RunOf(e, 0, s.Threads)
	r.OnDisk = true
	for i, p := range r.Phases() {
		t.Logf("%s: planned %.2f MB, held %.2f MB", p.Name, p.Bytes/1e6, most[i]/1e6)
		assert.InDelta(t, p.Bytes, most[i], 0.02*p.Bytes+1.5e6, p.Name)
	}
}
