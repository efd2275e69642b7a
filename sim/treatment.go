package sim

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Treatment is a named choice of what an arm does at its widenings.
type Treatment struct {
	ID, Name, About string
	widens          bool
	state           widen.State
	scale           widen.Scale
	rewarm          optim.Scope
}

// Treatments are the named choices.
var Treatments = []Treatment{
	{"small", "Small", "never widened", false, "", "", ""},
	{"copy", "Copy", "neurons and optimizer states copied", true, widen.Copy, widen.RMS, optim.RewarmNone},
	{"drop", "Drop", "neurons copied, all optimizer states emptied", true, widen.Drop, widen.RMS, optim.RewarmNone},
	{"asymmetric", "Asymmetric reset", "as Copy, but the copies start with empty optimizer states", true, widen.Asymmetric, widen.RMS, optim.RewarmNone},
	{"asymmetric-scaled", "Asymmetric, scaled", "as Asymmetric reset, and the states of the originals are scaled like their weights", true, widen.AsymmetricScaled, widen.RMS, optim.RewarmNone},
	{"sparkling", "SPARKLING", "as Asymmetric reset, and the copies' learning rate is warmed up again", true, widen.Asymmetric, widen.RMS, optim.RewarmNew},
	{"rewarm-all", "Re-warm all", "as Asymmetric reset, and every learning rate is warmed up again", true, widen.Asymmetric, widen.RMS, optim.RewarmAll},
	{"unscaled", "Unscaled", "as SPARKLING, but without the factor that keeps the RMS", true, widen.Asymmetric, widen.Unscaled, optim.RewarmNew},
}

// TreatmentOf is the named choice that an arm follows, if it is one.
func TreatmentOf(a Arm) (Treatment, bool) {
	for _, t := range Treatments {
		if t.is(a) {
			return t, true
		}
	}
	return Treatment{}, false
}

func (t Treatment) is(a Arm) bool {
	if t.widens != (len(a.Widen) > 0) {
		return false
	}
	for _, w := range a.Widen {
		if w.State != t.state || w.Scale != t.scale || w.Rewarm.Scope != t.rewarm {
			return false
		}
	}
	return true
}

// treat makes an arm follow a named choice; stages are the widenings it then goes through if it had none.
func (t Treatment) treat(a Arm, stages []Widening) Arm {
	if len(a.Widen) > 0 {
		stages = a.Widen
	}
	a.Name, a.About, a.Widen = t.Name, t.About, nil
	if !t.widens {
		return a
	}
	for _, w := range stages {
		w.State, w.Scale, w.Rewarm.Scope = t.state, t.scale, t.rewarm
		a.Widen = append(a.Widen, w)
	}
	return a
}

// firstWidening is the widening that the shared controls show: the first of the first arm that has one.
func (e Experiment) firstWidening() Widening {
	for _, a := range e.Arms {
		if len(a.Widen) > 0 {
			return a.Widen[0]
		}
	}
	return Widening{
		Step:   e.Steps / 2,
		Spec:   widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, State: widen.Copy},
		Rewarm: optim.Rewarm{Scope: optim.RewarmNone, Rho: 1.3, Steps: 10},
	}
}

// setTreatment changes the treatment of one arm.
func (e *Experiment) setTreatment(arm int, id string) error {
	for _, t := range Treatments {
		if t.ID == id {
			e.Arms[arm] = t.treat(e.Arms[arm], []Widening{e.firstWidening()})
			return nil
		}
	}
	return fmt.Errorf("there is no treatment %q", id)
}
