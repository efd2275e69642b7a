package session

import (
	"time"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// Autowriter has networks write anew while somebody is watching: as soon as there is something new to go on with, where
// the arms part, at the end, and in between as often as their share of the time allows: after so many steps as
// [experiment.Experiment.WriteEvery] says, or, where a run does not hurry, after so much time.
type Autowriter struct {
	Prompt      string
	Temperature float64

	wrote asked
	begun time.Time     // when that was asked for
	took  time.Duration // until it was there; 0 while it is not
}

// asked is when something was asked for last, and what.
type asked struct {
	of           *record.Record
	step         int
	forked, done bool
	prompt       string
	temperature  float64
}

// Temperature is what networks write at unless somebody says otherwise.
const Temperature = 0.5

// Between two writings lie at least leastPause, so that they can be read, and restFor times as long as the last one
// took, which is the probes' share of the time.
const (
	leastPause = 3 * time.Second
	restFor    = 20
)

// Tick is to be called now and then while what networks write can be seen. It never waits.
func (k *Autowriter) Tick(s *Session) {
	if !s.exp.Task.Writes() || s.Writing() {
		return
	}
	since := s.now().Sub(k.begun)
	if k.took == 0 {
		k.took = since
	}
	now := asked{s.rec, max(s.rec.Last(), 0), s.forked, s.Done(), k.Prompt, k.Temperature}
	same := k.wrote
	same.step = now.step
	steps := now.step - k.wrote.step
	if now == same && steps < s.exp.WriteEvery() && (steps == 0 || since < max(leastPause, restFor*k.took)) {
		return
	}
	k.wrote, k.begun, k.took = now, s.now(), 0
	_ = s.Write(k.Prompt, k.Temperature) // who sets them was told what is not allowed
}
