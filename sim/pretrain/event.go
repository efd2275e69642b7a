package pretrain

import (
	"time"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// Kind says what an event is about.
type Kind string

// The kinds of events.
const (
	Begun    Kind = "begin"      // or going on, from Step; Saying is of checkpoints that are passed over; Engine
	Trained  Kind = "step"       // an update was made
	Searched Kind = "search"     // Saying tells what a widening waits for
	Widened  Kind = "widening"   // Report
	Kept     Kind = "checkpoint" // in the folder that Saying names
	Unkept   Kind = "unkept"     // a checkpoint or the record cannot be written, for what Saying says; training goes on
)

// Event is what a run tells while it goes on.
type Event struct {
	Kind   Kind
	Step   int
	Frame  record.ArmFrame // of Trained
	Marked bool            // of Trained: the frame is one with probes, with validation, or the last
	Pace   Pace            // of Trained
	// GradNorm is that of the update's gradient before it was clipped; of Trained.
	GradNorm float64
	Report   record.Report // of Widened
	OnDisk   bool          // of Widened: it went through the disk
	Saying   string
	// of Begun: what computes, and what there is to know where that is not what computed before
	Engine, Foreign string
}

// Pace is how fast a run is, over about the last paceFor.
type Pace struct {
	Tokens float64       // a second
	FLOPs  float64       // a second
	Left   time.Duration // until the last update, at this rate; 0 while nothing is known
}

// paceFor is over how long a pace is averaged.
const paceFor = 20 * time.Second

// pacer measures a pace: tokens and operations over the time that updates, probes, validation and checkpoints took.
type pacer struct {
	since         time.Time
	tokens, flops float64
	last          Pace
}

// note takes an update, before which left operations were still to be made in all.
func (p *pacer) note(now time.Time, tokens, flops, left float64) Pace {
	if p.since.IsZero() {
		p.since = now // what the first update took also was the beginning
		return p.last
	}
	p.tokens, p.flops = p.tokens+tokens, p.flops+flops
	took := now.Sub(p.since).Seconds()
	if took > 0 {
		p.last.Tokens, p.last.FLOPs = p.tokens/took, p.flops/took
		p.last.Left = time.Duration(left / p.last.FLOPs * float64(time.Second))
	}
	if took > paceFor.Seconds() { // what is older counts half as much
		p.since = p.since.Add(now.Sub(p.since) / 2)
		p.tokens, p.flops = p.tokens/2, p.flops/2
	}
	return p.last
}
