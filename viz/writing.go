package viz

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"unicode"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
	"github.com/sparkling-lab/sparkling/viz/written"
)

// The shade behind a character that a network is sure of, as a share of its colour: letters are read on it.
const fullShade = 0.5

// letterSizes are those of what networks write, in CSS pixels: the largest is taken in which all of it fits, and the
// last in any case. Small pictures have one size.
var letterSizes = []float64{20, 17, 15, 13, 12, 11}

// The heights of the name over a text, and of what parts one from the next, in CSS pixels.
const (
	authorHeight = 19.0
	writingGap   = 8.0
)

// setting is how texts are set: their size, the distance of their lines and how many there are of each at most, and
// the height of the name over them, 0 where the arm's mark stands before the first line.
type setting struct {
	size, pitch, head float64
	lines             int
}

func settingOf(size, head float64) setting {
	return setting{size: size, pitch: math.Round(size * 1.45), head: head, lines: math.MaxInt}
}

// under is the place of a text in a box that has its author's too.
func (s setting) under(b box) box {
	if s.head == 0 {
		return box{b.x + authorMark, b.y, b.w - authorMark, b.h}
	}
	return box{b.x, b.y + s.head, b.w, b.h - s.head}
}

// writing draws what every network writes after the same prompt, with the same random numbers: behind each character
// how sure it was. Before arms part there is one network, in the colour of none.
func (v *View) writing(b box) {
	in := b
	texts := slices.DeleteFunc(written.At(v.rec, v.at()),
		func(t written.Text) bool { return v.leavesOut(t.Arms) })
	title := "What the networks write"
	if len(texts) == 1 {
		title = "What the network writes"
	}
	b = v.heading(b, title, v.howWriting(written.Prompt(texts), len(texts)),
		"The darker behind a character, the surer.")
	if v.size != aside {
		b = v.shades(b)
	}
	s := v.fit(texts, b)
	hit := -1
	for i := range texts {
		at, tall := v.writtenBy(&texts[i], b, s)
		if at >= 0 {
			hit = at
		}
		b.y, b.h = b.y+tall+writingGap, b.h-tall-writingGap
	}
	if hit >= 0 {
		v.exactCharacter(in, texts, hit)
	}
}

// fit is the setting in which most of the texts can be read.
func (v *View) fit(texts []written.Text, b box) (s setting) {
	sizes, head := letterSizes, authorHeight
	if v.size == aside {
		sizes, head = []float64{body}, 0
	}
	for _, size := range sizes {
		if size < v.finest() {
			break
		}
		s = settingOf(size, head)
		tall := -writingGap
		for i := range texts {
			v.set(&texts[i], s.under(b).w, s)
			lines := 1
			if n := len(v.letters); n > 0 {
				lines = v.letters[n-1].Line + 1
			}
			tall += s.head + float64(lines)*s.pitch + writingGap
		}
		if tall <= b.h {
			return s
		}
	}
	each := (b.h+writingGap)/float64(len(texts)) - writingGap - s.head
	s.lines = max(int(each/s.pitch), 1)
	return s
}

// set breaks what a network wrote into the lines of a setting.
func (v *View) set(t *written.Text, width float64, s setting) {
	v.letters = v.letters[:0]
	if t.Written == "" || t.Lost != "" {
		return
	}
	v.chars = t.Chars(v.chars[:0])
	v.letters = written.Lines(v.letters, v.chars, width, s.lines,
		func(c string) float64 { return v.pen.width(v.legible(c), s.size) })
}

// authorMark is the width of an arm's mark before a text or its name.
const authorMark = 13

// howWriting says how to read the texts.
func (v *View) howWriting(p record.Prompt, networks int) string {
	switch {
	case p.Count == 0:
		return "A network goes on with a few words when it is asked to."
	case v.size == aside:
		return fmt.Sprintf("At temperature %s; the darker, the surer.", temperature(p))
	case networks == 1:
		return fmt.Sprintf("It goes on with a beginning that was given to it, at temperature %s.", temperature(p))
	}
	return fmt.Sprintf("Each goes on with the same beginning, at temperature %s, with the same random numbers.",
		temperature(p))
}

func temperature(p record.Prompt) string { return strconv.FormatFloat(p.Temperature, 'g', 3, 64) }

