package main

import (
	"errors"
	"syscall/js"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage/job"
	"github.com/sparkling-lab/sparkling/sim"
)

// arm is a trainer as the page has it, of a network that is small enough for very many updates.
type arm struct {
	trainer *sim.Trainer
	granted int
}

// tiny is what it trains: widened early, so that pairs are probed.
func tiny() sim.Experiment {
	e := sim.Default().Rescale(sim.MaxSteps)
	e.Task.Batch, e.Task.Seq = 1, 16
	e.Model.Hidden, e.Model.Inner, e.Model.Layers = 16, 8, 1
	e.Arms = e.Arms[len(e.Arms)-1:]
	e.Arms[0].Widen[0].Step = 20
	return e
}

// train grants n more updates, waits for them, and says how large the program's memory is.
func (w *worker) train(n int) (a job.Answer, err error) {
	if w.arm == nil {
		w.arm = &arm{trainer: sim.NewTrainer()}
		if err := w.arm.hear(w.arm.trainer.Handle(sim.Message{Kind: sim.KindStart, Document: tiny().JSON()}.Encode())); err != nil {
			return a, err
		}
	}
	w.arm.granted += n
	if err := w.arm.hear(w.arm.trainer.Handle(sim.Message{Kind: sim.KindRun, Step: w.arm.granted}.Encode())); err != nil {
		return a, err
	}
	for more := true; more; {
		var out [][]byte
		out, more = w.arm.trainer.Work(50 * time.Millisecond)
		if err := w.arm.hear(out); err != nil {
			return a, err
		}
	}
	a.Bytes = float64(js.Global().Call("memory").Int())
	return a, nil
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
