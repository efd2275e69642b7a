// Package trial has experiments so small that a test runs them in a moment. It has nothing that a program needs.
package trial

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Quick is an experiment over so few and so small updates that it takes a moment.
func Quick(e experiment.Experiment, steps int) experiment.Experiment {
	e = e.Rescale(steps)
	e.Task.Batch = 2
	if e.Task.Kind != task.KindSums { // whose rows are of one length
		e.Task.Seq = 16
	}
	return e
}

// Short is the default experiment cut down to steps updates, with the widening at half-time.
func Short(steps int) experiment.Experiment {
	e := experiment.Default()
	e.Steps = steps
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step = steps / 2
		}
	}
	return e
}

// Of is a tiny experiment whose arms follow treatments at one widening on an axis.
func Of(axis model.Axis, steps, at int, treatments ...string) experiment.Experiment {
	e := Quick(experiment.Default(), steps)
	e.Model.Hidden, e.Model.Inner, e.Model.Layers = 12, 10, 1
	w := Twice(at)
	w.Axis = axis
	e.Arms = Arms(w, treatments...)
	return e
}

// Valid is an experiment of a test, which is to be valid.
func Valid(e experiment.Experiment) experiment.Valid {
	v, err := e.Validate()
	if err != nil {
		panic(err) // a test runs what cannot be run
	}
	return v
}

// Twice is one widening of the inner axis to twice its width.
func Twice(step int) experiment.Widening {
	return experiment.Widening{
		Step:   step,
		Spec:   widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS},
		Rewarm: optim.Rewarm{Rho: 1.3, Steps: 10},
	}
}

// Arms follow the named treatments at one widening.
func Arms(w experiment.Widening, treatments ...string) []experiment.Arm {
	var out []experiment.Arm
	for _, id := range treatments {
		a, err := experiment.Treated(id, w)
		if err != nil {
			panic(err) // a test names a treatment that there is not
		}
		out = append(out, a)
	}
	return out
}
