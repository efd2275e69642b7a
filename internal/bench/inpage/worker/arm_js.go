package main

import (
	"errors"
	"runtime"
	"syscall/js"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage/job"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// arm is a trainer as the page has it, of a network that is small enough for very many updates.
type arm struct {
	trainer *sim.Trainer
	granted int
}

// tiny is what it trains: widened early, so that pairs are probed.
func tiny() experiment.Experiment {
	e := experiment.Default().Rescale(experiment.MaxSteps)
	e.Task.Batch, e.Task.Seq = 1, 16
	e.Model.Hidden, e.Model.Inner, e.Model.Layers = 16, 8, 1
	e.Arms = e.Arms[len(e.Arms)-1:]
	e.Arms[0].Widen[0].Step = 20
	return e
}

// turn is how many updates are granted at a time: about as many as a session grants.
const turn = 8

// train grants n more updates, waits for them, and says how large the program's memory is and how much of it is in use.
func (w *worker) train(n int) (a job.Answer, err error) {
	if w.arm == nil {
		w.arm = &arm{trainer: sim.NewTrainer(cpu.Factory{})}
		if err := w.arm.hear(w.arm.trainer.Handle(sim.Message{Kind: sim.KindStart, Document: tiny().JSON()}.Encode())); err != nil {
			return a, err
		}
	}
	for end := w.arm.granted + n; w.arm.granted < end; {
		w.arm.granted = min(w.arm.granted+turn, end)
		if err := w.arm.turn(); err != nil {
			return a, err
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	a.Bytes, a.Live = float64(js.Global().Call("memory").Int()), float64(m.HeapAlloc)
	return a, nil
}

// turn lets the trainer do what is granted.
func (a *arm) turn() error {
	if err := a.hear(a.trainer.Handle(sim.Message{Kind: sim.KindRun, Step: a.granted}.Encode())); err != nil {
		return err
	}
	for more := true; more; {
		var out [][]byte
		out, more = a.trainer.Work(50 * time.Millisecond)
		if err := a.hear(out); err != nil {
			return err
		}
	}
	return nil
}

// hear looks whether the trainer has failed; what else it says is not needed.
func (a *arm) hear(messages [][]byte) error {
	for _, data := range messages {
		m, err := sim.DecodeMessage(data)
		if err != nil {
			return err
		}
		if m.Kind == sim.KindFailed {
			return errors.New(m.Text)
		}
	}
	return nil
}
