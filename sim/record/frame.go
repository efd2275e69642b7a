package record

import "github.com/sparkling-lab/sparkling/model"

// ArmFrame is one instant of one arm: what was measured when Step updates were done. Slices that a step does not
// measure are nil. The probes run every [experiment.ProbeEvery] steps, and at every step for the first
// [experiment.ProbeDense] steps after a widening.
type ArmFrame struct {
	Arm       int     // index in Experiment.Arms
	Step      int     // updates done
	TrainLoss float32 // cross-entropy of the batch of update Step−1, before that update, in nats a token; NaN at step 0
	ValLoss   float32 // cross-entropy of the fixed validation windows, in nats a token; NaN where not measured
	// cross-entropy of the full validation split, in nats a token; measured after the last update only, NaN before
	FullValLoss float32
	// labels of the validation set that the network has as its most likely symbol, and labels there are, 0 where not
	// measured: of the full one after the last update, else of the live one
	Right, Asked int
	// one for each question where the live validation set asks for all there is to know; nil where not measured
	Answers []Answer
	LROld   float32 // learning rate of update Step−1, of parameters that were there from the start
	// the same of the parameters of the newest widening; equal to LROld before any; where rates follow the norms the
	// mean over tensors
	LRNew float32
	FLOPs float64 // of all updates so far, the shared small phase included; [experiment.FLOPsCounted] says of what

	// share of the last batch's assignments that each expert got: layer·experts + expert, sums to 1 a layer
	ExpertLoad []float32
	// Of the live validation set, measured with ValLoss, of the symbols after which an answer counts: the probability
	// that the routers give each expert, a mean, layer·experts + expert; and how many of them go to each, by the class
	// of the symbol, see [task.Spec.Classes]: (layer·experts + expert)·classes + class. The experts of a layer get each
	// symbol TopK times; a symbol in no class is not counted.
	Router []float32
	Gets   []int32     // nil where there are more than [MaxGets]
	RMS    []BlockRMS  // attention then FFN of each layer: 2·layer + {0, 1}
	Pairs  []PairGroup // original and copy, after a widening

	// NotFinite names what first held a NaN or an infinity, where training has diverged: it is the arm's last frame,
	// and a loss in it that is NaN was measured, and is no number. Empty otherwise.
	NotFinite string
}

// Answer is what the network says to one question of the validation set, in its order.
type Answer struct {
	Sure   uint8  // probability of the right answer, in 255ths
	Right  bool   // that is the most likely symbol
	Expert uint16 // the one with the larger weight in the last layer, for the symbol after which the answer comes
}

// BlockRMS is what enters a residual block and what the block adds.
type BlockRMS = model.BlockRMS

// Report is what a widening did to one arm, measured on the validation windows just before and just after it.
type Report struct {
	Arm, Step                   int
	ValLossBefore, ValLossAfter float32
	LogitError                  float32 // largest |logit after − logit before|
	RMSBefore, RMSAfter         []BlockRMS
	// after the same widening without its factor; nil where that was not measured
	RMSUnscaled                     []BlockRMS
	ParamsBefore, ParamsAfter       int64   // all parameters
	ActiveBefore, ActiveAfter       int64   // parameters a token passes through
	StepFLOPsBefore, StepFLOPsAfter float64 // of one update, counted alike
	// Of a widening with dynamics remapped: the step at which a wide network trained from scratch had the same loss,
	// and what finding it cost. The search is not among the FLOPs of the arm's frames, which count its own updates.
	RemappedStep int
	SearchFLOPs  float64
}

// Frame is one instant of all arms: the newest ArmFrame of each at or before Step, in the order of Experiment.Arms.
// An arm that has not begun (it forks later) has Step −1.
type Frame struct {
	Step int
	Arms []ArmFrame
}
