// Package style says how the arms of an experiment look, wherever they appear: hue, dash and marker, one table for the
// pictures, the page, the window and figures for print. It draws nothing.
package style

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Marker is the shape at the end of a curve.
type Marker string

// The markers.
const (
	Disc     Marker = "disc"
	Square   Marker = "square"
	Triangle Marker = "triangle"
	Diamond  Marker = "diamond"
	Wedge    Marker = "wedge" // a triangle that stands on its tip
	Cross    Marker = "cross"
	Pillar   Marker = "pillar"
	Beam     Marker = "beam"
)

// Style tells an arm from the others three times over, so that no single difference has to be seen. Its hue is dark
// enough for words on white.
type Style struct {
	Hue    color.RGBA
	Dash   []float64 // lengths of stroke and gap in CSS pixels; none is a solid line
	Marker Marker
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// named are the styles of the treatments that the Lab's story is about.
var named = map[string]Style{
	"small":      {rgb(0x6a717b), []float64{1.5, 2.5}, Disc},
	"copy":       {rgb(0xb85000), []float64{5, 3}, Square},
	"asymmetric": {rgb(0x0067b0), []float64{7, 2.5, 1.5, 2.5}, Triangle},
	"sparkling":  {rgb(0x007a59), nil, Diamond},
	"drop":       {rgb(0x9a4a84), []float64{2.5, 2}, Wedge},
}

// spare are the styles of all others, in the order in which they are given away.
var spare = []Style{
	{rgb(0x5d52b0), []float64{9, 2, 2, 2}, Cross},
	{rgb(0x7d6200), []float64{3, 2}, Pillar},
	{rgb(0x0f7691), []float64{10, 3}, Beam},
	{rgb(0x2b2f36), []float64{1.5, 1.5}, Disc},
}

// At is the style number i of a fixed order, for figures that do not show the arms of one experiment: those of the
// treatments of the Lab's story, small first, then the spare ones, and from the beginning again.
func At(i int) Style {
	order := []string{"small", "copy", "asymmetric", "sparkling", "drop"}
	i %= len(order) + len(spare)
	if i < len(order) {
		return named[order[i]]
	}
	return spare[i-len(order)]
}

// Of are the styles of an experiment's arms. No two are equal: where two arms follow the same named treatment the
// second takes a spare one, and when those run out, that of a treatment which does not occur. What is left of a
// built-in experiment looks as it does there, whichever arms are gone, new, or elsewhere.
func Of(e experiment.Experiment) []Style {
	out := keptOf(e)
	free := func(l Style) bool {
		return !slices.ContainsFunc(out, func(o Style) bool { return o.Marker == l.Marker && o.Hue == l.Hue })
	}
	for i, a := range e.Arms {
		t, _ := experiment.TreatmentOf(a)
		if l, ok := named[t.ID]; ok && out[i].Marker == "" && free(l) {
			out[i] = l
		}
	}
	left := spare
	for _, id := range []string{"drop", "asymmetric", "copy", "small", "sparkling"} {
		left = append(left[:len(left):len(left)], named[id])
	}
	for i := range out {
		if out[i].Marker == "" {
			out[i] = left[slices.IndexFunc(left, free)] // there are more than arms
		}
	}
	return out
}

// keptOf are the styles of the arms that are those of the built-in experiment that e is, or was; empty for others.
func keptOf(e experiment.Experiment) []Style {
	out := make([]Style, len(e.Arms))
	b, ok := e.Base()
	if !ok || slices.EqualFunc(b.Arms, e.Arms, experiment.Alike) {
		return out
	}
	there := Of(b.Experiment)
	for i, k := range experiment.Origins(b.Experiment, e) {
		if k < 0 {
			continue
		}
		now, ok1 := experiment.TreatmentOf(e.Arms[i])
		was, ok2 := experiment.TreatmentOf(b.Arms[k])
		if ok1 == ok2 && now.ID == was.ID {
			out[i] = there[k]
		}
	}
	return out
}

// Names are what the arms of an experiment are called where some names cannot be read: those that can by theirs, others
// by their number.
func Names(e experiment.Experiment, readable func(string) bool) []string {
	out := make([]string, len(e.Arms))
	for i, a := range e.Arms {
		out[i] = plain.Line(a.Name)
		if strings.TrimSpace(out[i]) == "" || !readable(out[i]) {
			out[i] = fmt.Sprintf("Arm %d", i+1)
		}
	}
	return out
}
