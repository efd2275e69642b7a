package viz

import (
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/facts"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// factGrid is how tables of facts lie in a box: so many in a row, each with its name over it and its number below, or
// beside it where there is one.
type factGrid struct {
	at          box
	n           int // letters
	columns     int
	pitch       float64 // of cells
	axis        float64 // room for letters left of and above the cells
	column, row float64 // from a table to the next
	width       float64 // of what is said of a table
	number      float64 // size of the number
	lines       int     // of words below the number
	beside      bool
	names       []string // of the tables, all in full or all shorter
	changes     int      // how much is said of what changed, of all tables alike
}

// Lengths in CSS pixels.
const (
	factName   = 20  // height of the name over a table
	factBar    = 11  // and of the bar below it
	factLine   = 17  // height of a line below the number
	factTall   = 280 // of a table and all that belongs to it, from which on there are two such lines
	factLetter = 9   // pitch of cells that have letters
	factAxis   = 12  // room for these
	factBeside = 118 // of what is said beside each of several tables
	factColumn = 170 // room for what is said of a table at least, where there is
)

// off is how far from its table is what stands beside it, and words the room of that, or of what stands below.
func (g factGrid) off() float64 {
	if g.columns > 1 {
		return 10
	}
	return 24
}

func (g factGrid) words() float64 {
	if g.beside {
		return g.width - g.axis - g.side() - g.off()
	}
	return g.width - g.axis
}

// stacked reports whether what is said of a table stands line by line beside it.
func (g factGrid) stacked() bool { return g.beside && len(g.names) > 1 }

// side is the length of a table's cells together.
func (g factGrid) side() float64 { return g.pitch * float64(g.n) }

// gridOf finds the arrangement in which tables are largest, with so many lines below each number.
func (v *View) gridOf(b box, count, lines int) factGrid {
	var best factGrid
	n := v.rec.Experiment.Task.Side()
	for rows := 1; rows <= count; rows++ {
		columns := (count + rows - 1) / rows // rows are as even as they can be
		for _, beside := range []bool{false, true} {
			between, below := 24.0, 6.0
			if columns > 4 || columns > 3 && v.least > 0 {
				between = 12
			}
			w, h := (b.w+between)/float64(columns)-between, (b.h+below)/float64(rows)-below
			g := factGrid{at: b, n: n, columns: columns, column: w + between, row: h + below, width: w, beside: beside}
			g.number = math.Round(math.Min(math.Max(math.Min(w, h)*0.16, 18), 46))
			switch g.lines = lines; {
			case count > 1 && v.size == staged && Crowded(v.w, v.h):
				g.lines = 0
			case h < factTall:
				g.lines = 1
			}
			room := math.Min(w, h-factName-factBar-g.number*1.1-factLine*float64(g.lines)-6)
			switch {
			case beside && count > 1:
				g.number, g.lines = math.Min(g.number, 36), 2
				room = math.Min(w-g.off()-factBeside, h-factName)
			case beside:
				room = math.Min(w-math.Max(g.number*4.6, 130), h-factName)
			}
			if (room-factAxis)/float64(n) >= factLetter {
				g.axis, room = factAxis, room-factAxis
			}
			g.pitch = v.pitch(math.Max(room, 8) / float64(n))
			larger := g.side() > best.side()*1.01
			if beside { // only where there is one, or nothing else, and where it pays
				alone := count == 1 || v.size == whole || v.size == staged && v.least > 0 // nothing stands below it
				larger = alone && g.side() > best.side()*1.12
			}
			if larger { // of two that are as large the one with fewer rows
				best = g
			}
		}
	}
	if v.least > 0 && !best.beside {
		best.fill(lines)
	}
	// Tables lie close together rather than far apart in a wide box.
	wide := math.Max(best.axis+best.side(), factColumn)
	if best.beside && count > 1 {
		wide = best.axis + best.side() + best.off() + factBeside
	}
	best.column = math.Min(best.column, wide+30)
	if count > 1 {
		best.width = math.Min(best.width, best.column-10)
	}
	return best
}

// fill gives the height that is left below tables to more of the lines that there are to be said, and to the number:
// from afar that is what is read.
func (g *factGrid) fill(lines int) {
	const larger, most = 1.4, 52
	left := g.row - factName - g.axis - g.side() - factBar - g.number*1.1 - factLine*float64(g.lines) - 12
	for g.lines < lines && left >= factLine {
		g.lines, left = g.lines+1, left-factLine
	}
	g.number = math.Round(math.Max(g.number, math.Min(g.number+math.Max(left, 0)/1.1, math.Min(g.number*larger, most))))
}

// pitch is a whole number of device pixels where little is lost by that.
func (v *View) pitch(css float64) float64 {
	if px := math.Floor(css * v.pen.scale); px > 0.88*css*v.pen.scale {
		return px / v.pen.scale
	}
	return css
}

// snap moves a place to a whole device pixel.
func (v *View) snap(css float64) float64 { return math.Round(css*v.pen.scale) / v.pen.scale }

// corner is where the name of a table begins.
func (g factGrid) corner(k int) point {
	return point{g.at.x + float64(k%g.columns)*g.column, g.at.y + float64(k/g.columns)*g.row}
}

// cells is the place of the cells of a table.
func (v *View) cells(g factGrid, k int) box {
	p := g.corner(k)
	return box{v.snap(p.x + g.axis), v.snap(p.y + factName + g.axis), g.side(), g.side()}
}

// factUnder is the fact under the pointer, if that is in a table.
func (v *View) factUnder(g factGrid, k int) (int, bool) {
	c := v.cells(g, k)
	if !v.over(c) {
		return 0, false
	}
	at := func(p, from float64) int { return min(int((p-from)/g.pitch), g.n-1) }
	return at(v.pointer.y, c.y)*g.n + at(v.pointer.x, c.x), true
}

// factAt is the place of a fact: the answer to letters a and b stands in row a and column b.
func (v *View) factAt(c box, g factGrid, fact int) box {
	x0, x1 := v.snap(c.x+float64(fact%g.n)*g.pitch), v.snap(c.x+float64(fact%g.n+1)*g.pitch)
	y0, y1 := v.snap(c.y+float64(fact/g.n)*g.pitch), v.snap(c.y+float64(fact/g.n+1)*g.pitch)
	return box{x0, y0, x1 - x0, y1 - y0}
}

// facts draws a table with its name and what is said of it; marked is the fact that the pointer is at, or −1.
func (v *View) facts(g factGrid, k int, t *facts.Table, marked int) {
	p, c := g.corner(k), v.cells(g, k)
	hue, _ := v.owner(t)
	x := p.x
	if !t.Shared() {
		v.pen.mark(v.styles[t.Arms[0]], x+4, p.y+8, 4)
		x += headIndent
	}
	v.pen.text(g.names[k], x, p.y+8, body, hue, left)
	size, every := v.lettersAlong(g.pitch)
	if letter := v.rec.Experiment.Task.Letter(g.n - 1); len(letter) > 1 {
		every = max(every, 5) // numbers need room
	}
	for i := 0; g.axis > 0 && i < g.n; i += every {
		at := (float64(i) + 0.5) * g.pitch
		v.pen.text(v.rec.Experiment.Task.Letter(i), c.x-7, c.y+at, size, soft, center)
		v.pen.text(v.rec.Experiment.Task.Letter(i), c.x+at, c.y-7, size, soft, center)
	}
	v.pen.rect(c.x, c.y, v.snap(c.w), v.snap(c.h), style.Hole)
	if t.Lost != "" {
		v.cross(c.x+c.w/2, c.y+c.h/2, math.Min(c.w*0.3, 40))
	} else {
		v.answers(c, g, t, hue)
	}
	if marked >= 0 {
		at, px := v.factAt(c, g, marked), 1/v.pen.scale
		v.rim(box{at.x - 2*px, at.y - 2*px, at.w + 3*px, at.h + 3*px}, 2*px, ink)
	}
	if g.beside {
		v.counted(box{c.x + c.w + g.off(), c.y, g.words(), c.h}, g, t, hue)
	} else {
		v.share(box{c.x, c.y + c.h + 5, c.w, factBar - 5}, t, hue)
		v.counted(box{c.x, c.y + c.h + factBar + 4, g.words(), g.row}, g, t, hue)
	}
}

// gapOf is what lies between cells, where they are large enough for that.
func (v *View) gapOf(g factGrid) float64 {
	if g.pitch*v.pen.scale < 4 {
		return 0
	}
	return math.Max(1, math.Round(g.pitch*v.pen.scale/14)) / v.pen.scale
}

// answers draws the cells of a table, with gaps between them where they are large enough.
func (v *View) answers(c box, g factGrid, t *facts.Table, hue color.RGBA) {
	px, gap := 1/v.pen.scale, v.gapOf(g)
	for i, a := range t.Answers {
		at := v.factAt(c, g, i)
		at.w, at.h = at.w-gap, at.h-gap
		if in := math.Max(px, v.snap(at.w*0.22)); !a.Right && gap > 0 { // what is not known is smaller too
			at = box{at.x + in, at.y + in, at.w - 2*in, at.h - 2*in}
		}
		v.pen.rect(at.x, at.y, at.w, at.h, v.filled(a, hue))
	}
	v.heldOut(c, g, t.Split)
	for k := 1; k <= g.n && gap > 0; k++ {
		at := v.snap(float64(k)*g.pitch) - gap
		v.pen.rect(c.x+at, c.y, gap, c.h, paper)
		v.pen.rect(c.x, c.y+at, c.w, gap, paper)
	}
	for i := range t.Answers {
		at := v.factAt(c, g, i)
		at.w, at.h = at.w-gap, at.h-gap
		switch t.Change(i) {
		case facts.Learnt:
			v.learnt(at)
		case facts.Forgotten:
			v.forgotten(at)
		}
	}
}

// heldOut marks what is never trained on: by a frame where there is room, else by a spot.
func (v *View) heldOut(c box, g factGrid, held []bool) {
	px, gap := 1/v.pen.scale, v.gapOf(g)
	for i, out := range held {
		if !out {
			continue
		}
		at := v.factAt(c, g, i)
		at.w, at.h = at.w-gap, at.h-gap
		if gap > 0 {
			v.rim(at, math.Max(px, v.snap(at.w/10)), ink)
			continue
		}
		v.pen.rect(v.snap(at.x+at.w/3), v.snap(at.y+at.h/3), math.Max(px, v.snap(at.w/3)),
			math.Max(px, v.snap(at.h/3)), ink)
	}
}

// filled is the colour of a fact.
func (v *View) filled(a record.Answer, hue color.RGBA) color.RGBA {
	if v.colouring == ByExpert {
		return style.Expert(int(a.Expert), a.Right)
	}
	return style.Sure(hue, a.Sure, a.Right)
}

// fresh is the mark of what was just learnt.
var fresh = color.RGBA{255, 200, 0, 255}

// learnt marks a fact that was just learnt, with a rim or, where that would leave little of the cell, a spot: bright,
// unless colours near it mean something else.
func (v *View) learnt(c box) {
	hue := fresh
	if v.colouring == ByExpert {
		hue = ink
	}
	px := 1 / v.pen.scale
	if c.w < 8 {
		side := math.Max(px, v.snap(c.w*0.4))
		v.pen.rect(v.snap(c.x+(c.w-side)/2), v.snap(c.y+(c.h-side)/2), side, side, hue)
		return
	}
	v.rim(c, math.Max(px, v.snap(c.w/8)), hue)
}

// forgotten draws the cross of a fact that was just forgotten: quietly, for while a network learns there are many.
func (v *View) forgotten(c box) {
	in, width := c.w*0.16, math.Max(1/v.pen.scale, c.w/9)
	v.pen.segment(point{c.x + in, c.y + in}, point{c.x + c.w - in, c.y + c.h - in}, width, stuck)
	v.pen.segment(point{c.x + in, c.y + c.h - in}, point{c.x + c.w - in, c.y + in}, width, stuck)
}

// rim draws the edge of a box, inside it.
func (v *View) rim(c box, wide float64, hue color.RGBA) {
	v.pen.rect(c.x, c.y, c.w, wide, hue)
	v.pen.rect(c.x, c.y+c.h-wide, c.w, wide, hue)
	v.pen.rect(c.x, c.y+wide, wide, c.h-2*wide, hue)
	v.pen.rect(c.x+c.w-wide, c.y+wide, wide, c.h-2*wide, hue)
}

// share draws how much of all is known as a bar: many scattered cells are hard to compare.
func (v *View) share(b box, t *facts.Table, hue color.RGBA) {
	v.pen.rect(b.x, b.y, b.w, b.h, style.Hole)
	if t.Of > 0 && t.Lost == "" {
		v.pen.rect(b.x, b.y, b.w*float64(t.Known)/float64(t.Of), b.h, hue)
	}
}

// counted writes how many facts a network knows, and what changed since the count before.
func (v *View) counted(in box, g factGrid, t *facts.Table, hue color.RGBA) {
	size := g.number
	y := in.y + size*0.5
	switch {
	case t.Lost != "":
		v.pen.title(record.Diverged.String(), in.x, y, math.Min(size, 20), wrong)
		v.pen.text("at step "+record.Thousands(t.LostAt), in.x, y+size*0.5+8, small, soft, left)
		return
	case t.Of == 0:
		v.pen.text(notCounted, in.x, y, body, soft, left)
		return
	}
	number, of := record.Thousands(t.Known), record.Thousands(t.Of)
	v.pen.title(number, in.x, y, size, hue)
	x, base := in.x+v.pen.titleWidth(number, size)+6, y+size*0.36-4.5
	if g.stacked() {
		x, base, y = in.x, y+size*0.5+9, y+factLine+factBar
		v.share(box{in.x, base + 12, in.w, factBar - 5}, t, hue)
	}
	words := v.rec.Experiment.Task.Words()
	short := words.Known
	if t.Split != nil {
		short = "held out"
	}
	v.pen.text(v.fitting([]string{"of " + of + " " + words.Measure, "of " + of + " " + short, "of " + of, ""},
		in.x+in.w-x, body), x, base, body, soft, left)
	y += size*0.5 + 10
	lines := g.lines
	if t.Split != nil && lines > 0 {
		known, of := record.Thousands(t.Shown), record.Thousands(t.ShownOf)
		v.pen.text(v.fitting([]string{known + " of " + of + " that it is trained on",
			known + " of " + of + " trained on", known + "/" + of + " trained on", known + "/" + of + " trained", ""},
			in.w, small), in.x, y, small, hue, left)
		y += factLine
		lines--
	}
	if t.Compared() && lines > 0 {
		y = v.changed(point{in.x, y}, g, t, hue)
		lines--
	}
	if t.Locked && lines > 0 {
		v.pen.text(v.fitting([]string{"all copies identical to their originals", "all copies identical", "locked"},
			in.w, small), in.x, y, small, stuck, left)
	}
}
