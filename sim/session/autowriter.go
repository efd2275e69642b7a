package session

import "github.com/sparkling-lab/sparkling/sim/record"

// Autowriter has networks write anew while somebody is watching: as soon as there is something new to go on with, where
// the arms part, at the end, and in between every [experiment.Experiment.WriteEvery] steps.
type Autowriter struct {
	Prompt      string
	Temperature float64

	wrote asked // what was asked for last
}

// asked is when something was asked for, and what.
type asked struct {
	of           *record.Record
	step         int
	forked, done bool
	prompt       string
	temperature  float64
}

// Temperature is what networks write at unless somebody says otherwise.
const Temperature = 0.8

// Tick is to be called now and then while what networks write can be seen. It never waits.
func (k *Autowriter) Tick(s *Session) {
	if !s.exp.Task.Writes() || s.Writing() {
		return
	}
	now := asked{s.rec, max(s.rec.Last(), 0), s.forked, s.Done(), k.Prompt, k.Temperature}
	same := k.wrote
	same.step = now.step
	if now == same && now.step-k.wrote.step < s.exp.WriteEvery() {
		return
	}
	k.wrote = now
	_ = s.Write(k.Prompt, k.Temperature) // who sets them was told what is not allowed
}
