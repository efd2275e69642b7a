package viz

import (
	"slices"
	"time"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// motion is what pictures show for a time when the shown step comes to a widening: they change with a clock, and then
// rest. It depends on nothing but the record, the shown step and the times that the view is given.
type motion struct {
	rec      *record.Record
	step     int // shown when last looked at
	widening int // the newest one at that step, −1 before any
	waits    bool
	begun    time.Time
	frame    int // of motionFrames; the last one is at rest
}

// How long a widening moves, and in how many frames: often enough for an eye that follows, seldom enough for a
// machine that trains.
const (
	motionTime   = 2800 * time.Millisecond
	motionFrames = 84
)

// moves reports whether a picture has something to show for a time.
func moves(id PaneID) bool { return id == Network }

// SetReducedMotion shows the end of whatever moves at once.
func (v *View) SetReducedMotion(reduced bool) { v.calm = reduced }

// follow looks where the motion is. It begins when the shown step passes a widening, or returns to one, and a picture
// that moves is there to show it. A record that was just opened is at rest.
func (v *View) follow(now time.Time) {
	m := &v.motion
	at, newest := v.at(), -1
	for i := range v.rec.Reports {
		if s := v.rec.Reports[i].Step; s <= at {
			newest = max(newest, s)
		}
	}
	switch {
	case m.rec != v.rec || newest < 0 || v.calm:
		m.waits, m.frame = false, motionFrames
	case newest > m.widening, at < m.step && at <= newest+1:
		m.waits, m.frame = true, 0
	}
	m.rec, m.step, m.widening = v.rec, at, newest
	shown := slices.ContainsFunc(v.places, func(p place) bool { return moves(p.pane) })
	switch {
	case m.waits && shown:
		m.waits, m.begun = false, now
	case !m.waits && m.frame < motionFrames:
		m.frame = min(max(int(now.Sub(m.begun)*motionFrames/motionTime), 0), motionFrames)
	}
}

// moving reports whether a picture that is there changes by itself.
func (v *View) moving() bool {
	return v.motion.frame < motionFrames &&
		slices.ContainsFunc(v.places, func(p place) bool { return moves(p.pane) })
}

// moved is how much of the motion is over, from 0 to 1.
func (v *View) moved() float64 { return float64(v.motion.frame) / motionFrames }
