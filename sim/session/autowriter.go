package session

import (
	"time"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// Autowriter has networks write anew while somebody is watching: as soon as there is something new to go on with, where
// the arms part, at the end, and in between as often as their share of the time allows: after so many steps as
// [experiment.Experiment.WriteEvery] says, or, where a run does not hurry, after so much time; at once where it waits.
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
	if k.Due(s) {
		k.note(s)
		_ = s.write(k.Prompt, k.Temperature, false) // who sets them was told what is not allowed
	}
}

// Due reports whether Tick would have anything written.
func (k *Autowriter) Due(s *Session) bool {
	if !s.exp.Task.Writes() || s.Writing() {
		return false
	}
	since := s.now().Sub(k.begun)
	if k.took == 0 {
		k.took = since
	}
	now := k.now(s)
	steps := now.step - k.wrote.step
	if now.step = k.wrote.step; now != k.wrote || steps < 0 {
		return true
	}
	return steps > 0 && (!s.Playing() || steps >= s.exp.WriteEvery() || since >= max(leastPause, restFor*k.took))
}

// Write asks for what a reader wants to be written, which is what networks write from now on.
func (k *Autowriter) Write(s *Session, prompt string, temperature float64) error {
	if err := s.Write(prompt, temperature); err != nil {
		return err
	}
	k.Prompt, k.Temperature = prompt, temperature
	k.note(s)
	return nil
}

func (k *Autowriter) note(s *Session) { k.wrote, k.begun, k.took = k.now(s), s.now(), 0 }

func (k *Autowriter) now(s *Session) asked {
	return asked{s.rec, max(s.rec.Last(), 0), s.forked, s.Done(), k.Prompt, k.Temperature}
}
