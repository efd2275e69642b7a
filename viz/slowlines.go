package viz

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
)

// slowStage draws the stage: the neurons above, if there is room, then its lines, and in the last one what it comes to.
func (v *View) slowStage(b box, a *look.Answer, told *slowmotion.Told, narrow bool) {
	stage := &told.Stages[v.slowly().stage]
	pitch := slowLine
	var says, verdict []string
	if narrow {
		pitch = slowBrief
	} else {
		says = v.wrap(stage.Says, b.w)
	}
	if v.slowly().stage == slowmotion.Stages-1 {
		verdict = v.wrap(told.Verdict, b.w-24)
	}
	rows, lines, end := stage.Lines, float64(len(stage.Lines)), 0.0
	if verdict != nil {
		end = verdictRoom(len(verdict))
	}
	need := lines*pitch + end + slowHalf + float64(len(says))*linePitch + 8
	room := b.h - need - 8
	if !narrow && room < slowLeast && b.h-need-8+float64(len(says))*linePitch >= slowLeast {
		room += float64(len(says)) * linePitch // the neurons are worth more than the words
		says = nil
	}
	if room >= slowLeast && !narrow {
		tall := math.Min(room, slowLeast+(room-slowLeast)*0.6)
		tall = math.Min(tall, slowMost)
		pitch = math.Min(pitch+(room-tall)/lines, slowLoose)
		v.slowDrawing(box{b.x, b.y, b.w, tall}, a)
		b.y, b.h = b.y+tall+8, b.h-tall-8
	} else if !narrow && need < b.h {
		pitch = math.Min(pitch+(b.h-need)/lines, slowLoose)
	} else if over := func(least float64) bool { return need-b.h > lines*(pitch-least) }; need > b.h {
		if over(slowTight) {
			says, need = nil, need-float64(len(says))*linePitch
		}
		if verdict != nil && over(slowLow) { // its short form stays
			verdict, need, end = []string{}, need-end+verdictRoom(0), verdictRoom(0)
		}
		if over(slowLow) {
			verdict, need, end = nil, need-end, 0
		}
		room := b.h - need + lines*pitch // of the lines
		pitch = math.Min(math.Max(room/lines, slowLow), pitch)
		rows = rows[min(max(0, len(rows)-int(room/pitch+1e-9)), len(rows)):] // what they come to is last
	}
	y := b.y + 8
	for _, l := range says {
		v.pen.text(l, b.x, y, body, soft, left)
		y += linePitch
	}
	v.slowHeads(box{b.x, y - 2, b.w, slowHalf}, a, narrow, pitch < slowTight)
	y += slowHalf
	for i := range rows {
		v.slowRow(box{b.x, y - 2, b.w, pitch}, &rows[i], len(a.Update.Sides), narrow)
		y += pitch
	}
	if verdict != nil {
		v.pen.rect(b.x, y, b.w, end-6, quiet)
		v.pen.rect(b.x, y, 4, end-6, v.halfHue(0, stage.Alike))
		v.pen.title(v.fitting([]string{told.Short}, b.w-24, slowVerdict), b.x+14, y+15, slowVerdict, ink)
		for i, l := range verdict {
			v.pen.text(l, b.x+14, y+16+float64(i+1)*linePitch, body, ink, left)
		}
	}
}

// verdictRoom is the height of what an update comes to, in so many lines below its short form.
func verdictRoom(lines int) float64 { return float64(lines+1)*linePitch + 20 }

// slowColumns are where the numbers of the halves begin, and how wide they are.
func slowColumns(b box, halves int, narrow, tight bool) (x [2]float64, width float64) {
	const between = 36.0
	x[0] = b.x
	switch {
	case tight && b.w < slowWide:
		x[0] += slowName
	case !narrow && halves == 1: // a neuron without a copy leaves room for words
		x[0] += b.w * 0.5
	case !narrow:
		x[0] += b.w * 0.31
	}
	n := float64(halves)
	width = (b.x + b.w - x[0] - between*(n-1)) / n
	x[1] = x[0] + width + between
	return x, width
}

// slowHeads writes over the numbers whose they are.
func (v *View) slowHeads(b box, a *look.Answer, narrow, tight bool) {
	sides := a.Update.Sides
	x, width := slowColumns(b, len(sides), narrow, tight)
	for i, side := range sides {
		name := fmt.Sprintf("neuron %d", side.Neuron+1)
		if len(sides) > 1 {
			name = slowHalves[i] + ", " + name
		}
		v.pen.text(v.fitting([]string{name, slowHalves[i]}, width, small), x[i], b.y+slowHalf/2, small,
			v.halfHue(i, slowmotion.Other), left)
	}
}

// slowRow draws a line: of so many halves, for which one value may stand.
func (v *View) slowRow(b box, l *slowmotion.Line, halves int, narrow bool) {
	tight := b.h < slowTight
	if tight || !narrow || b.h >= slowRuled {
		v.pen.rect(b.x, b.y, b.w, 1, rule)
	}
	x, width := slowColumns(b, halves, narrow, tight)
	own, y := x[0]-b.x, b.y
	switch {
	case tight:
		y += b.h/2 - 13
	case narrow:
		own = b.w
	default:
		y += (b.h - slowLine) / 3
	}
	var words []string
	below := 28.0
	if !narrow {
		words = v.wrapped(l.Words, own-18, small)
		if len(words) > 1 && b.h >= slowLine-2 && b.h < slowLine+6 {
			y, below = y-2, 26.5 // both lines stay off the rule below them
		}
	}
	name := l.Name
	v.pen.title(name, b.x, y+13, body, ink)
	at := b.x + v.pen.titleWidth(name, body) + 6
	if tight && b.w < slowWide {
		at = b.x + own
	}
	if l.Rule != "" {
		v.pen.text(v.fitting([]string{"= " + l.Rule, ""}, b.x+own-at-8, body), at, y+13, body, soft, left)
	} else if narrow {
		v.pen.text(v.fitting([]string{l.Words, ""}, b.x+own-at-8, small), at, y+13, small, soft, left)
	}
	for i, s := range words {
		if i == 0 || i == 1 && b.h >= slowLine-2 {
			v.pen.text(s, b.x, y+below+12*float64(i), small, soft, left)
		}
	}
	y = b.y
	for i, value := range l.Values {
		low := y + b.h/2 // of the result
		switch {
		case narrow && !tight:
			low = y + 30
		case !narrow && i < len(l.Filled):
			low = y + b.h/2 + 8
			v.pen.text(v.fitting([]string{l.Filled[i]}, width, small), x[i], y+b.h/2-11, small, soft, left)
		}
		v.pen.title(v.slowly().digits.Number(value), x[i], low, slowResult, v.halfHue(i, l.Alike))
		if i == 1 {
			v.sign(x[1]-22, low, l.Alike)
		}
	}
	if l.Alike == slowmotion.Shared && halves > 1 {
		v.pen.text(v.fitting([]string{"the same for both halves", "for both", ""}, width, small), x[1], y+b.h/2, small,
			soft, left)
	}
}

// wrapped breaks a sentence into lines that fit in a size.
func (v *View) wrapped(s string, width, size float64) []string {
	return v.wrap(s, width*body/size)
}
