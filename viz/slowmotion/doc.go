// Package slowmotion tells one update of one weight, and of the same weight of the neuron's copy beside it, in stages
// of a few lines: forward, loss, backward, first moment, second moment, update. Every line has its formula with the
// numbers of the run in it, and its result, in float32.
//
// It tells what a [look.Update] holds. It draws nothing and knows no run.
package slowmotion
