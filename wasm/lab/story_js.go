package main

import (
	"time"

	"github.com/sparkling-lab/sparkling/viz"
)

// direct lets the story follow the run: it says how far that goes, and which pictures matter.
func (l *lab) direct() {
	stage := l.director.Lead(time.Now(), l.session, l.shown)
	turns, turned := l.director.Turned(l.shown)
	l.approach()
	l.stay()
	l.view.Follow(viz.StageOf(stage.Main, stage.Half, stage.Aside), turns, turned)
}

// turn turns to a chapter, and to the step where it is best seen, if that was recorded.
func (l *lab) turn(chapter int) {
	if step, recorded := l.director.Turn(chapter); recorded {
		l.seek(step)
	}
}

// goOn goes on to what comes next.
func (l *lab) goOn() {
	if step, went := l.director.Continue(l.session); went {
		l.seek(step)
	}
}

// did tells the story of what the reader has done, as [story.Do] names it.
func (l *lab) did(act string) {
	if l.director.Act(l.session, act) {
		l.seek(-1)
	}
}

// pinned tells it which picture is alone, if one is.
func (l *lab) pinned() {
	if id := l.view.Pinned(); id != "" {
		l.did("pin:" + string(id))
	}
}

// acted does what the reader asks for on the pictures, and tells the story of the rest.
func (l *lab) acted(act string) {
	if !viz.Perform(act, l.session) {
		l.did(act)
	}
}

// seek shows a step for the story; −1 is the newest.
func (l *lab) seek(step int) {
	l.shown = step
	l.view.SetStep(step)
}

// anotherSeed runs the same with the next seed: at once and at full speed, for its reader has seen how it comes to its
// end. The speed comes back then.
func (l *lab) anotherSeed() error {
	e := l.session.Experiment()
	e.Seed++
	if err := l.run(e); err != nil {
		return err
	}
	l.director.Hurry(l.session)
	return nil
}
