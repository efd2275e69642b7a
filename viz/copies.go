package viz

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/sim"
)

// copies draws every pair of original and copy as two linked tiles, a column for each widened arm: the farther the two vectors are
// apart the longer the link, and locked pairs touch and are grey.
func (v *View) copies(b box) {
	rec, step := v.rec, v.at()
	var arms []int
	for i := range rec.Experiment.Arms {
		if rec.Experiment.Arms[i].Widens() {
			arms = append(arms, i)
		}
	}
	how := fmt.Sprintf("Each dot pair is a neuron and its copy. Glued and grey: identical bit for bit. The link is as long as their %s differ.", names[v.quantity])
	b = v.heading(b, "Neuron copies", how)
	if len(arms) == 0 {
		return
	}
	var hit *pairAt
	colW := (b.w - gap*float64(len(arms)-1)) / float64(len(arms))
	for k, i := range arms {
		arm := rec.Experiment.Arms[i]
		in := box{b.x + float64(k)*(colW+gap), b.y + 8, colW, b.h - 8}
		m := v.looks[i]
		v.pen.mark(m, in.x+4, in.y+4, 4)
		short, _, _ := strings.Cut(strings.ReplaceAll(arm.Name, ",", ""), " ")
		v.pen.text(v.fitting([]string{arm.Name, short}, in.w-13, body), in.x+13, in.y+4, body, m.Hue, left)
		f, ok := rec.PairsAt(i, step)
		if !ok {
			v.single(box{in.x, in.y + 36, in.w, in.h - 36})
			continue
		}
		s := f.Summary(v.quantity)
		v.pen.text(v.fitting(verdict(s), in.w, small), in.x, in.y+20, small, soft, left)
		if h := v.groups(box{in.x, in.y + 36, in.w, in.h - 36}, f.Pairs, m.Hue); h != nil {
			hit = h
		}
	}
	if hit != nil {
		v.exactPair(b, arms, step, *hit)
	}
}

// verdict says how far apart the pairs are, in words for wide columns and for narrow ones.
func verdict(s sim.Summary) []string {
	if s.Locked == s.Pairs {
		return []string{fmt.Sprintf("all %d identical", s.Pairs), "identical"}
	}
	c := cosine(s.Cos, 3)
	return []string{fmt.Sprintf("cosine %s, distance %.3f", c, s.Dist), "cosine " + c, c}
}

// cosine is a number, or none: a vector of zeros points nowhere.
func cosine(c float64, digits int) string {
	if math.IsNaN(c) {
		return "none"
	}
	return fmt.Sprintf("%.*f", digits, c)
}

// fitting is the first of several wordings that is not wider than there is room for, or as much of the last as there is room for.
func (v *View) fitting(wordings []string, width, size float64) string {
	for _, s := range wordings {
		if v.pen.width(s, size) <= width {
			return s
		}
	}
	last := []rune(wordings[len(wordings)-1])
	for n := len(last) - 1; n > 0; n-- {
		if s := string(last[:n]) + "…"; v.pen.width(s, size) <= width {
			return s
		}
	}
	return ""
}

// single draws the neurons before they are doubled.
func (v *View) single(b box) {
	e := v.rec.Experiment
	rows, cols := e.Model.Layers*e.Model.Experts, min(e.Model.Inner, 64)
	for r := range rows {
		y, x0, w := v.row(b, r, rows, fmt.Sprintf("L%d E%d", r/e.Model.Experts+1, r%e.Model.Experts+1))
		for c := range cols {
			v.pen.circle(x0+w*(float64(c)+0.5)/float64(cols), y, 2.4, faint)
		}
	}
}

// row is the height of a group's line, and where its pairs begin and how wide they are together.
func (v *View) row(b box, r, rows int, name string) (y, x, w float64) {
	pitch := math.Min(b.h/float64(rows), 44)
	y = b.y + pitch*(float64(r)+0.5)
	v.pen.text(name, b.x, y, small, soft, left)
	return y, b.x + 36, b.w - 36
}

// pairAt says which pair is meant: which of an arm's groups, and which of its pairs.
type pairAt struct{ group, pair int }

// groups draws the pairs of an arm, a line for each expert, and returns the pair under the pointer.
func (v *View) groups(b box, groups []sim.PairGroup, hue color.RGBA) (hit *pairAt) {
	pitch := math.Min(b.h/float64(len(groups)), 44)
	for r, g := range groups {
		y, x0, w := v.row(b, r, len(groups), groupName(g))
		reach := pitch*0.5 - 3
		stats := g.Stats[v.quantity]
		wide := w / float64(len(stats))
		for i, st := range stats {
			x := x0 + wide*(float64(i)+0.5)
			radius := math.Min(2.6, wide*0.42)
			c, half := hue, radius*0.8
			if st.Locked() {
				c = stuck
			} else {
				// A distance of sqrt(2) is that of vectors that have nothing to do with each other.
				half += math.Min(float64(st.Dist)/math.Sqrt2, 1) * math.Max(reach-radius, 0)
				c = mix(stuck, hue, 0.35+float64(st.Dist))
			}
			if v.over(box{x - wide/2, y - pitch/2, wide, pitch}) {
				hit = &pairAt{r, i}
				v.pen.rect(x-wide/2, y-pitch/2+1, wide, pitch-2, rule)
			}
			v.pen.segment(point{x, y - half}, point{x, y + half}, 1.1, mix(paper, c, 0.55))
			v.pen.circle(x, y-half, radius, c)
			v.pen.circle(x, y+half, radius, mix(paper, c, 0.6))
		}
	}
	return hit
}

// groupName is where the pairs of a group live.
func groupName(g sim.PairGroup) string {
	if g.Layer < 0 {
		return "all"
	}
	return fmt.Sprintf("L%d E%d", g.Layer+1, g.Expert+1)
}

// exactPair writes the numbers of one pair in every arm.
func (v *View) exactPair(b box, arms []int, step int, at pairAt) {
	var lines []line
	for _, i := range arms {
		f, ok := v.rec.PairsAt(i, step)
		if !ok || at.group >= len(f.Pairs) || at.pair >= len(f.Pairs[at.group].Orig) {
			continue
		}
		g, arm := f.Pairs[at.group], v.rec.Experiment.Arms[i]
		if lines == nil {
			lines = append(lines, line{fmt.Sprintf("%s, neurons %d and %d: cosine and distance of weights w, gradients g, moments m and v", groupName(g), g.Orig[at.pair]+1, g.Copy[at.pair]+1), ink})
		}
		s := ""
		for q := range sim.Quantities {
			st := g.Stats[q][at.pair]
			s += fmt.Sprintf("  %s %s, %.4f", shortNames[q], cosine(float64(st.Cos), 4), st.Dist)
		}
		lines = append(lines, line{arm.Name + ":" + s, v.looks[i].Hue})
	}
	v.tip(b, lines)
}

// names and shortNames are the words for the quantities.
var (
	names      = [sim.Quantities]string{"weights", "gradients", "first moments", "second moments"}
	shortNames = [sim.Quantities]string{"w", "g", "m", "v"}
)
