package viz

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// axes maps numbers to places inside a box.
type axes struct {
	in             box // of the data
	x0, x1, y0, y1 float64
}

func (a axes) x(v float64) float64 { return a.in.x + (v-a.x0)/(a.x1-a.x0)*a.in.w }
func (a axes) y(v float64) float64 { return a.in.y + a.in.h - (v-a.y0)/(a.y1-a.y0)*a.in.h }

// plot is the place for data in a box: left of it the numbers of the y axis, right of it the labels of the curves,
// below it room for the x axis.
func (v *View) plot(b box, below float64) box {
	room := 30.0
	for _, name := range v.names {
		room = math.Max(room, v.pen.width(name+" +0.000", body)+labelIndent)
	}
	share := 0.36
	if b.w < 460 { // a narrow picture's labels are no narrower
		share = 0.47
	}
	if room > b.w*share {
		room = labelIndent + markRoom + v.pen.width("diverged", body)
	}
	return box{b.x + 42, b.y + 6, math.Max(b.w-42-room, 40), math.Max(b.h-6-below, 10)}
}

// heading writes the title of a picture and, where it is neither small nor in a small window, a few lines that say how
// to read it, and returns the place that is left. Where it is the only one of a small window, one short line does.
func (v *View) heading(b box, title, how, brief string) box {
	return v.headingIn(b, title, "", how, brief)
}

// headingIn says also in which unit a picture is, if there is room for that behind its title.
func (v *View) headingIn(b box, title, unit, how, brief string) box {
	v.pen.title(title, b.x, b.y+8, head, ink)
	x := v.pinSign(b, b.x+v.pen.words.width(title, face{head, true})) + 10
	if v.size == aside || v.size == staged && Crowded(v.w, v.h) {
		if v.pen.width(unit, small) <= b.x+b.w-x {
			v.pen.text(unit, b.x+b.w, b.y+8, small, soft, right)
		}
		if v.size == staged && v.pen.width(brief, small) <= b.w {
			v.pen.text(brief, b.x, b.y+27, small, soft, left)
			return box{b.x, b.y + 40, b.w, b.h - 40}
		}
		return box{b.x, b.y + 24, b.w, b.h - 24}
	}
	y := b.y + 29
	for _, line := range v.wrap(how, b.w) {
		v.pen.text(line, b.x, y, body, soft, left)
		y += linePitch
	}
	return box{b.x, y, b.w, b.h - (y - b.y)}
}

// linePitch is the height of a line of a text.
const linePitch = 17

// wrap breaks a sentence into lines that fit.
func (v *View) wrap(s string, width float64) []string {
	s = strings.TrimSpace(s)
	var lines []string
	begin, end, long, space := 0, 0, 0.0, v.pen.width(" ", body) // of the line, which is a part of the sentence
	for at := 0; at < len(s); at = end + 1 {
		word, _, _ := strings.Cut(s[at:], " ")
		w := v.pen.width(word, body)
		if end > begin {
			long += space
		}
		if end > begin && long+w > width {
			lines = append(lines, s[begin:end])
			begin, long = at, 0
		}
		end, long = at+len(word), long+w
	}
	return append(lines, s[begin:end])
}

// frame draws grid lines and their numbers.
func (v *View) frame(a axes, xlabel string) {
	for _, t := range ticks(a.y0, a.y1, math.Max(a.in.h/60, 3.5)) {
		y := a.y(t)
		v.pen.segment(point{a.in.x, y}, point{a.in.x + a.in.w, y}, 1, rule)
		v.pen.text(number(t), a.in.x-6, y, small, soft, right)
	}
	for _, t := range ticks(a.x0, a.x1, math.Max(a.in.w/80, 2.5)) {
		v.pen.text(number(t), a.x(t), a.in.y+a.in.h+12, small, soft, center)
	}
	v.pen.segment(point{a.in.x, a.in.y + a.in.h}, point{a.in.x + a.in.w, a.in.y + a.in.h}, 1, faint)
	v.pen.text(xlabel, a.in.x+a.in.w+24, a.in.y+a.in.h+12, small, soft, left)
}

