package main

import (
	"syscall/js"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// beginning is how a page begins that does so at rest, as one in another page does: it waits at the start, or runs to a
// step, or to where the chapter of its lesson is best seen, as fast as it can, and rests there until somebody plays it.
// It can come back to that. What plays it for the page that shows it plays it to a step and no further, where the
// address says so. The zero value is that of a page that plays at once.
type beginning struct {
	rests           bool
	opening         bool // what begins now is not to be played, for not one step
	at              int  // the step; 0 for the start
	until           int  // the step at which it waits for somebody to play it here; 0 for none
	passed          bool // and somebody has
	doc             experiment.Valid
	lesson, chapter string // that the address names; empty where it names none
	speed           session.Speed
	run             *record.Record // that is on its way there, or has come there
	under           bool           // it is on its way
}

// beginningOf reads what the page says of it: undefined, or an object with the steps.
func beginningOf(page js.Value) beginning {
	if page.Type() != js.TypeObject {
		return beginning{}
	}
	return beginning{rests: true, at: page.Get("at").Int(), until: page.Get("until").Int()}
}

// begun is called when an address has been opened: what runs there is what the page begins with, unless it was restored
// in the middle.
func (l *lab) begun(address string) {
	b := &l.begins
	b.opening = false
	if !b.rests || l.session.Record() == b.run {
		return
	}
	if b.run != nil {
		b.at, b.until = 0, 0 // which were said of the address before
	}
	b.doc, b.speed = l.session.Document(), l.session.Speed()
	b.lesson, b.chapter, _ = story.Linked(address)
	if l.director.Opened() == "" {
		b.lesson = ""
	}
	if b.run = l.session.Record(); b.run.Last() < 1 {
		l.rested()
	} else {
		b.passed = b.run.Last() > b.until
	}
}

// rested lets the present run, which has not begun, be on its way to where it rests.
func (l *lab) rested() {
	b := &l.begins
	l.session.Pause()
	b.run, b.under, b.passed = l.session.Record(), b.at > 0 || l.director.Heading(), false
}

// rest goes back to how the page began, unless it is there: where it has farther to go than the start, it has to be
// played. What has run since is not kept.
func (l *lab) rest() error {
	b := &l.begins
	l.session.Pause()
	if !b.rests || b.under && l.session.Record() == b.run || l.there() {
		return nil
	}
	s, err := session.New(b.doc, l.hostOf(b.doc.Experiment()))
	if err != nil {
		s.Close() // some of its trainers may have been started
		return err
	}
	b.opening = true
	l.replace(s, (*session.Session).Close)
	b.opening = false
	s.SetSpeed(b.speed)
	if b.lesson != "" {
		l.director.Take(b.lesson, b.chapter)
	}
	l.rested()
	return nil
}

// there reports whether the run is as it was when it had come to its rest, and stays so.
func (l *lab) there() bool {
	s := l.session
	b := &l.begins
	untouched := s.Record() == b.run && same(s.Experiment(), b.doc.Experiment()) && b.lesson == ""
	return untouched && s.Settled() && l.shown < 0 && max(s.Record().Last(), 0) == min(b.at, s.Experiment().Steps)
}

// approach lets a run that is on its way to its rest go on to there, and rest. Whatever would hold it on the way does
// not.
func (l *lab) approach() {
	b, s := &l.begins, l.session
	if b.under = b.under && s.Record() == b.run; !b.under || l.director.Heading() {
		return
	}
	to, last := b.at, s.Record().Last()
	if b.chapter != "" {
		to = max(to, l.director.Sight())
	}
	if last < to && !s.Done() {
		s.Hold(to) // before anything grants a step
		if s.Playing() && last < b.at && l.director.Waits() {
			l.director.Continue(s)
		}
		if s.Playing() && s.Speed() != session.Max {
			s.SetSpeed(session.Max)
		}
		return
	}
	if !s.Playing() && !s.Done() {
		return
	}
	s.Pause()
	s.SetSpeed(b.speed)
	b.under = false
}

// stays reports whether the run has come to the step at which it waits for somebody to play it here.
func (l *lab) stays() bool {
	b := &l.begins
	return b.until > 0 && !b.passed && !b.under && l.session.Record() == b.run && b.run.Last() >= b.until
}

// stay lets the run come to that step and no further, and pauses it there. One that was widened by hand is
// somebody's own.
func (l *lab) stay() {
	b, s := &l.begins, l.session
	if b.until == 0 || b.passed || b.under || s.Record() != b.run {
		return
	}
	if !same(s.Experiment(), b.doc.Experiment()) {
		b.passed = true
		return
	}
	if limit := l.director.Limit(); limit < 0 || limit > b.until {
		s.Hold(b.until)
	}
	if s.Playing() && l.stays() {
		s.Pause()
	}
}

// play plays the run, for whoever is here, or, led, for the page that shows this one.
func (l *lab) play(led bool) {
	if l.stays() {
		if led {
			return
		}
		l.begins.passed = true
	}
	l.scrub(-1)
	l.session.Play()
}
