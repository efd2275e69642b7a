package main

import (
	"errors"
	"runtime"
	"syscall/js"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
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

// grant is how many updates are granted at a time: about as many as a session grants.
const grant = 8

// train grants n more updates, waits for them, and says how much memory the program has then.
func (w *worker) train(n int) (m workload.Memory, err error) {
	if w.arm == nil {
		w.arm = &arm{trainer: sim.NewTrainer(cpu.Factory{})}
		if err := w.arm.send(sim.Message{Kind: sim.KindStart, Document: tiny().JSON()}); err != nil {
			return m, err
		}
	}
	for end := w.arm.granted + n; w.arm.granted < end; {
		w.arm.granted = min(w.arm.granted+grant, end)
		if err := w.arm.send(sim.Message{Kind: sim.KindRun, Step: w.arm.granted}); err != nil {
			return m, err
		}
		for more := true; more; {
			var out [][]byte
			out, more = w.arm.trainer.Work(50 * time.Millisecond)
			if err := hear(out); err != nil {
				return m, err
			}
		}
	}
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return workload.Memory{Live: float64(stats.HeapAlloc), Program: float64(js.Global().Call("memory").Int())}, nil
}

func (a *arm) send(m sim.Message) error { return hear(a.trainer.Handle(m.Encode())) }

// hear looks whether the trainer has failed; what else it says is not needed.
func hear(messages [][]byte) error {
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
