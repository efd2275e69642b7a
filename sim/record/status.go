package record

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// ArmState says how an arm is doing.
type ArmState string

// The states of an arm.
const (
	Waiting  ArmState = "waiting" // for the fork
	Running  ArmState = "running"
	Finished ArmState = "done"
	Failed   ArmState = "failed"
)

// ArmStatus is how an arm is doing. Err is one sentence where it failed; Doing says what keeps a running arm from its
// next update, if anything.
type ArmStatus struct {
	Name           string
	State          ArmState
	Step, End      int // updates done, and when it will be done
	Params, Active int64
	Err, Doing     string
}

// Fail notes that the arm has stopped where it is, and why.
func (a *ArmStatus) Fail(why string) {
	a.State, a.Doing = Failed, ""
	a.Err = fmt.Sprintf("%s stopped at step %d: %s.", a.Name, max(a.Step, 0), why)
}

// Ended are the states of all arms where every one has reached its end, or has diverged, or waits for one that has; it
// is false where the record goes less far.
func (r *Record) Ended() ([]ArmStatus, bool) {
	e := r.Experiment
	out := make([]ArmStatus, len(e.Arms))
	for i, a := range e.Arms {
		out[i] = ArmStatus{Name: a.Name, State: Waiting, Step: -1, End: e.End(i)}
		t := r.Tracks[i]
		if len(t) == 0 && a.From == experiment.Fork && r.ended(e.Trunk()) {
			continue
		}
		if !r.ended(i) {
			return nil, false
		}
		out[i].State, out[i].Step = Finished, t[len(t)-1].Step
		if f, ok := r.Diverged(i, e.Steps); ok {
			out[i].Fail(f.Err().Error())
		}
		n := model.Count(e.ShapeAt(i, out[i].Step), e.Task.Batch, e.Task.Seq)
		out[i].Params, out[i].Active = n.Total, n.Active
	}
	return out, true
}
