package experiment

// How often the probes run: every ProbeEvery steps, and every step for the first ProbeDense steps after a widening.
const (
	ProbeEvery = 10
	ProbeDense = 40
)

// ValWindows is the number of fixed validation windows that the live loss is measured on, every [ProbeEvery] steps.
const ValWindows = 16
