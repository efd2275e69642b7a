package story

import (
	"slices"
	"strings"
)

// Take begins with a lesson of the list, at a chapter; an empty one, or one that it has not, is its first. It is told
// as long as its experiment runs, which the program begins then. It reports false where there is no such lesson.
func (d *Director) Take(name, chapter string) bool {
	l := Named(name)
	if l == nil {
		return false
	}
	d.rec, d.opened, d.aim, d.touched = nil, l, -1, false
	if k := l.Chapter(chapter); k > 0 {
		d.head(k)
	}
	return true
}

// Address is the fragment of an address that opens the chosen lesson at its present chapter; empty where none is
// chosen.
func (d *Director) Address() string {
	if d.opened == nil || d.rec == nil {
		return ""
	}
	at := d.at
	if d.aim >= 0 {
		at = d.aim
	}
	return Fragment(d.opened.Name, d.opened.Chapters[at].ID)
}

// Turned reports, where a step is shown, whether another chapter of a lesson of the list is than when it was last
// asked: then no picture that the reader has opened stands in the way of those that it speaks of, and turns, where it
// is not empty, is a control of what is shown and the value that it is to have. What nobody is told turns nothing, but
// where a lesson was chosen.
func (d *Director) Turned(step int) (turns string, turned bool) {
	c := &d.lesson.Chapters[d.shown(step)]
	was := d.seen
	d.seen = c
	turns = c.Turn
	if name, is := strings.CutPrefix(turns, armOfUpdate+"="); is { // as its reader calls it
		turns = armOfUpdate + "=" + d.rec.Experiment.Arms[slices.Index(d.lesson.arms, name)].Name
	}
	told := !d.Untold || d.opened != nil
	return turns, told && d.lesson.Order > 0 && was != nil && was != c
}

// Opened is the name of the lesson that the reader has chosen, as long as its experiment runs; empty where none is.
func (d *Director) Opened() string {
	if d.opened == nil {
		return ""
	}
	return d.opened.Name
}

// head hurries to a chapter.
func (d *Director) head(chapter int) { d.aim, d.haste, d.turned = chapter, true, -1 }

// Heading reports whether the run is hurried to a chapter.
func (d *Director) Heading() bool { return d.aim >= 0 }

// Sight is the step at which the present chapter is best seen; −1 where it waits for its reader before that.
func (d *Director) Sight() int {
	if d.rec == nil || d.phase != telling {
		return -1
	}
	return d.chapter().Seen.At(d.exp)
}

// arrive begins the chapter that the run was hurried to, once it is there; what it asks, unless that has happened.
func (d *Director) arrive(v View) {
	switch stop := d.stop(d.aim); {
	case stop >= 0 && !d.before(d.aim, v):
		return
	case v.Last == stop:
		d.begin(d.aim)
	default:
		d.enter(d.aim, telling)
	}
	d.aim, d.haste = -1, false
}
