package animation

import (
	"math"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// chart is a small plot over the steps of a run, below what moves.
type chart struct {
	box     [4]float64 // x, y, width and height of what curves are drawn in
	last    int        // step at its right end
	first   int        // and at its left
	most    float64    // at its upper edge
	least   float64    // and at its lower one
	ticks   []float64  // values with a line and their number
	says    string     // what is drawn
	widened int        // step of the first widening, −1 where there is none
}

// curve is one arm's.
type curve struct {
	style  style.Style
	points [][2]float64 // step and value
}

// below is where the chart ends, its words included.
func (h chart) below() float64 { return h.box[1] + h.box[3] + 28 }

func (h chart) x(step float64) float64 {
	return h.box[0] + h.box[2]*(step-float64(h.first))/max(1, float64(h.last-h.first))
}

func (h chart) y(value float64) float64 {
	return h.box[1] + h.box[3]*(1-(value-h.least)/(h.most-h.least))
}

// draw draws the curves up to a step, in which each ends in its marker.
func (h chart) draw(c *canvas, step int, curves []curve) {
	x, y, w, tall := h.box[0], h.box[1], h.box[2], h.box[3]
	c.text(h.says, margin, y-24, small, false, soft, 0)
	for _, tick := range h.ticks {
		c.rect(x, h.y(tick), w, 0.5, rule)
		c.text(strconv.FormatFloat(tick, 'f', -1, 64), x-8, h.y(tick)-small/2-1, small, false, soft, 1)
	}
	c.rect(x, y+tall, w, 1, axis)
	ends := "step " + record.Thousands(h.last)
	begins, widened := record.Thousands(h.first), "widened at "+record.Thousands(h.widened)
	if h.widened == h.first {
		begins = widened
	}
	c.text(begins, x, y+tall+6, small, false, soft, 0)
	c.text(ends, x+w, y+tall+6, small, false, soft, 1)
	if h.widened > h.first {
		at := h.x(float64(h.widened))
		c.line([][2]float64{{at, y}, {at, y + tall}}, 1, axis, 3, 3)
		c.text(widened, at, y+tall+6, small, false, soft, 0.5)
	}
	for _, l := range curves {
		var points [][2]float64
		for _, p := range l.points {
			points = append(points, [2]float64{h.x(p[0]), h.y(p[1])})
		}
		c.line(points, 2, l.style.Hue, l.style.Dash...)
	}
	for _, l := range curves {
		if n := len(l.points); n > 0 && int(l.points[n-1][0]) == step {
			c.mark(l.style.Marker, h.x(l.points[n-1][0]), h.y(l.points[n-1][1]), 5, l.style.Hue)
		}
	}
}

// inWords is a small number.
func inWords(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight"}
	if n < len(words) {
		return words[n]
	}
	return record.Thousands(n)
}

// rounds are the two largest round numbers of one distance up to a value, and 0.
func rounds(most float64) []float64 {
	for unit := math.Pow(10, math.Ceil(math.Log10(most))); ; unit /= 10 {
		for _, share := range []float64{1, 0.5, 0.4, 0.2} {
			if 2*share*unit <= most {
				return []float64{0, share * unit, 2 * share * unit}
			}
		}
	}
}
