package panel

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Unmoved is by how much a logit may differ, in nats, where the function is the same and only the order of sums is not.
const Unmoved = 1e-3

// did says what the newest widening, or else the first to come, makes of the network, and how far it moved what the
// network says: one sentence or two for the arms that it treats alike. Of an arm whose widening is still to come where
// others are wide already, only that is said.
func did(rec *record.Record, shown int) []string {
	type group struct {
		made  string
		times float64
		names []string
		logit float64 // −1 where it was not measured
		ratio string  // what became of the mean RMS ratio
	}
	var groups []*group
	var waiting []string
	for i, a := range rec.Experiment.Arms {
		if !a.Widens() {
			continue
		}
		w, moved, ratio := a.Widen[0], -1.0, ""
		if w.Step > shown && shown >= rec.Experiment.Fork() {
			waiting = append(waiting, fmt.Sprintf("%s is not wider yet: that comes at step %s.", a.Name,
				record.Thousands(w.Step)))
			continue
		}
		if r, ok := rec.ReportAt(i, shown); ok {
			moved = float64(r.LogitError)
			if len(r.RMSBefore) > 0 {
				ratio = ratios(rec.RMSRatios(r))
			}
			for _, stage := range a.Widen {
				if stage.Step == r.Step {
					w = stage
				}
			}
		}
		g := &group{made: made(w), times: w.Factor, logit: -1, ratio: ratio}
		for _, other := range groups {
			if other.made == g.made && other.ratio == g.ratio {
				g = other
			}
		}
		if len(g.names) == 0 {
			groups = append(groups, g)
		}
		g.names, g.logit = append(g.names, a.Name), max(g.logit, moved)
	}
	out := []string{}
	for _, g := range groups {
		s := g.made
		if len(groups)+len(waiting) > 1 {
			s = "In " + list(g.names) + " " + s
		}
		out = append(out, record.Capital(s)+says(g.times, g.logit)+g.ratio)
	}
	return append(out, waiting...)
}

// made says what a widening makes of the network, as the rest of a sentence.
func made(w experiment.Widening) string {
	kept := ""
	if w.Scale == "none" && w.Init != "fp-random" {
		kept = ", without the factor that keeps the RMS"
	}
	every := map[string]string{
		"inner": "every neuron of every expert", "hidden": "every channel of the residual stream",
		"joint": "every neuron of every expert, and every channel of the residual stream,",
	}[string(w.Axis)]
	grown := experiment.Grown(w.Axis)
	switch {
	case w.Init == "copy-copy" && w.NormWeights == "sample" && w.Axis != "inner":
		return fmt.Sprintf("there are now %s as many %s: copies, but for the norm weights, which were drawn%s.",
			times(w.Factor), grown, kept)
	case w.Init == "copy-copy" && w.Factor == 2:
		return every + " now has an exact copy, drawn as two linked halves" + kept + "."
	case w.Init == "copy-copy" && w.Factor == float64(int(w.Factor)):
		return fmt.Sprintf("%s now has %g exact copies, linked to it%s.", every, w.Factor-1, kept)
	case w.Init == "copy-copy":
		return fmt.Sprintf("there are now %s as many %s: some were copied more often than others, and every copy is "+
			"linked to its original%s.", times(w.Factor), grown, kept)
	}
	return fmt.Sprintf("there are now %s as many %s: %s%s.", times(w.Factor), grown, pairs[string(w.Init)], kept)
}

// pairs say what the pairs of initialisations other than copy-copy put into new rows and columns.
var pairs = map[string]string{
	"random-random":  "new rows and new columns are random",
	"random-zero":    "new rows are random, new columns zero",
	"random-copy":    "new rows are random, new columns copied",
	"zero-copy":      "new rows are zero, though never the gate’s, and new columns copied",
	"zero-copy-dead": "new rows are zero, the gate’s too, and new columns copied",
	"uneven":         "rows are copied, and original and copy share the columns 1:2",
	"uneven-random":  "rows are copied, and original and copy share the columns unevenly",
	"plus-minus":     "rows are copied, and the columns of original and copy carry noise of opposite sign",
	"fp-random":      "the new ones are random, in pairs that cancel",
}

// says compares what the network says just after a widening with what it said just before.
func says(factor, moved float64) string {
	two, _ := strconv.ParseFloat(strconv.FormatFloat(moved, 'g', 2, 64), 64)
	switch digits := strconv.FormatFloat(two, 'f', -1, 64); {
	case moved < 0:
		return ""
	case !record.Finite(moved):
		return " What it says is not a number."
	case moved == 0:
		return fmt.Sprintf(" %s as wide, and yet it says the same as before: no logit moved at all.",
			record.Capital(times(factor)))
	case moved <= Unmoved:
		return fmt.Sprintf(" %s as wide, and yet it says the same as before: no logit moved by more than %s.",
			record.Capital(times(factor)), digits)
	default:
		return fmt.Sprintf(" That changed what it says: logits moved by up to %s.", digits)
	}
}

// ratios says what became of the mean RMS ratio of the blocks, and what would have without the factor.
func ratios(x record.RMSRatios) string {
	s := " " + x.Words()
	if record.Finite(x.Largest) {
		s += " The largest change of a block was " + x.Change() + "."
	}
	return s
}

func times(factor float64) string {
	if factor == 2 {
		return "twice"
	}
	return strconv.FormatFloat(factor, 'g', -1, 64) + " times"
}

func list(names []string) string {
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " and " + names[n]
	}
	return names[0]
}
