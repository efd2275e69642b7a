package viz

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// network draws the network itself: text goes in at the bottom, through attention and experts of layer after layer, and
// the answer comes out on top. Before the arms part it is one, in no arm's colour. At a widening every neuron splits
// into an original and its copy, and then there is one such network for each widened arm.
func (v *View) network(b box) {
	e, step := v.rec.Experiment, v.at()
	arms, parted := v.networks(step)
	small := drawing{anatomy: anatomyOf(e, max(e.Trunk(), 0), 0), hue: ink, named: true}
	small.wide = small.anatomy
	places, heads := v.columnsOf(box{b.x, b.y + 24, b.w, math.Max(b.h-24, 40)}, arms)
	small.fit(places[0], len(places))
	title, pairs, grew, brief := "The network", "", "", "Each ring is a neuron."
	if small.each > 1 {
		brief = fmt.Sprintf("Each ring stands for %d neurons.", small.each)
	}
	if len(arms) > 0 {
		grew, pairs = grewSays(e), "Each pair is "+members(e)+
			". Glued and grey: identical bit for bit. In colour: not the same bits."
	}
	parts := small.says() + small.omits()
	before, lines := v.says(parts+small.bars(), parts, b.w)
	after, others := v.says(grew+pairs, pairs, b.w)
	if parted {
		title, before, lines, others = "The network, widened", after, others, lines
		brief = "Pairs: grey where identical; colour where not."
	}
	in := v.headingIn(b, title, small.brief(), before, brief)
	if in.y > b.y+headingHeight { // both explanations take the same room: the picture is to stay in place
		more := float64(linePitch * max(others-lines, 0))
		in.y, in.h = in.y+more, in.h-more
	}
	in.h = math.Max(in.h, 40)
	places = columns(in, heads, len(places))
	alone := alone(in)
	if !parted {
		small.load = v.loadOf(max(e.Trunk(), 0), step)
		small.lie(alone, places[0])
		v.drawing(alone, small)
		return
	}
	// The widening grows, and then the networks part. Where arms are widened differently they part at once.
	split, apart := 1.0, 1.0
	if v.moved() < 1 {
		if split = v.moved(); together(e) && e.Fork() == v.motion.widening {
			split, apart = math.Min(v.moved()/splits, 1), ease((v.moved()-splits)/(1-splits))
		}
	}
	for k, place := range slices.Backward(places) { // each comes out from behind the one before
		if apart == 0 && k > 0 {
			continue
		}
		own := v.drawingOf(arms[k], step, split)
		own.fit(places[0], len(places))
		own.lie(alone, places[0])
		if own.apart, own.named = apart, k == 0; apart == 0 {
			own.hue = ink
		}
		at := between(alone, place, apart)
		v.pen.rect(at.x-4, at.y, at.w+8, at.h, paper)
		v.drawing(at, own)
		v.head(place, arms[k], heads, heads[k], apart)
	}
}

// head writes an arm's name over its network, once that has come out.
func (v *View) head(place box, arm int, all [][2]string, name [2]string, apart float64) {
	const late = 0.7
	if apart < late {
		return
	}
	y := place.y - headRoom(all) + 8
	if apart == 1 {
		v.pen.mark(v.styles[arm], place.x+4, y, 4)
	}
	for line, s := range name {
		v.pen.text(s, place.x+headIndent*float64(1-line), y+14*float64(line), body,
			mix(paper, v.styles[arm].Hue, (apart-late)/(1-late)), left)
	}
}

// grewSays says how wide the network became, where that is the same in all arms.
func grewSays(e experiment.Experiment) string {
	if !together(e) {
		return ""
	}
	w := e.Arms[e.Baseline()].Widen[0]
	c, now, s := anatomyOf(e, e.Baseline(), w.Step), anatomyOf(e, e.Baseline(), w.Step+1), ""
	if w.Axis != "hidden" {
		s = fmt.Sprintf("%d neurons in each expert became %d. ", c.Inner, now.Inner)
		if c.Experts == 1 {
			s = fmt.Sprintf("%d neurons in each layer became %d. ", c.Inner, now.Inner)
		}
	}
	if w.Axis != "inner" {
		s += fmt.Sprintf("%d channels became %d. ", c.Hidden, now.Hidden)
	}
	return s
}

// says is the longer of two wordings if it takes no more than two lines, and how many lines it takes.
func (v *View) says(long, short string, width float64) (string, int) {
	if n := len(v.wrap(long, width)); n <= 2 {
		return long, n
	}
	return short, len(v.wrap(short, width))
}

// splits is the part of the motion in which the neurons split; in the rest the networks of the arms part.
const splits = 0.68

// networks are the arms that have a network of their own to be drawn, and whether they part at a step: any was widened.
func (v *View) networks(step int) (arms []int, parted bool) {
	for i, a := range v.rec.Experiment.Arms {
		if a.Widens() && !v.hides(i, step) {
			arms = append(arms, i)
			_, ok := v.rec.ReportAt(i, step)
			parted = parted || ok
		}
	}
	return arms, parted
}

