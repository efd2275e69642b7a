package session

import (
	"time"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Show is a session of a run that is over for it: its arms stand where the record ends, and nobody trains. No trainer
// is there to look into, or to write. [Session.Reset] and [Session.SetExperiment] begin a run as ever.
func Show(doc experiment.Valid, r *record.Record, h Host) *Session {
	s := &Session{host: h, speed: 1, now: time.Now}
	s.begin(doc, r)
	s.shown = true
	e := s.exp
	for i := range s.arms {
		a := &s.arms[i]
		a.granted = e.Steps // so that nothing is left to widen
		t := r.Tracks[i]
		if len(t) == 0 {
			continue // it waited for the fork
		}
		a.State, a.Step = record.Finished, t[len(t)-1].Step
		if f, lost := r.Diverged(i, e.Steps); lost {
			a.Fail(f.Err().Error())
		}
		n := model.Count(e.ShapeAt(i, a.Step), e.Task.Batch, e.Task.Seq)
		a.Params, a.Active = n.Total, n.Active
		s.forked = s.forked || s.trunk >= 0 && e.Arms[i].From == experiment.Fork && a.Step > s.fork
	}
	return s
}
