package figure

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/facts"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// drawKnowledge is what every network makes of all facts in the end: a table of cells each, and the number of those
// that it knows. It is false for an experiment that counts no facts.
func drawKnowledge(r *record.Record) (Figure, bool) {
	step := r.Last()
	tables := facts.Tables(r, step)
	tables = slices.DeleteFunc(tables, func(t facts.Table) bool { return len(t.Answers) == 0 })
	if len(tables) == 0 {
		return Figure{}, false
	}
	title := "What the networks know"
	if len(tables) == 1 {
		title = "What the network knows"
	}
	styles, names := style.Of(r.Experiment), names(r.Experiment)
	var all []cells
	for _, t := range tables {
		l, name := style.Style{Hue: style.Neutral}, "One network still, shared by all"
		if !t.Shared() {
			l, name = styles[t.Arms[0]], names[t.Arms[0]]
		}
		all = append(all, cells{t, r.Experiment.Task.Side(), l, name, r.Experiment.Task.Words().Measure})
	}
	caption := fmt.Sprintf("Seed %d, step %d. Each cell is a %s. Full: the likeliest answer is right. The stronger "+
		"the colour, the surer.", r.Experiment.Seed, step, cell(r.Experiment))
	f := Figure{Name: "knowledge", Title: title, Caption: caption}
	f.lay = func(r room) layout {
		const side = 216
		n := vg.Length(len(tables))
		to := layout{width: max(2, n)*(side+2*margin) + margin, height: side + 134}
		if !r.page() { // tables as wide as there is room for, and the figure as tall as they are
			to.columns = len(tables)
			if r.For == Column {
				to.columns = min(to.columns, 2)
			}
			columns, rows := vg.Length(to.columns), vg.Length(to.rows(len(tables)))
			across := min((r.width-2*margin)/columns-2*margin, side)
			to.width = r.width
			to.height = rows*(across+tableName+tableCount+margin) + 2*margin + r.heading(f)
		}
		for i := range all {
			to.panels = append(to.panels, panel{plot: blank(all[i])})
		}
		return to
	}
	return f, true
}

// spot marks what is held out.
var spot = color.RGBA(ink)

// cell says what a cell is.
func cell(e experiment.Experiment) string {
	item := strings.TrimSuffix(e.Task.Words().Items, "s")
	if e.Task.Split() != nil {
		return item + ": first number down, second across. With a spot: held out, never trained on"
	}
	return item + ": first letter down, second across"
}

// cells is the table of one network, with its name over it and its number below.
type cells struct {
	facts.Table
	letters int
	style   style.Style
	name    string
	measure string
}

// Heights above and below a table.
const (
	tableName  = vg.Length(20)
	tableCount = vg.Length(46)
)

// Plot implements plot.Plotter. Cells of one colour are one path: there are thousands of them.
func (t cells) Plot(c draw.Canvas, _ *plot.Plot) {
	hue := hue(t.style)
	at := vg.Point{X: c.Min.X, Y: c.Max.Y}
	words := labelText
	words.Color = hue
	if t.style.Marker != "" {
		c.DrawGlyph(draw.GlyphStyle{Color: hue, Radius: 3.6, Shape: marker{t.style.Marker}},
			vg.Point{X: at.X + 4, Y: at.Y - 6})
		at.X += 13
	}
	c.FillText(words, at, t.name)
	side := min(c.Max.X-c.Min.X, c.Max.Y-c.Min.Y-tableName-tableCount)
	top := c.Max.Y - tableName
	t.fill(c, vg.Point{X: c.Min.X, Y: top}, side/vg.Length(t.letters))

	number := panelText
	number.Font.Size, number.Color = 26, hue
	at = vg.Point{X: c.Min.X, Y: top - side - 4}
	if t.Lost != "" {
		number.Color = wrong
		c.FillText(number, at, record.Diverged.String())
		return
	}
	known, of := record.Thousands(t.Known), "of "+record.Thousands(t.Of)+" "+t.measure
	c.FillText(number, at, known)
	if beside := number.Width(known) + 6; beside+tickText.Width(of) <= c.Max.X-c.Min.X {
		at.X += beside
		at.Y += 1.1 * tickText.Font.Size
	}
	at.Y -= number.Font.Size + 1
	c.FillText(tickText, at, of)
}

// fill draws the cells from their upper left corner on.
func (t cells) fill(c draw.Canvas, corner vg.Point, pitch vg.Length) {
	paths := map[color.RGBA]*vg.Path{}
	var order []color.RGBA
	square := func(fill color.RGBA, fact int, in vg.Length) {
		p := paths[fill]
		if p == nil {
			p = &vg.Path{}
			paths[fill], order = p, append(order, fill)
		}
		side := 0.92*pitch - 2*in
		x := corner.X + pitch*vg.Length(fact%t.letters) + in
		y := corner.Y - pitch*vg.Length(fact/t.letters) - in
		p.Move(vg.Point{X: x, Y: y})
		p.Line(vg.Point{X: x + side, Y: y})
		p.Line(vg.Point{X: x + side, Y: y - side})
		p.Line(vg.Point{X: x, Y: y - side})
		p.Close()
	}
	for fact := range t.letters * t.letters {
		if t.Lost != "" || fact >= len(t.Answers) || !t.Answers[fact].Right {
			square(style.Hole, fact, 0)
		}
	}
	for fact, a := range t.Answers {
		switch {
		case t.Lost != "":
		case a.Right:
			square(style.Sure(t.style.Hue, a.Sure, a.Right), fact, 0)
		default:
			square(style.Sure(t.style.Hue, a.Sure, a.Right), fact, 0.22*pitch)
		}
	}
	for fact, held := range t.Split {
		if held {
			square(spot, fact, 0.36*pitch)
		}
	}
	for _, fill := range order {
		c.SetColor(fill)
		c.Fill(*paths[fill])
	}
}