// note writes a line in the middle of empty axes.
func (v *View) note(a axes, s string) {
	x, y, w := a.in.x+a.in.w/2, a.in.y+a.in.h/2, v.pen.width(s, body)+12
	v.pen.rect(x-w/2, y-9, w, 18, paper)
	v.pen.text(s, x, y, body, soft, center)
}

// ticks are round numbers between low and high, about n of them.
func ticks(low, high, n float64) []float64 {
	if !(high > low) || n < 1 {
		return nil
	}
	raw := (high - low) / n
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if step*m >= raw {
			step *= m
			break
		}
	}
	var out []float64
	first := math.Ceil(low/step - 1e-9)
	// where i is lost beside the first they would not end
	for i := 0.0; i <= 2*n+2 && (first+i)*step <= high+step*1e-9; i++ {
		out = append(out, (first+i)*step)
	}
	return out
}

// number is a tick's own: all of its digits, for ticks may lie close together far from zero.
func number(v float64) string {
	s := strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 9, 64), "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// series are the places of a curve, thinned to about one a pixel where they do not jump.
func (a axes) series(n int, at func(i int) (x, y float64)) []point {
	var out []point
	for i := range n {
		x, y := at(i)
		if math.IsNaN(y) || math.IsInf(y, 0) {
			continue
		}
		q := point{a.x(x), math.Min(math.Max(a.y(y), a.in.y), a.in.y+a.in.h)}
		if k := len(out); k > 0 && i < n-1 && q.x-out[k-1].x < 1 && math.Abs(q.y-out[k-1].y) < 6 {
			continue
		}
		out = append(out, q)
	}
	return out
}

// label says at the end of a curve whose it is and where it stands.
type label struct {
	end         point // of the curve
	y           float64
	name, value string
	style       style.Style
	arms        uint // whose marks stand before it where it has no style; bit i is arm i
}

// labelPitch is the height of a line of labels, labelIndent what lies between a curve's end and its words, labelNear
// how far words may be from that end without a mark of their own, and markRoom the room of such a mark.
const (
	labelPitch  = 17
	labelIndent = 14
	labelNear   = 26
	markRoom    = 11
)

// labels writes words behind the ends of curves, in the order of these ends, so that none covers another and none
// leaves the height of the axes or goes over the edge. A line leads to words that had to move.
func (v *View) labels(list []label, a axes, edge float64) {
	x := a.in.x
	for i := range list {
		x, list[i].y = math.Max(x, list[i].end.x+labelIndent), list[i].end.y
	}
	apart(list, a.in.y+2, a.in.y+a.in.h-10)
	bare := slices.ContainsFunc(list, func(l label) bool { // there is no room for one name: marks say whose all are
		wide := v.pen.width(l.name+" "+l.value, body)
		return l.value != "" && (x+wide > edge || x-l.end.x > labelNear && x+markRoom+wide > edge)
	})
	far := func(l label) bool { return x-l.end.x > labelNear }
	moved := func(l label) bool { return far(l) || math.Abs(l.y-l.end.y) > 3 }
	marks := bare && slices.ContainsFunc(list, moved) // otherwise all stand beside those at the curves' ends
	for _, l := range list {
		words, at, marked := strings.TrimSpace(l.name+" "+l.value), x, far(l)
		if bare && l.value != "" {
			words, marked = l.value, marks
		}
		switch {
		case marked:
			v.pen.mark(l.style, x+2, l.y, 3.6)
			at += markRoom
		case math.Abs(l.y-l.end.y) > 3:
			v.pen.segment(point{l.end.x + 5, l.end.y}, point{x - 3, l.y}, 1, mix(paper, l.style.Hue, 0.45))
		}
		v.pen.text(words, at, l.y, body, l.style.Hue, left)
	}
}

// apart moves labels so that none covers another and all lie between two heights, in the order in which they wanted to
// lie.
func apart(list []label, top, bottom float64) {
	slices.SortStableFunc(list, func(a, b label) int { return cmp.Compare(a.y, b.y) })
	for i := range list { // down from the top, each below the one before
		lowest := top
		if i > 0 {
			lowest = list[i-1].y + labelPitch
		}
		list[i].y = math.Max(list[i].y, lowest)
	}
	for i := len(list) - 1; i >= 0; i-- { // and up from the bottom
		highest := bottom - float64(len(list)-1-i)*labelPitch
		list[i].y = math.Min(list[i].y, highest)
	}
}
