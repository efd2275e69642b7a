package viz

import (
	"math"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// mostBandParts bounds the shapes of one network's bands of a layer.
const mostBandParts = 1500

// bands draws the load of the experts of a layer over time, one upon the other: together they are all.
func (v *View) bands(b box, layer int, n *routing) {
	v.pen.rect(b.x, b.y, b.w, b.h, quiet)
	experts, frames := n.gets.Experts, n.loads
	if len(frames) < 2 {
		return
	}
	every := max(len(frames)*experts/mostBandParts, int(float64(len(frames))/math.Max(b.w, 1)), 1)
	end := float64(max(v.at(), 1))
	from := 0
	for at := every; from < len(frames)-1; at += every {
		at = min(at, len(frames)-1)
		x0, x1 := b.x+b.w*float64(frames[from].Step)/end, b.x+b.w*float64(frames[at].Step)/end
		if from == 0 {
			x0 = b.x
		}
		low0, low1 := 0.0, 0.0
		for expert := range experts {
			high0 := low0 + float64(frames[from].ExpertLoad[layer*experts+expert])
			high1 := low1 + float64(frames[at].ExpertLoad[layer*experts+expert])
			c := style.Band(expert)
			v.pen.quad(v.pen.vertex(x0, b.y+b.h*(1-low0), c, 1), v.pen.vertex(x1, b.y+b.h*(1-low1), c, 1),
				v.pen.vertex(x1, b.y+b.h*(1-high1), c, 1), v.pen.vertex(x0, b.y+b.h*(1-high0), c, 1))
			low0, low1 = high0, high1
		}
		from = at
	}
	for expert := 1; expert < experts && b.h/float64(experts) > 8; expert++ { // where they would be if all were alike
		y := b.y + b.h*float64(expert)/float64(experts)
		v.pen.line([]point{{b.x, y}, {b.x + b.w, y}}, 1, paper, []float64{2, 4})
	}
	for i := range v.rec.Reports {
		if p := &v.rec.Reports[i]; p.Arm == n.arms[0] && p.Step <= v.at() {
			x := b.x + b.w*float64(p.Step)/end
			v.pen.line([]point{{x, b.y}, {x, b.y + b.h}}, 1.4, ink, []float64{3, 3})
		}
	}
}
