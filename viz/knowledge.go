package viz

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/facts"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Colouring says what the colours of facts are of.
type Colouring string

// The colourings: how sure a network is of the right answer, and which expert answers.
const (
	BySure   Colouring = "sure"
	ByExpert Colouring = "expert"
)

// ColouringChoice is a colouring and what people call it.
type ColouringChoice struct {
	ID    Colouring `json:"id"`
	Label string    `json:"label"`
}

// Colourings lists the colourings.
var Colourings = []ColouringChoice{{BySure, "how sure"}, {ByExpert, "which expert"}}

// knowledge draws what every network makes of all facts: a table of cells for each, with the number of those that it
// knows. Before arms part there is one network, in the colour of none.
func (v *View) knowledge(b box) {
	tables := slices.DeleteFunc(facts.Tables(v.rec, v.at()),
		func(t facts.Table) bool { return v.leavesOut(t.Arms) })
	title := "What the networks know"
	if len(tables) == 1 {
		title = "What the network knows"
	}
	of, words := v.rec.Experiment.Task, v.rec.Experiment.Task.Words()
	counted := "full: " + words.Known + ", of " + record.Thousands(of.Questions())
	if len(tables) > 0 && of.Split() != nil && tables[0].Of > 0 {
		counted = "held out: " + words.Known + ", of " + record.Thousands(tables[0].Of)
	}
	b = v.headingIn(b, title, counted, v.howFacts(),
		"Darker: surer. Yellow: just learnt. ×: just forgotten.")
	if v.colouring == ByExpert && v.size != aside {
		b = v.expertKey(b)
	}
	lines := 1
	if v.rec.Experiment.Task.Split() != nil {
		lines = 2
	}
	if slices.ContainsFunc(tables, func(t facts.Table) bool { return t.Locked }) {
		lines++
	}
	g := v.gridOf(b, len(tables), lines)
	if g.names = v.ownersIn(g, tables); len(tables) > 1 && v.size > aside && !slices.ContainsFunc(g.names, some) {
		var arms []int
		for _, t := range tables {
			arms = append(arms, t.Arms[0])
		}
		g = v.gridOf(v.key(b, arms), len(tables), lines)
		g.names = v.ownersIn(g, tables)
	}
	g.changes = v.changesIn(g, tables)
	hit := -1
	for k := range tables {
		if fact, ok := v.factUnder(g, k); ok {
			hit = fact
		}
	}
	for k := range tables {
		v.facts(g, k, &tables[k], hit)
	}
	if hit >= 0 {
		v.exactFact(b, tables, hit)
	}
}

// some reports whether there are words.
func some(s string) bool { return s != "" }

// howFacts says how to read a table.
func (v *View) howFacts() string {
	task := v.rec.Experiment.Task
	item, down := strings.TrimSuffix(task.Words().Items, "s"), "first letter down, second across"
	if task.Split() != nil {
		down = "first number down, second across. In a frame: held out, never trained on, and counted"
	}
	if v.colouring == ByExpert {
		return "Each cell is a " + item + ", in the colour of the expert with the largest router weight in the last " +
			"layer. Pale and small: not " + task.Words().Known + "."
	}
	return "Each cell is a " + item + ": " + down + ". Full: the likeliest answer is right. Darker: surer."
}

// expertKey names the experts' colours, and returns the place that is left.
func (v *View) expertKey(b box) box {
	const side, pitch = 10, 16
	experts := v.rec.Experiment.Model.Experts
	x, y := b.x, b.y+2
	for k := range min(experts, style.Experts) {
		name := fmt.Sprintf("expert %d", k+1)
		if also := k + style.Experts; also < experts {
			name += fmt.Sprintf(", %d", also+1)
		}
		if k+2*style.Experts < experts {
			name += " …"
		}
		w := side + 5 + v.pen.width(name, small) + 14
		if x > b.x && x+w-14 > b.x+b.w {
			x, y = b.x, y+pitch
		}
		v.pen.rect(x, y-side/2, side, side, style.Expert(k, true))
		v.pen.text(name, x+side+5, y, small, soft, left)
		x += w
	}
	y += pitch - 2
	return box{b.x, y, b.w, b.h - (y - b.y)}
}

// owner is the colour of a table and what it is called.
func (v *View) owner(t *facts.Table) (color.RGBA, string) {
	if !t.Shared() {
		i := t.Arms[0]
		return v.styles[i].Hue, v.names[i]
	}
	return style.Neutral, "One network"
}

// ownersIn are the names over tables, for which there is so much room.
func (v *View) ownersIn(g factGrid, tables []facts.Table) []string {
	var list []string
	for k := range tables {
		_, name := v.owner(&tables[k])
		list = append(list, name)
	}
	return shorter(list, g.width-headIndent, func(s string) float64 { return v.pen.width(s, body) })
}

// exactFact writes what each network makes of a fact. The right answer itself is known to who trains.
func (v *View) exactFact(b box, tables []facts.Table, fact int) {
	e := v.rec.Experiment
	asked := e.Task.Question(fact)
	if held := e.Task.Split(); held != nil && held[fact] {
		asked += ", held out"
	}
	lines := []line{{asked + ": probability of the right answer", ink}}
	for k := range tables {
		t := &tables[k]
		hue, s := v.owner(t)
		s += ": "
		switch {
		case t.Lost != "":
			s += noNumber
		case fact >= len(t.Answers):
			s += notCounted
		default:
			s += fmt.Sprintf("%.2f", float64(t.Answers[fact].Sure)/255) + turned[t.Change(fact)]
			if e.Model.Experts > 1 {
				s += fmt.Sprintf(", expert %d", t.Answers[fact].Expert+1)
			}
		}
		lines = append(lines, line{s, hue})
	}
	v.tip(b, lines)
}

// notCounted is said of a network that was not asked yet, and turned of a fact that has changed.
const notCounted = "not counted yet"

var turned = map[facts.Change]string{facts.Learnt: ", just learnt", facts.Forgotten: ", just forgotten"}
