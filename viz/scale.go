package viz

import (
	"fmt"
	"math"
	"sort"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Scale is what the x axis of the loss counts.
type Scale string

// The scales.
const (
	Steps  Scale = "steps"
	Tokens Scale = "tokens"
	FLOPs  Scale = "flops"
)

// ScaleChoice is a scale and what people call it.
type ScaleChoice struct {
	ID    Scale  `json:"id"`
	Label string `json:"label"`
}

// Scales lists the scales.
var Scales = []ScaleChoice{{Steps, "steps"}, {Tokens, "tokens"}, {FLOPs, "compute"}}

// ScaleFor is the scale that an experiment is best looked at with: arms that end at equal cost are compared at equal
// cost.
func ScaleFor(e experiment.Experiment) Scale {
	for _, a := range e.Arms {
		if a.From == experiment.EqualCompute {
			return FLOPs
		}
	}
	return Steps
}

// tokens are those of one update.
func tokens(e experiment.Experiment) float64 { return float64(e.Task.Rows() * e.Task.Seq) }

// of is where a frame stands on the x axis.
func (s Scale) of(e experiment.Experiment, f *record.ArmFrame) float64 {
	return s.place(e, f.Step, f.FLOPs)
}

// place is where something stands on the x axis that was measured at a step, when so much had been computed.
func (s Scale) place(e experiment.Experiment, step int, flops float64) float64 {
	switch s {
	case Tokens:
		return float64(step) * tokens(e) / 1e3
	case FLOPs:
		return flops / 1e9
	}
	return float64(step)
}

// end is where the x axis ends: the last step, and for compute what the dearest arm will have cost if it goes on as
// now.
func (s Scale) end(r *record.Record) float64 {
	e := r.Experiment
	if s != FLOPs {
		return s.of(e, &record.ArmFrame{Step: e.Steps})
	}
	most := 0.0
	for i, t := range r.Tracks {
		if n := len(t); n > 1 {
			a, b := t[n-2], t[n-1]
			each := (b.FLOPs - a.FLOPs) / float64(b.Step-a.Step)
			most = math.Max(most, b.FLOPs+each*float64(max(0, e.End(i)-b.Step)))
		}
	}
	return math.Max(most/1e9, 1e-9)
}

// unit is what the numbers at the axis count.
func (s Scale) unit() string {
	return map[Scale]string{Steps: "step", Tokens: "thousand tokens", FLOPs: "GFLOP"}[s]
}

// at says a place on the axis in words.
func (s Scale) at(x float64) string {
	switch s {
	case Tokens:
		return fmt.Sprintf("%.1f thousand tokens", x)
	case FLOPs:
		return fmt.Sprintf("%.1f GFLOP", x)
	}
	return "step " + record.Thousands(int(x))
}

// snap moves a place under the pointer to the nearest one that has a meaning: there is no half of a step.
func (s Scale) snap(x float64) float64 {
	if s == Steps {
		return math.Round(x)
	}
	return x
}

// before is the newest frame of a track at or before a place on the axis.
func (s Scale) before(e experiment.Experiment, t []record.ArmFrame, x float64) (*record.ArmFrame, bool) {
	n := sort.Search(len(t), func(i int) bool { return s.of(e, &t[i]) > x*(1+1e-12) })
	if n == 0 {
		return nil, false
	}
	return &t[n-1], true
}

// upTo is the part of a track up to a step.
func upTo(t []record.ArmFrame, step int) []record.ArmFrame {
	return t[:sort.Search(len(t), func(i int) bool { return t[i].Step > step })]
}

// measured are the frames of a track up to a step that have what is drawn.
func measured(t []record.ArmFrame, step int, has func(*record.ArmFrame) bool) []*record.ArmFrame {
	var out []*record.ArmFrame
	t = upTo(t, step)
	for i := range t {
		if has(&t[i]) {
			out = append(out, &t[i])
		}
	}
	return out
}

func hasValLoss(f *record.ArmFrame) bool { return record.Finite(f.ValLoss) }

func hasPairs(f *record.ArmFrame) bool { return len(f.Pairs) > 0 }
