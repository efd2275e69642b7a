package session

import (
	"fmt"
	"slices"
	"time"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// State is a whole session between two updates of every arm: [Resume] goes on from it, with the same bits as if nothing
// had been. Nothing changes it, so that it can be written while the session goes on.
type State struct {
	Engine string         // of the [Host] that it was made on
	Record *record.Record // of every arm as far as its Snapshot, or to where it failed
	Arms   []ArmSave
	doc    experiment.Valid
}

// ArmSave is an arm in a [State].
type ArmSave struct {
	record.ArmStatus
	Snapshot []byte // what its trainer begins at; nil is step 0
	At       int    // step of it
}

// Document is what the session ran.
func (st State) Document() experiment.Valid { return st.doc }

// Foreign says what is to be known before a state is resumed on an engine that is not the one that made it; it is empty
// where there is nothing.
func (st State) Foreign(engine string) string {
	return record.Foreign(st.Engine, engine)
}

// Finished reports whether no arm has anything left to do: each has ended, or has failed, or waits for one that has.
func (st State) Finished() bool {
	return !slices.ContainsFunc(st.Arms, func(a ArmSave) bool { return a.State == record.Running })
}

// Status is how the arms were doing.
func (st State) Status() []record.ArmStatus {
	var out []record.ArmStatus
	for _, a := range st.Arms {
		out = append(out, a.ArmStatus)
	}
	return out
}

// Save asks all arms for their states; [Session.Saved] has them when all have answered. Training goes on.
func (s *Session) Save() {
	for i := range s.arms {
		a := &s.arms[i]
		if a.port == nil || a.saving || a.at >= a.End {
			continue // it has not begun, has been asked, or is saved at its end
		}
		a.saving = true
		a.port.Send(train.Message{Kind: train.KindSave}.Encode())
	}
}

// Saved is the state that was saved last. It is false while arms are still asked for theirs, and where nothing was ever
// saved it is the state of the fork, or of step 0.
func (s *Session) Saved() (State, bool) {
	st := State{Engine: s.host.Engine(), doc: s.doc, Record: &record.Record{Experiment: s.exp.Clone(),
		Tracks: slices.Clone(s.rec.Tracks), Reports: s.rec.Reports, Writings: s.rec.Writings}}
	for i, a := range s.arms {
		if a.saving {
			return State{}, false
		}
		save := ArmSave{a.ArmStatus, a.begin, a.at}
		save.Doing = ""
		switch {
		case a.State == record.Failed: // all that it has measured stays
		case a.State == record.Running || a.at < a.End && a.State == record.Finished:
			save.State, save.Step = record.Running, a.at
			st.Record.Cut(i, a.at, a.begin != nil)
		}
		st.Arms = append(st.Arms, save)
	}
	st.Record.Reports = slices.Clone(st.Record.Reports)
	return st, true
}

// Resume is a session that goes on from a state, paused. It errs where the state is not whole, or no trainer can be
// started.
func Resume(st State, h Host) (*Session, error) {
	if err := st.check(); err != nil {
		return nil, err
	}
	s := &Session{host: h, speed: 1, now: time.Now}
	s.begin(st.doc, &record.Record{
		Experiment: st.doc.Experiment(), Tracks: slices.Clone(st.Record.Tracks),
		Reports: slices.Clone(st.Record.Reports), Writings: st.Record.Writings,
	})
	s.forked = s.trunk >= 0 && s.fork < s.exp.Steps
	for i, save := range st.Arms {
		a := &s.arms[i]
		a.begin, a.at = save.Snapshot, save.At
		s.forked = s.forked && (s.exp.Arms[i].From != experiment.Fork || save.Snapshot != nil && save.At >= s.fork)
	}
	for i, save := range st.Arms {
		a := &s.arms[i]
		a.Params, a.Active = save.Params, save.Active
		switch {
		case save.State == record.Failed:
			a.State, a.Step, a.Err = record.Failed, save.Step, save.Err
			s.rec.Stop(i, true)
		case save.State != record.Waiting:
			if err := s.start(i); err != nil {
				s.Close()
				return nil, err
			}
		}
	}
	s.reached = s.progress()
	s.target = float64(s.furthest())
	return s, nil
}

// check refuses what does not belong together.
func (st State) check() error {
	e := st.doc.Experiment()
	if len(st.Arms) != len(e.Arms) {
		return fmt.Errorf("the state has %d arms, the experiment %d", len(st.Arms), len(e.Arms))
	}
	for i, a := range st.Arms {
		track, last := st.Record.Tracks[i], -1
		if len(track) > 0 {
			last = track[len(track)-1].Step
		}
		waits := e.Waits(i) && a.Snapshot == nil
		ok := false
		switch a.State {
		case record.Waiting:
			ok = waits && last < 0
		case record.Running, record.Finished:
			ok = !waits && (a.State == record.Running || a.At == a.End) &&
				(last == a.At || last < 0 && (a.At == e.Fork() || a.At == 0))
		case record.Failed:
			ok = a.Err != "" && last <= a.End
		}
		if !ok || a.At < 0 || a.At > a.End || a.At > 0 && a.Snapshot == nil {
			return fmt.Errorf("arm %d of the state is %s at step %d, with frames up to step %d", i, a.State, a.At, last)
		}
	}
	return nil
}
