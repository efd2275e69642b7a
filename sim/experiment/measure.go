package experiment

import "math"

// How often the probes run: every ProbeEvery steps, and every step for the first ProbeDense steps after a widening.
const (
	ProbeEvery = 10
	ProbeDense = 40
)

// Asking for all there is to know may cost valFraction of the updates' time. In the time of an update askedInUpdate
// times as many questions are answered as it reads symbols: what questions have in common is read once, so that each is
// about one symbol more. Measured at the sizes of the built-in experiment, see docs/performance.md.
const (
	valFraction   = 1.0 / 20
	askedInUpdate = 2.1
)

// ValEvery is every how many steps the live validation loss is measured: with the probes where the set is a few
// windows. What is asked whole is asked every 25 steps, or in multiples of them where that would cost too much.
func (e Experiment) ValEvery() int {
	if !e.Task.LiveIsFull() {
		return ProbeEvery
	}
	const every = 25
	return every * max(1, int(math.Ceil(e.asking()/valFraction/every)))
}

// asking is what it costs to ask for all there is to know, in updates.
func (e Experiment) asking() float64 {
	return float64(e.Task.Questions()) / float64(e.Task.Rows()*e.Task.Seq) / askedInUpdate
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
	updates := WriteCount / (writeUpdate * float64(e.Task.Rows()))
	return int(math.Ceil(updates / valFraction))
}
