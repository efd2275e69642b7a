package viz

import (
	"fmt"
	"image/color"
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
	slowLow    = 25.0 // no line is lower
	slowName   = 58.0
	slowBrief  = 44.0  // the same in a narrow place
	slowRuled  = 41.0  // where a line is lower its numbers would lie on the rule below them: there is none
	slowWide   = 560.0 // from here on a place is not narrow, however low it is
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
	v.slowStage(in, &a, &told, narrow && in.w < slowWide)
}

// slowLate says that what is shown is of an earlier step than the run is at.
func (v *View) slowLate(a *look.Answer) string {
	if a.Step < v.rec.Last() {
		return " The run has gone on to step " + record.Thousands(v.rec.Last()) + "."
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
