package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// earlier is a run that was on the page before the present one. It is kept, and trains no more.
type earlier struct {
	session *session.Session // until its state is saved
	state   session.State
	new     bool // its state has not been given to the page
	played  bool // when it was left
	words   string
}

func (b *earlier) experiment() experiment.Experiment {
	if b.session != nil {
		return b.session.Experiment()
	}
	return b.state.Record.Experiment
}

// begin runs another experiment from its start.
func (l *lab) begin(doc experiment.Valid) error {
	if err := fits(doc.Experiment()); err != nil {
		return err
	}
	s, err := session.New(doc, l.hostOf(doc.Experiment()))
	if err != nil {
		s.Close() // some of its trainers may have been started
		return err
	}
	l.put(s)
	l.session.Tick()
	return nil
}

// put makes a session the one that runs, at the pace of the one before, which is kept.
func (l *lab) put(s *session.Session) { l.replace(s, l.keep) }

// replace makes a session the one that runs, at the pace of the one before, with which away does something.
func (l *lab) replace(s *session.Session, away func(*session.Session)) {
	s.Hold(0) // until the story says how far it goes: steps that were granted are made
	if old := l.session; old == nil {
		if !l.begins.opening {
			s.Play()
		}
	} else {
		s.SetSpeed(old.Speed())
		if (old.Playing() || old.Done()) && !l.begins.opening {
			s.Play()
		}
		away(old)
	}
	l.session, l.notice, l.wants = s, notice{}, nil
	l.saving, l.size = false, 0
	l.draft = panel.NewDraft(s.Experiment())
	l.view.SetScale(viz.ScaleFor(s.Experiment()))
	l.scrub(-1)
}

// keptRuns is how many earlier runs the reader can go back to.
const keptRuns = 3

// keep takes a run out of the way, so that the reader can go back to it, unless it has done nothing.
func (l *lab) keep(s *session.Session) {
	if s.Record().Last() < 1 {
		s.Close()
		return
	}
	played := s.Playing()
	s.Pause()
	s.Save()
	l.push(&earlier{session: s, new: true, played: played, words: words(s.Record())})
}

// mark keeps the state that was saved last, before something is done to the present run that cannot be taken back.
func (l *lab) mark() {
	st, ok := l.session.Saved()
	if !ok {
		st = l.saved // while arms are asked for theirs
	}
	if st.Record != nil && l.session.Record().Last() > 0 && same(st.Record.Experiment, l.session.Experiment()) {
		l.push(&earlier{state: st, new: true, played: l.session.Playing(),
			words: words(st.Record) + ", not yet widened"})
	}
}

func (l *lab) push(b *earlier) {
	l.before = append(l.before, b)
	if len(l.before) > keptRuns {
		l.before[0].close()
		l.before = slices.Delete(l.before, 0, 1)
	}
}

func (b *earlier) close() {
	if b.session != nil {
		b.session.Close()
	}
}

func words(r *record.Record) string {
	return fmt.Sprintf("%s at step %s", panel.Title(r.Experiment), record.Thousands(max(r.Last(), 0)))
}

// shelve ends the trainers of the runs that are kept as soon as their states are there.
func (l *lab) shelve() {
	for _, b := range l.before {
		if b.session == nil {
			continue
		}
		b.session.Tick()
		if st, ok := b.session.Saved(); ok {
			b.session.Close()
			b.session, b.state = nil, st
		}
	}
}

// back goes back to a run that is kept, which plays if it did when it was left; the present one is kept before all
// others, so that who goes on going back sees all of them again.
func (l *lab) back(at int) error {
	if at < 0 || at >= len(l.before) {
		return errors.New("no such run is kept")
	}
	b := l.before[at]
	s := b.session
	if s == nil {
		e := b.experiment()
		if !l.has(e) {
			return fmt.Errorf("the text of that run, of %s, is no longer here", e.Task.Which())
		}
		var err error
		if s, err = session.Resume(b.state, l.hostOf(e)); err != nil {
			return err
		}
	}
	l.before = slices.Delete(l.before, at, at+1)
	n := len(l.before)
	l.put(s)
	if s.Pause(); b.played {
		s.Play()
	}
	if len(l.before) > n {
		l.before = slices.Insert(l.before[:n], 0, l.before[n])
	}
	return nil
}