// shades says what the shade behind a character means, and returns the place that is left.
func (v *View) shades(b box) box {
	const side, steps = 12.0, 5
	x, y := b.x, b.y+3
	v.pen.text("unsure", x, y, small, soft, left)
	x += v.pen.width("unsure", small) + 6
	for i := range steps {
		v.pen.rect(x, y-side/2, side, side, shade(style.Neutral, float64(i)/(steps-1)))
		x += side
	}
	x += 6
	v.pen.text(v.fitting([]string{"sure: the probability that the network gave the character", "sure of the character",
		"sure"}, b.x+b.w-x, small), x, y, small, soft, left)
	return box{b.x, b.y + 18, b.w, b.h - 18}
}

func shade(hue color.RGBA, sure float64) color.RGBA { return mix(paper, hue, fullShade*sure) }

// writtenBy draws what one network wrote from the top of a box on, and returns which of its characters the pointer is
// on, negative where it is on none, and how tall it is.
func (v *View) writtenBy(t *written.Text, b box, s setting) (at int, tall float64) {
	hue := v.author(t, b, s)
	b = s.under(b)
	switch {
	case t.Lost != "":
		v.pen.text(fmt.Sprintf("diverged at step %d: it writes nothing", t.LostAt), b.x, b.y+s.pitch/2, body, wrong,
			left)
		return -1, s.head + s.pitch
	case t.Written == "":
		v.pen.text("has not written yet", b.x, b.y+s.pitch/2, body, soft, left)
		return -1, s.head + s.pitch
	}
	at = -1
	v.set(t, b.w, s)
	bottom := 0
	for _, c := range v.letters {
		place := box{b.x + c.X, b.y + float64(c.Line)*s.pitch, c.W, s.pitch - 2}
		bottom = c.Line
		if c.At >= 0 {
			v.pen.rect(place.x, place.y, place.w+0.5, place.h, shade(hue, float64(c.Sure)))
			if v.over(place) {
				at = c.At
			}
		}
		hue := ink
		if c.Break() {
			hue = soft
		}
		v.pen.text(v.legible(c.Char.Text), place.x, place.y+place.h/2, s.size, hue, left)
	}
	return at, s.head + float64(bottom+1)*s.pitch
}

// author writes whose text it is and of which step, and returns the colour of it.
func (v *View) author(t *written.Text, b box, s setting) color.RGBA {
	hue, x, y := style.Neutral, b.x, b.y+s.head/2-1
	if s.head == 0 {
		y = b.y + s.pitch/2 - 1
	}
	name := "One network"
	if !t.Shared() {
		i := t.Arms[0]
		hue, name = v.styles[i].Hue, v.names[i]
		v.pen.mark(v.styles[i], x+4, y, 3.6)
		x += authorMark
	}
	if s.head == 0 {
		return hue
	}
	since := ""
	if t.Written != "" && t.Step < v.at() {
		since = "at step " + record.Thousands(t.Step)
	}
	right := v.pen.width(since, small)
	v.pen.text(v.fitting([]string{name}, b.w-(x-b.x)-right-8, body), x, y, body, hue, left)
	v.pen.text(since, b.x+b.w-right, y, small, soft, left)
	return hue
}

// legible is a character, or a sign where nobody has letters for it.
func (v *View) legible(s string) string {
	if len(s) == 1 || v.readable(s) {
		return s
	}
	return "□"
}

// exactCharacter writes how sure the networks were of the character at a place in what they wrote.
func (v *View) exactCharacter(b box, texts []written.Text, at int) {
	lines := []line{{fmt.Sprintf("character %d: its probability at temperature 1", at+1), ink}}
	for i := range texts {
		t := &texts[i]
		if at >= len(t.Sure) {
			continue
		}
		hue, name := style.Neutral, "the network"
		if !t.Shared() {
			hue, name = v.styles[t.Arms[0]].Hue, v.names[t.Arms[0]]
		}
		r := []rune(t.Written)[at]
		lines = append(lines, line{fmt.Sprintf("%s: %s, %.3g %%", name, v.quoted(r), 100*t.Sure[at]), hue})
	}
	v.tip(b, lines)
}

// quoted is a character as it is spoken of.
func (v *View) quoted(r rune) string {
	switch {
	case r == '\n':
		return "a new line"
	case r == ' ':
		return "a space"
	case r == unicode.ReplacementChar:
		return "a rare character"
	case unicode.IsGraphic(r) && v.readable(string(r)):
		return "“" + string(r) + "”"
	}
	return fmt.Sprintf("%U", r)
}
