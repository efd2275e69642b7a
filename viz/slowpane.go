package viz

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
)

// The measures of the picture, in units.
const (
	slowTabs   = 34.0 // the row of stages
	slowFoot   = 44.0 // and that of the buttons
	slowLine   = 45.0 // a line: a rule and its words, and for each half its numbers and the result
	slowLoose  = 60.0 // the same where there is room
	slowHalf   = 20.0 // the names of the halves over their numbers
	slowTight  = 36.0 // a lower line has the name of its number alone, beside that
	slowName   = 58.0
	slowBrief  = 44.0 // the same in a narrow place
	slowLeast  = 100.0
	slowMost   = 250.0 // height of the drawing
	slowResult = 17.0  // size of results

	slowVerdict = 15.0 // and of what they come to
)

// update draws one update of a weight in slow motion, and of the same weight of the neuron's copy beside it.
func (v *View) update(b box) {
	const title = "One update in slow motion"
	a, ok := v.slowAsked()
	choices := v.slowChoices()
	if !ok || a.Update == nil {
		says := "The network is asked for its next update."
		if a.Declined != "" {
			says = a.Declined + "."
			says = record.Capital(says)
		}
		in := v.heading(b, title, "A neuron’s next update, step by step, with its real numbers. "+says, says)
		if v.size != aside {
			v.chips(in, choices)
		}
		return
	}
	s := v.slowly()
	told := slowmotion.Tell(a.Update, s.followed(a.Update), s.digits)
	brief, long := v.slowWhere(&a)
	if v.size == aside {
		v.slowAside(v.heading(b, title, long, brief), &told)
		return
	}
	narrow := Crowded(v.w, v.h)
	if narrow {
		long = brief + "."
	}
	long = v.names[s.arm] + ": " + long + v.slowLate(&a)
	if narrow { // where the row of stages has no words
		long = told.Stages[s.stage].Title + ". " + long
	}
	stage := fmt.Sprintf("%s. %s, update %d", told.Stages[s.stage].Title, v.names[s.arm], a.Step+1)
	in := v.heading(b, title, long, v.fitting([]string{stage, told.Stages[s.stage].Title}, b.w, small))
	if !narrow {
		in = v.chips(in, choices)
	}
	in = v.slowStages(in, &told)
	foot := box{in.x, in.y + in.h - slowFoot, in.w, slowFoot}
	in.h -= slowFoot
	v.slowButtons(foot, &told)
	v.slowStage(in, &a, &told, narrow)
}

// slowLate says that what is shown is of an earlier step than the run is at.
func (v *View) slowLate(a *look.Answer) string {
	if a.Step < v.rec.Last() {
		return fmt.Sprintf(" The run has gone on to step %d.", v.rec.Last())
	}
	return ""
}

// slowAside is what a small picture has: what the update comes to.
func (v *View) slowAside(b box, told *slowmotion.Told) {
	y := b.y + 8
	last := told.Stages[v.slowly().stage]
	v.pen.text(last.Title, b.x, y, body, ink, left)
	for _, l := range v.wrap(last.Says, b.w) {
		if y += linePitch; y > b.y+b.h-8 {
			return
		}
		v.pen.text(l, b.x, y, body, soft, left)
	}
}

// halfHue is the colour of a half: grey where it has the same bits as the other, else the arm's, the copy's lighter.
func (v *View) halfHue(side int, alike slowmotion.Alike) color.RGBA {
	hue := v.styles[v.slowly().arm].Hue
	switch {
	case alike == slowmotion.Same:
		return stuck
	case alike == slowmotion.Shared:
		return ink
	case side == 1:
		return mix(paper, hue, 0.8)
	}
	return hue
}

// slowStages draws the row of stages; those that were seen say whether the halves are equal after them.
func (v *View) slowStages(b box, told *slowmotion.Told) box {
	s, n := v.slowly(), float64(len(told.Stages))
	width := b.w / n
	words := v.slowTitles(told, width)
	for i, stage := range told.Stages {
		at := box{b.x + float64(i)*width, b.y, width - 4, slowTabs - 8}
		hue := soft
		switch {
		case i == s.stage:
			hue = ink
			v.pen.rect(at.x, at.y, at.w, at.h, quiet)
			v.pen.rect(at.x, at.y+at.h-3, at.w, 3, ink)
		case v.over(at):
			v.pen.rect(at.x, at.y, at.w, at.h, quiet)
			fallthrough
		default:
			v.pen.rect(at.x, at.y+at.h-1, at.w, 1, faint)
		}
		v.pen.text(words[i], at.x+5, at.y+at.h/2-1, body, hue, left)
		if i <= s.stage {
			v.sign(at.x+at.w-11, at.y+at.h/2-1, stage.Alike)
		}
		v.button(at, func(point) { v.slowTo(i) })
	}
	return box{b.x, b.y + slowTabs, b.w, b.h - slowTabs}
}

