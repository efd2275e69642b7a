package figure

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Ratios are what each block adds to what enters it, RMS over RMS, of one arm: attention and experts of each layer in
// turn.
type Ratios struct {
	Title         string
	Notes         []string // below the title, smaller; where there is little room the first alone
	Style         style.Style
	Before, After []float64 // the widening; of the same length
}

// drawRMS is the ratio of what each block adds to what enters it, just before and just after the widening.
func drawRMS(r *record.Record) (Figure, bool) {
	var sets []Ratios
	styles := style.Of(r.Experiment)
	for i, name := range names(r.Experiment) {
		report, ok := r.Report(i)
		if !ok {
			continue
		}
		sets = append(sets, Ratios{Title: name, Notes: notes(r.RMSRatios(report), report), Style: styles[i],
			Before: ratios(report.RMSBefore), After: ratios(report.RMSAfter)})
	}
	return Blocks("rms", "RMS of the blocks at the widening", "Ring: just before. Dot: just after. A: attention, E: "+
		"experts, layer by layer. r: the mean over the blocks, the largest change of one, and r after the same "+
		"widening without its factor.", sets...)
}

// notes are what a widening did to the mean RMS ratio and to the loss.
func notes(x record.RMSRatios, p record.Report) []string {
	all := []string{fmt.Sprintf("r %s to %s", number(float32(x.Before)), number(float32(x.After)))}
	if record.Finite(x.Largest) {
		all = append(all, "largest change "+x.Change())
	}
	switch {
	case x.Factorless:
		all = append(all, "not scaled")
	case record.Finite(x.Unscaled):
		all = append(all, "unscaled "+number(float32(x.Unscaled)))
	}
	return append(all, fmt.Sprintf("loss %s to %s", number(p.ValLossBefore), number(p.ValLossAfter)))
}

func ratios(blocks []record.BlockRMS) []float64 {
	var out []float64
	for _, b := range blocks {
		out = append(out, float64(b.Ratio()))
	}
	return out
}

// number is a measured loss, or says that it is none.
func number(x float32) string {
	if !record.Finite(x) {
		return "no number"
	}
	return decimal(float64(x), 4)
}

// Blocks are ratios of the blocks of several arms side by side, all on one scale. One that is no number has no place,
// and the caption says so. It is false where there is nothing to draw.
func Blocks(name, title, caption string, sets ...Ratios) (Figure, bool) {
	top, drawn := 0.0, 0
	for _, s := range sets {
		missing := 0
		for _, y := range slices.Concat(s.Before, s.After) {
			if !record.Finite(y) {
				missing++
				continue
			}
			top, drawn = max(top, 1.1*y), drawn+1
		}
		if missing > 0 {
			caption += fmt.Sprintf(" Of %s %d are no number.", s.Title, missing)
		}
	}
	lay := func(r room) layout {
		to := layout{width: max(900, vg.Length(180*len(sets))), height: 360}
		for i, s := range sets {
			p := s.axes(top)
			notes := s.Notes
			if !r.page() {
				notes = notes[:min(len(notes), 1)]
			}
			title := strings.Join(append([]string{s.Title}, notes...), "\n")
			if i == 0 {
				p.Y.Label.Text = "RMS added / RMS entering"
			}
			to.panels = append(to.panels, panel{title, p})
		}
		return to.fitted(r)
	}
	return Figure{Name: name, Title: title, Caption: caption, lay: lay}, drawn > 0
}

// axes are those of one arm, from 0 to top.
func (s Ratios) axes(top float64) *plot.Plot {
	p := axes("block", "")
	p.X.Tick.Marker = blockTicks(len(s.After))
	p.Y.Min, p.Y.Max = 0, top
	p.X.Min, p.X.Max = 0.5, float64(len(s.After))+0.5
	p.Add(grid{})
	for _, d := range []struct {
		y     []float64
		shape draw.GlyphDrawer
		size  vg.Length
	}{{s.Before, draw.RingGlyph{}, 5}, {s.After, draw.CircleGlyph{}, 2.4}} {
		var at plotter.XYs
		for k, y := range d.y {
			if record.Finite(y) {
				at = append(at, plotter.XY{X: float64(k + 1), Y: y})
			}
		}
		glyph := draw.GlyphStyle{Color: hue(s.Style), Radius: d.size, Shape: d.shape}
		p.Add(&plotter.Scatter{XYs: at, GlyphStyle: glyph})
	}
	return p
}

// blockTicks name the blocks, A1, E1, A2 ..., at most a dozen of them.
func blockTicks(n int) plot.ConstantTicks {
	var t plot.ConstantTicks
	for k := 0; k < n; k += n/12 + 1 {
		t = append(t, plot.Tick{Value: float64(k + 1), Label: fmt.Sprintf("%c%d", "AE"[k%2], k/2+1)})
	}
	return t
}