// lie arranges the neurons of an expert, for a network that stands alone and for one beside others.
func (d *drawing) lie(alone, column box) {
	for k, b := range [2]box{alone, column} {
		expert := d.frame(b, d.layers).expert(0, 0, d.experts)
		d.lying[k] = tiled(d.dots, expert.w, expert.h)
	}
}

// together reports whether all arms that widen are widened into the same network by exact copies.
func together(e experiment.Experiment) bool {
	var first *experiment.Widening
	for _, a := range e.Arms {
		if !a.Widens() {
			continue
		}
		w := &a.Widen[0]
		if first == nil {
			first = w
		}
		if w.Init != "copy-copy" || w.NormWeights == "sample" || w.Axis != first.Axis || w.Factor != first.Factor ||
			w.Step != first.Step {
			return false
		}
	}
	return first != nil
}

// gutter is the room left of a network for the names of its layers, and leastColumn how wide one is drawn at least
// beside others.
const (
	gutter      = 46
	leastColumn = 80
)

// columnsOf are the places of the arms' networks, side by side, and their names. Where there is no room for all it is
// that of the last one, which has all of the recipe.
func (v *View) columnsOf(b box, arms []int) ([]box, [][2]string) {
	n := max(len(arms), 1)
	if space := gap * float64(n-1); n > 1 && (b.w-gutter-space)/float64(n) < leastColumn {
		arms[0], n = arms[len(arms)-1], 1
	}
	heads := v.heads(arms[:min(n, len(arms))], (b.w-gutter-gap*float64(n-1))/float64(n), body)
	return columns(b, heads, n), heads
}

// columns are n places side by side, under names.
func columns(b box, heads [][2]string, n int) []box {
	w, head := (b.w-gutter-gap*float64(n-1))/float64(n), headRoom(heads)
	out := make([]box, n)
	for k := range out {
		out[k] = box{b.x + gutter + (w+gap)*float64(k), b.y + head, w, b.h - head}
	}
	if n == 1 {
		out[0] = alone(box{b.x, b.y + head, b.w, b.h - head})
	}
	return out
}

// headRoom is the height of the names over the networks.
func headRoom(heads [][2]string) float64 {
	if len(heads) == 0 {
		return 0
	}
	for _, h := range heads {
		if h[1] != "" {
			return 32
		}
	}
	return 18
}

// alone is the place of a network that stands alone: in the middle, not much wider than high.
func alone(b box) box {
	w := math.Min(b.w-gutter, math.Max(1.4*b.h, 280))
	return box{b.x + gutter + (b.w-gutter-w)/2, b.y, w, b.h}
}

// between is a box on its way from one to another.
func between(a, b box, t float64) box {
	return box{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t, a.w + (b.w-a.w)*t, a.h + (b.h-a.h)*t}
}

// ease is a share of a way that begins and ends slowly.
func ease(t float64) float64 {
	t = math.Min(math.Max(t, 0), 1)
	return t * t * (3 - 2*t)
}

// loadOf is the newest load of an arm's experts; an arm that has not begun has that of the shared small phase.
func (v *View) loadOf(arm, step int) []float32 {
	for _, i := range [2]int{arm, max(v.rec.Experiment.Trunk(), 0)} {
		t := v.rec.Tracks[i]
		for k := len(t) - 1; k >= 0; k-- {
			if t[k].Step <= step && len(t[k].ExpertLoad) > 0 {
				return t[k].ExpertLoad
			}
		}
	}
	return nil
}

// bars says what the bars at the feet of the experts are.
func (a anatomy) bars() string {
	if a.Experts == 1 {
		return ""
	}
	return " Bar: how many of the symbols an expert gets."
}

// drawingOf is the network of an arm at a step, so much of its newest widening drawn.
func (v *View) drawingOf(arm, step int, grown float64) drawing {
	e := v.rec.Experiment
	d := drawing{anatomy: anatomyOf(e, arm, 0), hue: v.styles[arm].Hue, load: v.loadOf(arm, step), grown: 1}
	d.wide = d.anatomy
	p, ok := v.rec.ReportAt(arm, step)
	if !ok {
		return d
	}
	d.anatomy, d.wide, d.widened = anatomyOf(e, arm, p.Step), anatomyOf(e, arm, p.Step+1), true
	for _, w := range e.Arms[arm].Widen {
		if w.Step == p.Step {
			d.widening = w
		}
	}
	if p.Step == v.motion.widening {
		d.grown = grown
	}
	if f, ok := v.rec.PairsAt(arm, step); ok && f.Step > p.Step {
		d.pairs = f.Pairs
	}
	return d
}

// pairsOf are those of an expert, or of the residual stream where layer is −1.
func (d *drawing) pairsOf(layer, expert int) *record.PairGroup {
	for k := range d.pairs {
		if g := &d.pairs[k]; g.Layer == layer && (layer < 0 || g.Expert == expert) {
			return g
		}
	}
	return nil
}

// plural is a count and what is counted.
func plural(n int, one string) string {
	return fmt.Sprintf("%d %s%s", n, one, cmp.Or(map[bool]string{true: "", false: "s"}[n == 1], ""))
}

var quiet = color.RGBA{246, 247, 249, 255} // what a block is filled with
