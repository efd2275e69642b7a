package viz

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// row is a group of pairs as it is laid out: that of an expert, or of the residual stream where layer is −1.
type row struct {
	layer, expert int
	experts       int // of the layer
	n             int // pairs
}

// name is where the pairs live.
func (r row) name() string {
	switch {
	case r.layer < 0:
		return "stream"
	case r.experts == 1:
		return fmt.Sprintf("L%d", r.layer+1)
	}
	return fmt.Sprintf("L%d E%d", r.layer+1, r.expert+1)
}

// members are what is paired there.
func (r row) members() string {
	if r.layer < 0 {
		return "Residual channels"
	}
	return fmt.Sprintf("Layer %d, expert %d, neurons", r.layer+1, r.expert+1)
}

func (v *View) rowOf(g record.PairGroup) row {
	return row{g.Layer, g.Expert, v.rec.Experiment.Model.Experts, len(g.Orig)}
}

// shape are the rows of the arm that has the most pairs at a step; before the first widening those of the neurons and
// channels that will be paired.
func (v *View) shape(arms []int, step int) []row {
	var out []row
	most := 0
	for _, i := range arms {
		f, ok := v.rec.PairsAt(i, step)
		if !ok {
			continue
		}
		sum := 0
		for _, g := range f.Pairs {
			sum += len(g.Orig)
		}
		if sum > most {
			most, out = sum, out[:0]
			for _, g := range f.Pairs {
				out = append(out, v.rowOf(g))
			}
		}
	}
	if out != nil {
		return out
	}
	m := v.rec.Experiment.Model
	inner, hidden := widenedAxes(v.rec.Experiment)
	if inner {
		for k := range m.Layers * m.Experts {
			out = append(out, row{k / m.Experts, k % m.Experts, m.Experts, min(m.Inner, 64)})
		}
	}
	if hidden {
		out = append(out, row{-1, -1, 1, min(m.Hidden, 64)})
	}
	return out
}

// layout says how rows are drawn in a column.
type layout struct {
	cells bool    // a pair is a cell; otherwise two linked dots
	every int     // of so many rows one is drawn
	slot  float64 // the height of a drawn row
	width float64 // of its pairs together
	names float64 // of the names left of them, 0 where there are none
	// where rows are too low for names, those of every so many layers stand at their first rows; otherwise 0
	named int
}

// What fits: the pairs of all arms that can be dots, and those that can be cells, before a picture becomes costly; and
// lengths in CSS pixels.
const (
	mostDots, mostCells = 1100, 8000
	nameWidth           = 44.0
	nameHeight          = 13
	leastDots           = 9 // height of a row of dots
	leastCells          = 3 // height of a row of cells
	mostLine            = 80
	goodLine            = 48  // a row breaks into lines that are at least so high,
	fewest              = 6   // and have at least so many pairs,
	goodWidth           = 4   // or, lower ones, until a pair is so wide
	leastWidth          = 2.5 // of a pair of dots
)

// layOut finds the layout of rows in a column, one of several, whose pairs have a width.
func layOut(width, height float64, rows []row, columns int) layout {
	pairs, most := 0, 1
	for _, r := range rows {
		pairs, most = pairs+r.n, max(most, r.n)
	}
	n := float64(max(len(rows), 1))
	height, width = math.Max(height, 1), math.Max(width, 1) // of a window that is hardly there
	l := layout{every: 1, slot: height / n, width: width}
	lines := float64(l.lines(most))
	l.cells = l.slot < leastDots || l.width*lines/float64(most) < leastWidth || pairs*columns > mostDots
	if l.cells {
		l.every = max(1, int(math.Ceil(leastCells/l.slot)), (pairs*columns+mostCells-1)/mostCells)
		l.slot = math.Min(height/math.Ceil(n/float64(l.every)), 20*lines)
	}
	l.slot = math.Min(l.slot, mostLine*lines)
	if l.slot < nameHeight {
		layer := float64(max(rows[0].experts/l.every, 1)) // drawn rows
		l.named = int(math.Ceil(nameHeight / (l.slot * layer)))
	}
	return l
}

