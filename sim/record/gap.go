package record

import "sort"

// DiffSteps is over how many steps a difference of two arms is averaged: single readings hide it in noise that both
// arms share only in part.
const DiffSteps = 50

// ValLossDiff is the validation loss of an arm minus that of base, in nats a token: the mean over the readings of the
// [DiffSteps] steps that end at step, the fork and what is no number left out. It is false where the two were not
// measured together.
func (r *Record) ValLossDiff(arm, base, step int) (float64, bool) {
	fork := r.Experiment.Fork()
	a, b := r.Tracks[arm], r.Tracks[base]
	i := sort.Search(len(a), func(i int) bool { return a[i].Step > step }) - 1
	k := sort.Search(len(b), func(k int) bool { return b[k].Step > step }) - 1
	sum, n := 0.0, 0
	for i >= 0 && k >= 0 && min(a[i].Step, b[k].Step) > max(fork, step-DiffSteps) {
		switch {
		case a[i].Step > b[k].Step:
			i--
		case a[i].Step < b[k].Step:
			k--
		default:
			if d := float64(a[i].ValLoss) - float64(b[k].ValLoss); Finite(d) {
				sum, n = sum+d, n+1
			}
			i, k = i-1, k-1
		}
	}
	return sum / float64(n), n > 0
}
