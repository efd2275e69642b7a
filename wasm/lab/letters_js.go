package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"
	"syscall/js"
	"unicode"

	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// pens writes in the browser's own fonts.
type pens struct {
	canvas, ink js.Value
	has         map[rune]bool // what was looked for
	lacking     []byte        // how a letter looks for which there is no font
}

// newPens is nil where the browser draws no text.
func newPens() viz.Lettering {
	canvas := js.Global().Get("document").Call("createElement", "canvas")
	ink := canvas.Call("getContext", "2d", js.ValueOf(map[string]any{"willReadFrequently": true}))
	if ink.IsNull() {
		return nil
	}
	p := &pens{canvas: canvas, ink: ink, has: map[rune]bool{}}
	p.lacking = p.look(unassigned)
	return p
}

// unassigned is a character for which no font has a letter.
const unassigned = '\U0010fffd'

// Has implements viz.Lettering. Nobody says which fonts a browser has: a letter that it lacks looks like all others
// that it lacks.
func (p *pens) Has(text string) bool {
	for _, r := range text {
		ok, seen := p.has[r]
		if !seen {
			ok = viz.Covers(string(r)) || !unicode.IsGraphic(r) || unicode.IsMark(r) || unicode.IsSpace(r) ||
				!bytes.Equal(p.look(r), p.lacking)
			p.has[r] = ok
		}
		if !ok {
			return false
		}
	}
	return true
}

// look is how a letter looks.
func (p *pens) look(r rune) []byte {
	const side, size = 40, 24
	p.clear(side, side)
	p.ink.Set("font", font(size, false))
	p.ink.Call("fillText", string(r), 4, size+4)
	return p.pixels(side, side)
}

// Write implements viz.Lettering.
func (p *pens) Write(text string, size float64, bold bool, c color.RGBA) viz.Lettered {
	p.ink.Set("font", font(size, bold))
	m := p.ink.Call("measureText", text)
	reach := func(side string) int { return int(math.Ceil(m.Get("actualBoundingBox"+side).Float())) + 1 }
	left, up := reach("Left"), reach("Ascent")
	w, h := min(left+reach("Right"), widest), min(up+reach("Descent"), widest)
	out := viz.Lettered{X: -left, Y: -up, Advance: m.Get("width").Float()}
	if c.A == 0 || w < 1 || h < 1 {
		return out
	}
	p.clear(w, h)
	p.ink.Set("font", font(size, bold))
	p.ink.Set("fillStyle", fmt.Sprintf("rgb(%d %d %d)", c.R, c.G, c.B))
	p.ink.Call("fillText", text, left, up)
	straight := &image.NRGBA{Pix: p.pixels(w, h), Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}
	out.Pixels = image.NewRGBA(straight.Rect)
	draw.Draw(out.Pixels, straight.Rect, straight, image.Point{}, draw.Src)
	return out
}

// widest bounds a text in device pixels: a name may be long.
const widest = 1000

func font(size float64, bold bool) string {
	return fmt.Sprintf("%d %gpx system-ui, sans-serif", map[bool]int{false: 400, true: 600}[bold], size)
}

func (p *pens) clear(w, h int) {
	p.canvas.Set("width", w) // and with it everything is as at first
	p.canvas.Set("height", h)
}

func (p *pens) pixels(w, h int) []byte {
	out := make([]byte, 4*w*h)
	js.CopyBytesToGo(out, p.ink.Call("getImageData", 0, 0, w, h).Get("data"))
	return out
}

// state is what the page's words depend on, with names that can be read.
func (l *lab) state() string {
	e := l.session.Experiment()
	var pairs []string
	for i, name := range l.view.Readable(e) {
		if own := e.Arms[i].Name; own != name {
			quoted := encode(own)
			pairs = append(pairs, quoted[1:len(quoted)-1], name)
		}
	}
	return strings.NewReplacer(pairs...).Replace(encode(panel.Of(l.session, l.shown).Hide(l.view.Hidden)))
}
