package figure

import (
	"fmt"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim"
)

// RMS is the ratio of what each block adds to what enters it, just before and just after the widening.
func RMS(r *sim.Record) (Figure, bool) {
	var panels []panel
	for i, a := range r.Experiment.Arms {
		report, ok := r.Report(i)
		if !ok {
			continue
		}
		p := axes("block: attention, experts of each layer", "RMS added / RMS entering")
		p.Add(grid{})
		p.Y.Min = 0
		p.X.Min, p.X.Max = 0.5, float64(len(report.RMSAfter))+0.5
		for _, s := range []struct {
			rms   []sim.BlockRMS
			shape draw.GlyphDrawer
			size  float64
		}{{report.RMSBefore, draw.RingGlyph{}, 5}, {report.RMSAfter, draw.CircleGlyph{}, 2.4}} {
			var at plotter.XYs
			for k, b := range s.rms {
				at = append(at, plotter.XY{X: float64(k + 1), Y: float64(b.Ratio())})
				p.Y.Max = max(p.Y.Max, 1.1*float64(b.Ratio()))
			}
			dots, err := plotter.NewScatter(at)
			if err != nil {
				return Figure{}, false // a ratio that is not a number has no place
			}
			dots.GlyphStyle = draw.GlyphStyle{Color: lookOf(i).hue, Radius: vg.Length(s.size), Shape: s.shape}
			p.Add(dots)
		}
		panels = append(panels, panel{fmt.Sprintf("%s: loss %.4f to %.4f", a.Name, report.HeldBefore, report.HeldAfter), p})
	}
	return Figure{
		Name: "rms", Title: "RMS of the blocks at the widening", Caption: "Ring: just before. Dot: just after.",
		width: 900, height: 360, panels: panels,
	}, len(panels) > 0
}
