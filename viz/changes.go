package viz

import (
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/facts"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// How much is said of what was learnt and forgotten: numbers, what they count, and since when.
const (
	bareChanges = iota
	namedChanges
	datedChanges
)

// What lies behind a mark, and before the next one.
const changeAfter, changeBetween = 4, 10

// changesIn is how much there is room for beside all tables alike, and would be with numbers of two digits.
func (v *View) changesIn(g factGrid, tables []facts.Table) int {
	if g.stacked() {
		return datedChanges
	}
	for says := datedChanges; says > bareChanges; says-- {
		fits := true
		for k := range tables {
			learnt, forgotten := tables[k].Changes()
			w := changeWords(max(learnt, 88), max(forgotten, 88), tables[k].Before, says)
			room := 2*(v.changeMark(g)+changeAfter+changeBetween) + v.pen.width(w[0]+w[1]+w[2], small)
			fits = fits && (!tables[k].Compared() || room <= g.words())
		}
		if fits {
			return says
		}
	}
	return bareChanges
}

// changeWords say what was learnt and forgotten since a step.
func changeWords(learnt, forgotten, since, says int) (w [3]string) {
	w[0], w[1] = record.Thousands(learnt), record.Thousands(forgotten)
	if says >= namedChanges {
		w[0], w[1] = w[0]+" learnt", w[1]+" forgotten"
	}
	if says == datedChanges {
		w[2] = "since step " + record.Thousands(since)
	}
	return w
}

// changeMark is the side of the marks.
func (v *View) changeMark(g factGrid) float64 {
	return math.Min(math.Max(v.snap(g.pitch-v.gapOf(g)), 7), 10)
}

// changed writes what was learnt and forgotten since the count before, beside the marks that cells have for it, in one
// line or in several, and returns where the next begins.
func (v *View) changed(at point, g factGrid, t *facts.Table, hue color.RGBA) float64 {
	side := v.changeMark(g)
	learnt, forgotten := t.Changes()
	words := changeWords(learnt, forgotten, t.Before, g.changes)
	if learnt == 0 && forgotten == 0 {
		says := v.fitting([]string{"nothing learnt or forgotten " + words[2], "no change " + words[2], "no change", ""},
			g.words(), small)
		v.pen.text(says, at.x, at.y, small, soft, left)
		return at.y + factLine
	}
	x := at.x
	for i, mark := range []func(box){
		func(b box) { v.pen.rect(b.x, b.y, side, side, hue); v.learnt(b) },
		func(b box) { v.pen.rect(b.x, b.y, side, side, style.Hole); v.forgotten(b) },
	} {
		mark(box{v.snap(x), v.snap(at.y - side/2), side, side})
		v.pen.text(words[i], x+side+changeAfter, at.y, small, soft, left)
		if x += side + changeAfter + v.pen.width(words[i], small) + changeBetween; g.stacked() {
			x, at.y = at.x, at.y+factLine
		}
	}
	v.pen.text(words[2], x, at.y, small, soft, left)
	return at.y + factLine
}
