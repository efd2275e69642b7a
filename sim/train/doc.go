// Package train is one arm at work. A [Trainer] speaks only [Message]s, so that it does not know whether it runs in a
// goroutine or in a Web Worker; behind it a run takes updates on a learner, is widened, measures frames, and is saved
// to a snapshot and restored from one.
//
// It knows no other arm, and nothing of what computes but the interface of model/learner.
package train
