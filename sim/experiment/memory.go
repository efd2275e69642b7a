package experiment

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// Memory is about how many bytes a run of all arms holds at once when it holds the most: all arms are widened at about
// the same time, each then has its old and its new network, and the session has the state that they forked from and
// what was measured. What is no longer held and not yet collected comes on top.
func (e Experiment) Memory() float64 {
	sum := 0.0
	for i := range e.Arms {
		sum += e.armMemory(i) + e.trackMemory(i) + textBytes*float64(e.Task.Length)
	}
	if e.Fork() < e.Steps {
		sum += StateValues * e.footprint(e.Small()).Values
	}
	return sum
}

// textBytes is what an arm has of every character of a reader's own text while it reads that: in the page each reads it
// alone.
const textBytes = 6

// SavingMemory is about how many bytes more it takes to save states on the way: of every arm one is on its way and one
// is held.
func (e Experiment) SavingMemory() float64 {
	sum := 0.0
	for i := range e.Arms {
		sum += 2 * StateValues * e.footprint(e.Wide(i)).Values
	}
	return sum
}

func (e Experiment) footprint(c model.Config) model.Footprint {
	f := model.FootprintOf(c, e.Task.Batch, e.Task.Seq, e.Recompute)
	if e.Task.Batches() > 1 {
		f.Activations += f.Values // the sum of the gradients of an update's batches
	}
	return f
}

// MostCompared is how many logits are kept before a widening, to be compared with those after: of the validation
// windows those of the first.
const MostCompared = 1 << 26

// ComparedBytes is what they take, of so many tokens of the validation windows.
func ComparedBytes(tokens, vocab int) float64 {
	return 4 * min(float64(tokens)*float64(vocab), MostCompared)
}

// StateValues are the values that the state of an arm has of every parameter: the weight and two moments.
const StateValues = 3

// armMemory is that of an arm's networks.
func (e Experiment) armMemory(arm int) float64 {
	start := e.footprint(e.Start(arm))
	if !e.Arms[arm].Widens() {
		return start.Training()
	}
	most := start.Training() + 2*StateValues*start.Values // as it begins at the fork: the state, sent and received
	c := e.Small()
	for _, w := range e.Arms[arm].Widen {
		old := e.footprint(c)
		c = w.Spec.Config(c)
		now := e.footprint(c)
		// the wide network from scratch, which finds the place of a remapped rate, is gone before the new one is there
		most = max(most, old.Training()+now.Training()+ComparedBytes(e.Task.LiveTokens(), c.Vocab))
	}
	return most
}

// Bytes of a record: of a frame without pairs, and of one pair in it.
const (
	frameBytes = 256
	pairBytes  = 2*4 + float64(model.Quantities)*2*4
)

// trackMemory is that of the frames of an arm, counted twice: once held, once on the way to a file.
func (e Experiment) trackMemory(arm int) float64 {
	frames := float64(e.Steps)
	perExpert := 4 * float64(1+len(e.Task.Classes())) // see Router and Gets of record.ArmFrame
	sum := frames*frameBytes + frames/float64(e.ValEvery())*float64(e.Model.Layers)*float64(e.Model.Experts)*perExpert
	if a := e.Arms[arm]; a.Widens() {
		c := e.Small()
		probes := float64(ProbeDense*len(a.Widen)) + (frames-float64(a.Widen[0].Step))/ProbeEvery
		groups := float64(c.Layers)*float64(c.Experts) + 1
		sum += probes * groups * pairs.Most * pairBytes
	}
	return 2 * sum
}