// slowTitles are the stages' titles with their numbers: in full, with shorter words, or the numbers alone, whatever
// fits for all of them beside their signs.
func (v *View) slowTitles(told *slowmotion.Told, width float64) []string {
	const beside = 33.0
	short := strings.NewReplacer("First", "1st", "Second", "2nd")
	var out []string
	for _, title := range []func(string) string{
		func(s string) string { return " " + s }, func(s string) string { return " " + short.Replace(s) },
		func(string) string { return "" },
	} {
		out = out[:0]
		fits := true
		for i, stage := range told.Stages {
			out = append(out, fmt.Sprint(i+1)+title(stage.Title))
			fits = fits && v.pen.width(out[i], body)+beside < width
		}
		if fits {
			break
		}
	}
	return out
}

// sign draws = or ≠, where there are two halves to compare.
func (v *View) sign(x, y float64, alike slowmotion.Alike) {
	hue := stuck
	switch alike {
	case slowmotion.Other:
		hue = v.styles[v.slowly().arm].Hue
		v.pen.segment(point{x - 4, y + 7}, point{x + 4, y - 7}, 2, hue)
		fallthrough
	case slowmotion.Same:
		v.pen.rect(x-6, y-4, 12, 2.2, hue)
		v.pen.rect(x-6, y+2, 12, 2.2, hue)
	}
}

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
	lines, end := float64(len(stage.Lines)), 0.0
	if verdict != nil {
		end = float64(len(verdict)+1)*linePitch + 20
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
	} else if need > b.h {
		pitch = math.Max(pitch-(need-b.h)/lines, 30)
	}
	y := b.y + 8
	for _, l := range says {
		v.pen.text(l, b.x, y, body, soft, left)
		y += linePitch
	}
	v.slowHeads(box{b.x, y - 2, b.w, slowHalf}, a, narrow, pitch < slowTight)
	y += slowHalf
	for i := range stage.Lines {
		v.slowRow(box{b.x, y - 2, b.w, pitch}, &stage.Lines[i], narrow)
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

// slowColumns are where the numbers of the halves begin, and how wide they are.
func slowColumns(b box, halves int, narrow, tight bool) (x [2]float64, width float64) {
	const between = 36.0
	x[0] = b.x
	switch {
	case tight:
		x[0] += slowName
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

// slowRow draws a line.
func (v *View) slowRow(b box, l *slowmotion.Line, narrow bool) {
	v.pen.rect(b.x, b.y, b.w, 1, rule)
	halves := len(l.Values)
	if l.Alike == slowmotion.Shared {
		halves = 2 // it stands for both
	}
	tight := b.h < slowTight
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
	name := l.Name
	v.pen.title(name, b.x, y+13, body, ink)
	at := b.x + v.pen.titleWidth(name, body) + 6
	if tight {
		at = b.x + own
	}
	if l.Rule != "" {
		v.pen.text(v.fitting([]string{"= " + l.Rule, ""}, b.x+own-at-8, body), at, y+13, body, soft, left)
	} else if narrow {
		v.pen.text(v.fitting([]string{l.Words, ""}, b.x+own-at-8, small), at, y+13, small, soft, left)
	}
	if !narrow {
		for i, s := range v.wrapped(l.Words, own-18, small) {
			if i < 2 && (i == 0 || b.h >= slowLine-4) {
				v.pen.text(s, b.x, y+28+13*float64(i), small, soft, left)
			}
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
	if l.Alike == slowmotion.Shared {
		v.pen.text(v.fitting([]string{"the same for both halves", "for both", ""}, width, small), x[1], y+b.h/2, small,
			soft, left)
	}
}

// wrapped breaks a sentence into lines that fit in a size.
func (v *View) wrapped(s string, width, size float64) []string {
	return v.wrap(s, width*body/size)
}

// slowButtons draws what leads through the stages.
func (v *View) slowButtons(b box, told *slowmotion.Told) {
	if v.printed {
		return
	}
	s, y := v.slowly(), b.y+10
	x := b.x
	if s.stage > 0 {
		x = v.slowButton(x, y, "‹ Back", false, func(point) { v.StepUpdate(-1) }) + 8
	}
	if s.stage < slowmotion.Stages-1 {
		x = v.slowButton(x, y, told.Next(s.stage)+" ›", true, func(point) { v.StepUpdate(1) }) + 8
	} else {
		x = v.slowButton(x, y, told.Next(s.stage), true, func(point) { v.StepUpdate(1) }) + 8
		x = v.slowButton(x, y, "Next update", false, func(point) { v.NextUpdate() }) + 8
	}
	digits, other := "All digits", slowmotion.All
	if s.digits == slowmotion.All {
		digits, other = "Fewer digits", slowmotion.Few
	}
	if w := v.pen.width(digits, body) + 24; x+w < b.x+b.w {
		v.slowButton(b.x+b.w-w, y, digits, false, func(point) { v.SetAllDigits(bool(other)) })
	}
}

// slowButton draws a button and returns where it ends.
func (v *View) slowButton(x, y float64, word string, first bool, act func(point)) float64 {
	b := box{x, y, v.pen.width(word, body) + 24, 30}
	ground, hue := quiet, ink
	if first {
		ground, hue = ink, paper
	}
	if v.over(b) {
		ground = mix(ground, soft, 0.25)
	}
	v.pen.rect(b.x, b.y, b.w, b.h, ground)
	v.pen.text(word, b.x+b.w/2, b.y+b.h/2, body, hue, center)
	v.button(b, act)
	return x + b.w
}
