package story

import (
	"slices"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// Lead follows a session, and lets it go as far as the story does. shown is the step that is looked at, −1 the newest.
// It returns the pictures that matter then.
func (d *Director) Lead(now time.Time, s *session.Session, shown int) Stage {
	r := s.Record()
	if d.hurried > 0 && (r != d.hurries || s.Done() || s.Speed() != session.Max || d.towards && d.aim < 0) {
		if s.Speed() == session.Max { // else its reader has picked another
			s.SetSpeed(d.hurried)
		}
		d.hurried, d.towards = 0, false
	}
	d.Follow(now, View{Record: r, Last: reached(s), Forked: s.Forked(), Playing: s.Playing(),
		Max: s.Speed() == session.Max})
	s.Hold(d.Limit()) // before it is played: steps that were granted are made
	if d.haste {
		d.haste = false
		d.Hurry(s)
		d.towards = d.hurried > 0
		s.Play()
	}
	return d.Stage(shown)
}

// Continue is [Director.GoOn], and plays a run that was paused where nothing else waits.
func (d *Director) Continue(s *session.Session) (step int, went bool) {
	step, went = d.GoOn()
	if went && !s.Playing() && !d.Waits() {
		s.Play()
	}
	return step, went
}

// Reply is [Director.Answer], and plays a run that was paused where nothing else waits.
func (d *Director) Reply(s *session.Session, choice int) {
	d.Answer(choice)
	if !s.Playing() && !d.Waits() {
		s.Play()
	}
}

// Widen widens now. A run that waits for its widening anyhow goes on with it, and stays the experiment that it is.
func (d *Director) Widen(s *session.Session) error {
	if !d.widens() {
		return s.WidenNow()
	}
	s.Play()
	return nil
}

// widens goes on with the widening, where the run waits for it; it reports whether it does.
func (d *Director) widens() bool {
	if d.forked || !d.holds() || d.step != Before.At(d.exp) {
		return false
	}
	for k := d.at; k < len(d.lesson.Chapters); k++ {
		if d.lesson.Chapters[k].From == Widening {
			d.Touch()
			d.turned = -1
			d.enter(k, telling)
			return true
		}
	}
	return false
}

// Act tells of what the reader has done, as [Director.Did], and plays a run that was paused where that goes on. It
// reports whether it does: then the newest step is to be shown.
func (d *Director) Act(s *session.Session, act string) bool {
	if !d.Did(act) {
		return false
	}
	if !s.Playing() && !d.Waits() {
		s.Play()
	}
	return true
}

// reached is the newest step that every arm has reached. The record's own does not wait for arms that have parted and
// have sent nothing yet.
func reached(s *session.Session) int {
	r := s.Record()
	last := max(r.Last(), 0)
	for i, a := range s.Arms() {
		if s.Forked() && len(r.Tracks[i]) == 0 && a.State != record.Failed {
			last = min(last, r.Experiment.Fork())
		}
	}
	return last
}

// Passed reports whether a run of the lesson has gone on beyond a chapter, which can only be looked back at then.
func (l *Lesson) Passed(chapter string, s *session.Session) bool {
	k := l.Chapter(chapter)
	return k >= 0 && k < l.byStep(s.Experiment(), reached(s)-1, s.Forked())
}

// Hurry lets a run that its reader knows already come to its end at full speed; then, or where another
// run begins, the speed is what it was, or what was picked meanwhile.
func (d *Director) Hurry(s *session.Session) {
	if s.Speed() != session.Max {
		d.hurried, d.towards = s.Speed(), false
		s.SetSpeed(session.Max)
	}
	d.hurries = s.Record()
}

// runs are all words of a page, what is to be done last.
func (p Page) runs() []Run {
	runs := slices.Clone(p.Ask)
	for _, t := range slices.Concat(p.Text, p.Notes) {
		runs = append(runs, slices.Concat(t.Items...)...)
	}
	return append(runs, p.Do...)
}

// Deeds are the words of a page that open a picture or turn a control.
func (p Page) Deeds() (out []Run) {
	for _, r := range p.runs() {
		if strings.HasPrefix(r.Href, Open) || strings.HasPrefix(r.Href, Turn) {
			out = append(out, r)
		}
	}
	return out
}

// Terms are the words of a page that the glossary explains, in their order.
func (p Page) Terms() (out []Entry) {
	for _, r := range p.runs() {
		e := Term(r.Term)
		if e.Means != "" && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}
