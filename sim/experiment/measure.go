package experiment

import "math"

// How often the probes run: every ProbeEvery steps, and every step for the first ProbeDense steps after a widening.
const (
	ProbeEvery = 10
	ProbeDense = 40
)

// The live validation set of a task that is asked whole may cost valFraction of the updates' time. An update takes as
// long as it takes to read valUpdate times as many symbols in short rows: measured, at the sizes of the built-in
// experiment.
const (
	valFraction = 1.0 / 20
	valUpdate   = 1.7
)

// ValEvery is every how many steps the live validation loss is measured: with the probes where the set is a few
// windows. What is asked whole is asked every 25 steps, or in multiples of them where that would cost too much.
func (e Experiment) ValEvery() int {
	if !e.Task.LiveIsFull() {
		return ProbeEvery
	}
	const every = 25
	cost := float64(e.Task.LiveTokens()) / float64(e.Task.Batch*e.Task.Seq) / valUpdate
	return every * max(1, int(math.Ceil(cost/valFraction/every)))
}

// Validates reports whether the live validation loss is measured after so many updates; after the last of an arm it is
// in any case.
func (e Experiment) Validates(step int) bool { return step%e.ValEvery() == 0 }

// WriteCount is how many characters a network writes when it is asked to.
const WriteCount = 120

// writeUpdate is how many times as long an update takes, for each symbol that it reads, as a network that writes, which
// reads one sequence for each character: measured, at the sizes of the built-in experiment.
const writeUpdate = 2.2

// WriteEvery is every how many steps a network may be asked to write while it learns, so that it keeps to the share of
// time that validation has.
func (e Experiment) WriteEvery() int {
	updates := WriteCount / (writeUpdate * float64(e.Task.Batch))
	return int(math.Ceil(updates / valFraction))
}
