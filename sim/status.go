package sim

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

// ArmStatus is how an arm is doing. Err is one sentence where it failed; Doing says what keeps a running arm from its next update, if anything.
type ArmStatus struct {
	Name           string
	State          ArmState
	Step, End      int // updates done, and when it will be done
	Params, Active int64
	Err, Doing     string
}

// Record is what was measured so far, live memory.
func (s *Session) Record() *Record { return s.rec }

// Experiment is the document that runs; [Session.WidenNow] changes it.
func (s *Session) Experiment() experiment.Experiment { return s.exp.Clone() }

// Playing reports whether the run goes on by itself.
func (s *Session) Playing() bool { return s.playing && !s.Done() }

// Speed is the present multiple of the default pace.
func (s *Session) Speed() Speed { return s.speed }

// Forked reports whether the arms have parted.
func (s *Session) Forked() bool { return s.forked }

// Done reports whether no arm has anything left to do.
func (s *Session) Done() bool {
	for _, a := range s.arms {
		if a.State == Running || a.State == Waiting && s.before() {
			return false
		}
	}
	return true
}

// Settled reports whether nothing comes by itself any more: the run does not go on, and no arm owes anything of what it was told to do before.
func (s *Session) Settled() bool {
	for _, a := range s.arms {
		if a.State == Running && !a.ready {
			return false
		}
	}
	return !s.Playing() && s.busy() == 0 && !(s.asked && s.before())
}

// Arms are the states of all arms.
func (s *Session) Arms() []ArmStatus {
	out := make([]ArmStatus, len(s.arms))
	for i, a := range s.arms {
		out[i] = a.ArmStatus
	}
	return out
}

// Ended are the states of all arms where every one has reached its end, or has diverged, or waits for one that has; it is false where the
// record goes less far.
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
			out[i].State, out[i].Err = Failed, stopped(a.Name, f.Step, diverged(f).Error())
		}
		n := model.Count(e.ShapeAt(i, out[i].Step), e.Task.Batch, e.Task.Seq)
		out[i].Params, out[i].Active = n.Total, n.Active
	}
	return out, true
}

// stopped says in a sentence that an arm has, and why.
func stopped(name string, step int, why string) string {
	return fmt.Sprintf("%s stopped at step %d: %s.", name, max(step, 0), why)
}
