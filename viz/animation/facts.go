package animation

import (
	"fmt"
	"image/color"
	"slices"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/facts"
	"github.com/sparkling-lab/sparkling/viz/figure"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// How long pictures of facts stand, and how many there are at most.
const (
	countStands = 300 * time.Millisecond
	splitStands = 1200 * time.Millisecond // where one network becomes several, before and after
	slideStands = 70 * time.Millisecond
	slides      = 6
	mostCounts  = 48
)

// Facts is how the tables of facts fill: a cell for each fact, of the one network that the arms share, and after the
// widening of each arm; below them how many each knows over the steps. It is false for a record of an experiment that
// counts no facts, or has not counted any.
func Facts(r *record.Record) (Animation, bool) {
	steps := counted(r)
	if len(steps) == 0 {
		return Animation{}, false
	}
	f := newFilling(r, steps)
	a := Animation{Name: "facts", tall: f.tall(), Alt: f.says(),
		hues: append([]color.RGBA{style.Neutral}, huesOf(f.styles)...)}
	for k, step := range steps {
		tables := facts.Tables(r, step)
		splits := k+1 < len(steps) && f.alone(tables) && len(facts.Tables(r, steps[k+1])) > 1
		stands := countStands
		if splits {
			stands = splitStands
		}
		a.shots = append(a.shots, shot{stands, func(c *canvas) { f.draw(c, step, tables, 0) }})
		if !splits {
			continue
		}
		parts := f.parts(tables[0])
		for i := 1; i <= slides; i++ {
			stands, way := slideStands, float64(i)/slides
			if i == slides {
				stands = splitStands
			}
			a.shots = append(a.shots, shot{stands, func(c *canvas) { f.draw(c, step, parts, way) }})
		}
	}
	return a, true
}

// counted are the steps at which facts were counted, thinned out where they are many; the last one that all networks
// have reached is the last.
func counted(r *record.Record) []int {
	var steps []int
	last := r.Last()
	for _, t := range r.Tracks {
		for _, f := range t {
			if len(f.Answers) > 0 && f.Step <= last {
				steps = append(steps, f.Step)
			}
		}
	}
	slices.Sort(steps)
	return thinned(slices.Compact(steps), mostCounts, r.Experiment.Fork())
}

// thinned are at most so many of some steps, in even distances, with the last of them and the one that is kept.
func thinned(steps []int, most, keep int) (out []int) {
	every := max(1, (len(steps)+most-1)/most)
	for i, step := range steps {
		if (len(steps)-1-i)%every == 0 || step == keep {
			out = append(out, step)
		}
	}
	return out
}

func huesOf(styles []style.Style) (hues []color.RGBA) {
	for _, s := range styles {
		hues = append(hues, s.Hue)
	}
	return hues
}

// filling is what all pictures of facts have in common.
type filling struct {
	rec    *record.Record
	steps  []int
	styles []style.Style
	names  []string
	slot   map[int]int // where the table of an arm stands
	cols   int
	pitch  float64 // from one cell to the next
	chart  chart
}

const (
	margin   = 24.0
	top      = 84.0 // of the tables
	between  = 20.0 // two tables
	naming   = 24.0 // over a table
	counting = 46.0 // below it
	mostSide = 232.0
	perRow   = 4
)

func newFilling(r *record.Record, steps []int) *filling {
	e := r.Experiment
	f := &filling{rec: r, steps: steps, styles: style.Of(e), names: figure.ArmNames(e), slot: map[int]int{}}
	most := 0
	for _, t := range facts.Tables(r, steps[len(steps)-1]) {
		f.slot[t.Arms[0]] = len(f.slot)
	}
	for _, step := range steps {
		for _, t := range facts.Tables(r, step) {
			most = max(most, t.Known)
		}
	}
	f.cols = min(perRow, len(f.slot))
	room := min(mostSide, (wide-2*margin-between*float64(f.cols-1))/float64(f.cols))
	f.pitch = max(1, float64(int(room*density)/e.Task.Side())) / density
	f.chart = chart{box: [4]float64{margin + 40, f.below() + 34, wide - 2*margin - 40, 84}, last: e.Steps,
		most: max(float64(most), 1), ticks: rounds(max(float64(most), 1)), says: e.Task.Words().Measure,
		widened: firstWidening(e)}
	return f
}

// firstWidening is the step of the first widening of any arm after the begin, −1 where there is none.
func firstWidening(e experiment.Experiment) int {
	first := -1
	for _, a := range e.Arms {
		for _, w := range a.Widen {
			if w.Step > 0 && (first < 0 || w.Step < first) {
				first = w.Step
			}
		}
	}
	return first
}

func (f *filling) side() float64 { return f.pitch * float64(f.rec.Experiment.Task.Side()) }

// below is where the tables end.
func (f *filling) below() float64 {
	rows := (len(f.slot) + f.cols - 1) / f.cols
	return top + float64(rows)*(naming+f.side()+counting)
}

func (f *filling) tall() int { return int(f.chart.below() + 14) }

// alone reports whether there is one network, which becomes several.
func (f *filling) alone(tables []facts.Table) bool { return len(tables) == 1 && len(f.slot) > 1 }

// parts are the tables of all arms where their one network parts: all alike.
func (f *filling) parts(one facts.Table) (out []facts.Table) {
	for _, arm := range one.Arms {
		t := one
		t.Arms = []int{arm}
		out = append(out, t)
	}
	return out
}

// middle is where a table stands that is the only one of several to come.
func (f *filling) middle() (x, y float64) {
	return (wide - f.side()) / 2, (top + f.below() - naming - f.side() - counting) / 2
}

// place is where the table of an arm stands.
func (f *filling) place(arm int) (x, y float64) {
	k := f.slot[arm]
	all := f.side()*float64(f.cols) + between*float64(f.cols-1)
	room := (wide - 2*margin - all) / float64(f.cols) // what pixels leave over is shared
	x = margin + room/2 + float64(k%f.cols)*(f.side()+between+room)
	return x, top + float64(k/f.cols)*(naming+f.side()+counting)
}

// draw is one picture: the tables of a step, on their way from the middle to their places. Where no table is on its
// way, it is 0.
func (f *filling) draw(c *canvas, step int, tables []facts.Table, way float64) {
	f.head(c, step, f.alone(tables))
	ease := way * way * (3 - 2*way)
	for _, t := range tables {
		x, y := f.place(t.Arms[0])
		switch mx, my := f.middle(); {
		case f.alone(tables):
			x, y = mx, my
			f.beside(c, t, x, y)
		case way > 0:
			x, y = mx+(x-mx)*ease, my+(y-my)*ease
		}
		f.table(c, t, x, y, way == 0 || way == 1)
	}
	f.chart.draw(c, step, f.curves(step))
}

// head says what is to be seen, and when.
func (f *filling) head(c *canvas, step int, alone bool) {
	e := f.rec.Experiment
	items := e.Task.Words().Items
	says := fmt.Sprintf("%s networks learn %s %s", record.Capital(inWords(len(f.slot))),
		record.Thousands(e.Task.Questions()), items)
	if alone || len(f.slot) == 1 {
		says = fmt.Sprintf("One network learns %s %s", record.Thousands(e.Task.Questions()), items)
	} else if ways := f.ways(); ways != "" {
		says = ways
	}
	c.text(says, margin, 22, title, true, ink, 0)
	at := fmt.Sprintf("Step %s of %s", record.Thousands(step), record.Thousands(e.Steps))
	c.text(at, wide-margin, 25, body, false, soft, 1)
	if !alone {
		c.text(strings.Join(f.cell(), " "), margin, 52, small, false, soft, 0)
	}
}

// ways says how the one network goes on; nothing where there is none.
func (f *filling) ways() string {
	e, wider, same := f.rec.Experiment, 0, 0
	at := firstWidening(e)
	for arm := range f.slot {
		switch {
		case e.Fork() != at || e.Arms[arm].From != experiment.Fork:
			return ""
		case e.Arms[arm].Widens():
			wider++
		default:
			same++
		}
	}
	if wider == 0 {
		return ""
	}
	says := fmt.Sprintf("Made wider at step %s", record.Thousands(at))
	if wider > 1 {
		says += " in " + inWords(wider) + " ways"
	}
	if same > 0 {
		says += ", and once left as it is"
	}
	return says
}

// cell says how a table is read.
func (f *filling) cell() []string {
	if f.rec.Experiment.Task.Split() != nil {
		return []string{"A cell for each sum.", "Coloured: right. Stronger: surer.", "With a spot: never trained on,",
			"and counted."}
	}
	return []string{"A cell for each fact:", "first letter down, second across.", "Coloured: known. Stronger: surer."}
}

// beside writes what stands at the two sides of a table that is alone.
func (f *filling) beside(c *canvas, t facts.Table, x, y float64) {
	line := y + naming + 10
	for _, words := range f.cell() {
		c.text(words, margin, line, body, false, soft, 0)
		line += 1.45 * body
	}
	right, line := x+f.side()+margin+between, y+naming+4
	c.text(record.Thousands(t.Known), right, line, 2*number, true, style.Neutral, 0)
	c.text("of "+record.Thousands(t.Of)+" "+f.rec.Experiment.Task.Words().Measure, right, line+2.35*number, body, false,
		soft, 0)
}

// table draws what one network makes of all facts, with its name and its number where it has come to its place.
func (f *filling) table(c *canvas, t facts.Table, x, y float64, there bool) {
	l, lone := style.Style{Hue: style.Neutral}, t.Shared()
	if !lone {
		l = f.styles[t.Arms[0]]
	}
	if there && !lone {
		c.mark(l.Marker, x+6, y+9, 5.5, l.Hue)
		c.text(f.names[t.Arms[0]], x+17, y, body, true, l.Hue, 0)
	}
	c.rect(x, y+naming, f.side(), f.side(), paper) // over a table that it slides across
	f.cells(c, t, l.Hue, x, y+naming)
	if y += naming + f.side(); !there || lone {
		return
	}
	if t.Lost != "" {
		c.text(record.Capital(record.Diverged.String()), x, y+8, title, true, wrong, 0)
		return
	}
	known := record.Thousands(t.Known)
	c.text(known, x, y+5, number, true, l.Hue, 0)
	c.text("of "+record.Thousands(t.Of)+" "+f.rec.Experiment.Task.Words().Known, x+width(known, number, true)+6, y+18,
		small, false, soft, 0)
}

// cells draws the table itself.
func (f *filling) cells(c *canvas, t facts.Table, hue color.RGBA, x, y float64) {
	side, in := f.rec.Experiment.Task.Side(), f.pitch
	if f.pitch*density >= 4 {
		in -= 1.0 / density // a line of paper between two
	}
	for fact := range side * side {
		left, above := x+f.pitch*float64(fact%side), y+f.pitch*float64(fact/side)
		fill := style.Hole
		if t.Lost == "" && fact < len(t.Answers) && t.Answers[fact].Right {
			fill = style.Sure(hue, t.Answers[fact].Sure, true)
		}
		c.rect(left, above, in, in, fill)
		if fact < len(t.Split) && t.Split[fact] {
			spot := max(in/3, 1.0/density)
			c.rect(left+(in-spot)/2, above+(in-spot)/2, spot, spot, ink)
		}
	}
}

// curves are how many facts each network has known up to a step: those of arms go on from the one that they shared.
func (f *filling) curves(until int) []curve {
	shared, own := curve{style: style.Style{Hue: style.Neutral}}, make([]curve, len(f.styles))
	var of []int // whose network was the shared one
	for _, step := range f.steps {
		if step > until {
			break
		}
		for _, t := range facts.Tables(f.rec, step) {
			if t.Lost != "" || len(t.Answers) == 0 {
				continue
			}
			at, arm := [2]float64{float64(step), float64(t.Known)}, t.Arms[0]
			if t.Shared() {
				shared.points, of = append(shared.points, at), t.Arms
				continue
			}
			if len(own[arm].points) == 0 && slices.Contains(of, arm) {
				own[arm].points = append(own[arm].points, shared.points[len(shared.points)-1])
			}
			own[arm].style, own[arm].points = f.styles[arm], append(own[arm].points, at)
		}
	}
	return append([]curve{shared}, own...)
}

// says is the animation in words.
func (f *filling) says() string {
	e := f.rec.Experiment
	step := f.steps[len(f.steps)-1]
	var known []string
	for _, t := range facts.Tables(f.rec, step) {
		name := "the network"
		if !t.Shared() {
			name = f.names[t.Arms[0]]
		}
		if t.Lost != "" {
			known = append(known, name+" has diverged")
			continue
		}
		known = append(known, fmt.Sprintf("%s has %s", name, record.Thousands(t.Known)))
	}
	return fmt.Sprintf("Tables of %s %s fill, a cell for each, network by network. After %s steps, %s: %s.",
		record.Thousands(e.Task.Questions()), e.Task.Words().Items, record.Thousands(step), e.Task.Words().Measure,
		strings.Join(known, ", "))
}