// lines is how many lines n pairs are broken into, so that a row which has the place for it becomes easier to see.
func (l layout) lines(n int) int {
	high := min(int(l.slot/goodLine), (n+fewest-1)/fewest)
	wide := min(int(l.slot/nameHeight), int(math.Ceil(goodWidth*float64(n)/l.width)))
	return max(1, high, wide)
}

// how says how to read the rows.
func (l layout) how(members, quantity string) string {
	s := fmt.Sprintf("Each pair of dots is %s. Glued and grey: identical bit for bit. In colour: not, and the "+
		"link is as long as their %s differ.", members, quantity)
	if l.cells {
		s = fmt.Sprintf("Each cell is %s. Grey: identical bit for bit. The fuller the colour the more their %s differ.",
			members, quantity)
	}
	if l.every > 1 {
		s += fmt.Sprintf(" One of %d experts is shown.", l.every)
	}
	return s
}

// brief says it in one short line.
func (l layout) brief() string {
	if l.cells {
		return "Grey: identical. Fuller colour: farther apart."
	}
	return "Grey: identical. Longer links: farther apart."
}

// grid is where the pairs of a row stand.
type grid struct {
	x, y, w, h float64 // of the first
	each       int     // pairs in a line
}

// rowAt is the grid of a row and whether it is drawn, and writes its name.
func (v *View) rowAt(b box, l layout, k int, r row) (g grid, ok bool) {
	if k%l.every != 0 {
		return g, false
	}
	first := r.layer < 0 || k < l.every || (k-l.every)/r.experts < r.layer // of its layer
	y, lines := b.y+float64(k/l.every)*l.slot, l.lines(r.n)
	each := (r.n + lines - 1) / lines
	g = grid{b.x + l.names, y, l.width / float64(max(each, 1)), l.slot / float64(lines), each}
	middle := y + g.h/2 // of the first line
	switch {
	case l.names == 0:
	case l.named == 0:
		v.pen.text(r.name(), b.x, math.Max(middle, y+nameHeight/2), small, soft, left)
	case first && r.layer%l.named <= 0:
		r.experts = 1
		v.pen.text(r.name(), b.x, math.Max(middle, b.y+4), small, soft, left)
		v.pen.rect(b.x, y-0.5, b.w, 1, rule)
	}
	return g, true
}

// at is the box of a pair.
func (g grid) at(i int) box {
	return box{g.x + g.w*float64(i%g.each), g.y + g.h*float64(i/g.each), g.w, g.h}
}

// all is the box of n pairs together, and under which of them is at a place in it.
func (g grid) all(n int) box {
	return box{g.x, g.y, g.w * float64(min(n, g.each)), g.h * math.Ceil(float64(n)/float64(max(g.each, 1)))}
}

func (g grid) under(p point) int {
	column := int((p.x - g.x) / g.w)
	if column < 0 || column >= g.each {
		return -1
	}
	return int((p.y-g.y)/g.h)*g.each + column
}

// members says what a pair is: originals beside copies, or beside others that were made new.
func members(e experiment.Experiment) string {
	copies, others := false, false
	for _, a := range e.Arms {
		for _, w := range a.Widen {
			copies, others = copies || a.Widens() && copied(w), others || a.Widens() && !copied(w)
		}
	}
	who, with := "a neuron", "its copy"
	if inner, hidden := widenedAxes(e); hidden && inner {
		who = "a neuron or residual channel"
	} else if hidden {
		who = "a residual channel"
	}
	if others && copies {
		with = "its copy, or the new one beside it"
	} else if others {
		with = "the new one beside it"
	}
	return who + " and " + with
}

// copied reports whether a widening copies rows: a new neuron is one that was there.
func copied(w experiment.Widening) bool {
	switch w.Init {
	case "copy-copy", "uneven", "uneven-random", "plus-minus":
		return true
	}
	return false
}

// widenedAxes are those that any arm widens on its way.
func widenedAxes(e experiment.Experiment) (inner, hidden bool) {
	for _, a := range e.Arms {
		for _, w := range a.Widen {
			inner = inner || a.Widens() && w.Axis != "hidden"
			hidden = hidden || a.Widens() && w.Axis != "inner"
		}
	}
	return inner, hidden
}
