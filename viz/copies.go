package viz

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// copies draws every pair of original and new one as two linked dots, a column for each widened arm: the farther the
// two vectors are apart the longer the link, and locked pairs touch and are grey. Where there are too many for that
// each pair is a cell.
func (v *View) copies(b box) {
	rec, step := v.rec, v.at()
	var arms []int
	for i := range rec.Experiment.Arms {
		if rec.Experiment.Arms[i].Widens() && !v.hides(i, step) {
			arms = append(arms, i)
		}
	}
	if len(arms) == 0 {
		v.heading(b, "Neuron copies", v.noneWidened(), "")
		return
	}
	if !v.parted(arms, step) {
		v.shared(b, arms, step)
		return
	}
	between, size, named := 1.5*gap, body, nameWidth // the names of the rows stand beside the first column
	if len(arms) > 4 {
		between, size = 8, small
	}
	if v.size == aside {
		between, named = 12, 0
	}
	width := (b.w - between*float64(len(arms)-1) - named) / float64(len(arms)) // of pairs
	if width < 100 {
		size = small
	}
	heads, tall := v.heads(arms, width, size), 40.0
	for _, h := range heads {
		if h[1] != "" {
			tall = 40 + linePitch - 2
		}
	}
	// The layout is that of the arm with the most pairs, so that rows lie beside each other; the heading, whose height
	// matters little, says how to read it.
	shape := v.shape(arms, step)
	lay := layOut(width, b.h-77-tall, shape, len(arms))
	how := lay.how(members(rec.Experiment), names[v.quantity])
	if slices.ContainsFunc(arms, func(i int) bool { return v.lost(i, step) != "" }) {
		how += crossed
	}
	b = v.heading(b, "Neuron copies", how, lay.brief())
	var hit *pairAt
	lay = layOut(width, b.h-8-tall, shape, len(arms))
	x := b.x
	for k, i := range arms {
		if lay.names = 0; k == 0 {
			lay.names = named
		}
		in := box{x, b.y + 8, width + lay.names, b.h - 8}
		x += in.w + between
		m := v.styles[i]
		in.x, in.w = in.x+lay.names, width // of the words
		v.pen.mark(m, in.x+4, in.y+4, 4)
		v.pen.text(heads[k][0], in.x+headIndent, in.y+4, size, m.Hue, left)
		v.pen.text(heads[k][1], in.x, in.y+4+linePitch-2, size, m.Hue, left)
		rows := box{in.x - lay.names, in.y + tall, in.w + lay.names, in.h - tall}
		f, ok := rec.PairsAt(i, step)
		if !ok {
			v.single(rows, lay, shape)
			continue
		}
		says := verdict(f.Summary(v.quantity), v.quantity)
		if lost := v.lost(i, step); lost != "" {
			says = []string{lost, record.Diverged.String()}
		}
		v.pen.text(v.fitting(says, in.w, small), in.x, in.y+tall-16, small, soft, left)
		if h := v.groups(rows, lay, i, f.Pairs, m.Hue); h != nil {
			hit = h
		}
	}
	if hit != nil {
		v.exactPair(b, arms, step, *hit)
	}
}

// verdict says how far apart the pairs are in a quantity, in words for wide columns and for narrow ones.
func verdict(s record.Summary, q record.Quantity) []string {
	word, lost, all := s.Word(q), record.Thousands(s.In[record.Diverged]), record.Thousands(s.Pairs)
	switch {
	case s.In[record.Diverged] > 0:
		return []string{lost + " of " + all + " diverged: no number", lost + " diverged", word}
	case word == record.Locked.String():
		return []string{names[q] + " of all " + all + " identical", "all " + all + " identical", "identical", "same"}
	case word != "":
		return []string{word, "none"}
	}
	c := s.Cosine(3)
	return []string{fmt.Sprintf("cosine %s, distance %s", c, decimals(s.Dist, 3)), "cosine " + c, "cos " + c, c}
}

// decimals is a number with so many digits, or none.
func decimals(x float64, digits int) string {
	if !record.Finite(x) {
		return "none"
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

// exactly are the numbers of a pair in one quantity, or why it has none.
func exactly(p record.PairStat) string {
	switch numbers := record.Finite(p.Cos) || record.Finite(p.Dist); {
	case numbers && p.State == record.Locked:
		return "identical"
	case numbers:
		return p.Cosine(4) + ", " + decimals(float64(p.Dist), 4)
	case p.State == record.Locked:
		return "both zero"
	}
	return p.State.String()
}

// fitting is the first of several wordings that is not wider than there is room for, or as much of the last as there is
// room for.
func (v *View) fitting(wordings []string, width, size float64) string {
	for _, s := range wordings {
		if v.pen.width(s, size) <= width {
			return s
		}
	}
	return cut(wordings[len(wordings)-1], width, func(s string) float64 { return v.pen.width(s, size) })
}

// exactPair writes the numbers of one pair in every arm.
func (v *View) exactPair(b box, arms []int, step int, at pairAt) {
	var lines []line
	for _, i := range arms {
		f, ok := v.rec.PairsAt(i, step)
		if !ok || at.group >= len(f.Pairs) || at.pair >= len(f.Pairs[at.group].Orig) {
			continue
		}
		g := f.Pairs[at.group]
		if lines == nil {
			lines = append(lines, line{fmt.Sprintf("%s %d and %d: cosine and distance of weights w, gradients g, "+
				"moments m and v", v.rowOf(g).members(), g.Orig[at.pair]+1, g.Copy[at.pair]+1), ink})
		}
		s := ""
		for q := range record.Quantities {
			s += " " + shortNames[q] + " " + exactly(g.Stats[q][at.pair]) + ";"
		}
		lines = append(lines, line{v.names[i] + ":" + strings.TrimSuffix(s, ";"), v.styles[i].Hue})
	}
	if at.opens {
		lines = append(lines, line{"A click shows its next update, step by step.", soft})
	}
	v.tip(b, lines)
}

// names and shortNames are the words for the quantities.
var (
	names      = [record.Quantities]string{"weights", "gradients", "first moments", "second moments"}
	shortNames = [record.Quantities]string{"w", "g", "m", "v"}
)
