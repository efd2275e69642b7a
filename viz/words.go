package viz

import (
	"image"
	"image/color"
	"math"

	"github.com/hajimehoshi/ebiten/v2"
	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// words sets text. Every letter is rasterized once, into an atlas that holds a white spot too: shapes and text are
// triangles over the same image, so that a whole picture is one draw call, whatever it says.
type words struct {
	scale      float64
	faces      map[face]*typeface
	atlas      *ebiten.Image
	side       int
	discs      map[disc]glyph
	x, y, tall int  // where the next letter goes, and how tall its row is
	full       bool // a letter found no place

	lettering Lettering // of what the type lacks; nil where there is none
	foreign   map[lettered]foreign
}

type face struct {
	size float64
	bold bool
}

type typeface struct {
	font.Face
	advances map[rune]fixed.Int26_6
	glyphs   map[letter]glyph
	rise     int // from the middle of a line down to the letters' base, in device pixels
}

// letter is a rune and how many quarters of a pixel it stands right of a whole one.
type letter struct {
	r       rune
	quarter fixed.Int26_6
}

// glyph is where a letter lies in the atlas, and where it goes as seen from its origin. Lengths are device pixels.
type glyph struct {
	x, y, w, h int
	dx, dy     int
}

// The sizes of type, in CSS pixels.
const (
	head  = 16.0
	body  = 13.0
	small = 12.0
)

// align says which part of a word stands at its x.
type align int

const (
	left align = iota
	center
	right
)

// spot is the side of the white square in the atlas's corner.
const spot = 3

func newWords(scale float64) *words {
	w := &words{scale: scale, side: 1024}
	if scale > 2 {
		w.side = 2048
	}
	w.atlas = ebiten.NewImage(w.side, w.side)
	w.clear()
	return w
}

// clear gives all letters up.
func (w *words) clear() {
	w.faces, w.foreign, w.full = map[face]*typeface{}, map[lettered]foreign{}, false
	w.discs = map[disc]glyph{}
	w.x, w.y, w.tall = spot+1, 0, spot
	w.atlas.SubImage(image.Rect(0, 0, spot, spot)).(*ebiten.Image).Fill(color.White)
}

func (w *words) face(f face) *typeface {
	if t, ok := w.faces[f]; ok {
		return t
	}
	t := &typeface{Face: Font(f.bold, f.size*w.scale), advances: map[rune]fixed.Int26_6{}, glyphs: map[letter]glyph{}}
	m := t.Metrics()
	t.rise = ((m.Ascent - m.Descent) / 2).Round()
	w.faces[f] = t
	return t
}

func (t *typeface) advance(r rune) fixed.Int26_6 {
	a, ok := t.advances[r]
	if !ok {
		a, _ = t.GlyphAdvance(r)
		t.advances[r] = a
	}
	return a
}

// width in CSS pixels. The type of the Lab has no kerning.
func (w *words) width(s string, f face) float64 {
	t, sum := w.face(f), fixed.Int26_6(0)
	for s != "" {
		own, other := parts(s)
		for _, r := range s[:own] {
			sum += t.advance(r)
		}
		if other > own {
			sum += w.letters(s[own:other], f, color.RGBA{}).advance
		}
		s = s[other:]
	}
	return float64(sum) / 64 / w.scale
}

// set puts the letters of a string on a mesh, with their middle at height y.
func (w *words) set(to *mesh, s string, f face, x, y float64, c color.RGBA, a align) {
	t := w.face(f)
	at := fixed.Int26_6(math.Round((x-w.width(s, f)*float64(a)/2)*w.scale)) << 6
	base := int(math.Round(y*w.scale)) + t.rise
	for s != "" {
		own, other := parts(s)
		for _, r := range s[:own] {
			l := letter{r, at & 63 / 16}
			g, ok := t.glyphs[l]
			if !ok {
				if g, ok = w.add(t, l); ok {
					t.glyphs[l] = g
				}
			}
			if g.w > 0 {
				to.stamp(g, at.Floor()+g.dx, base+g.dy, c)
			}
			at += t.advance(r)
		}
		if other > own {
			run := w.letters(s[own:other], f, c)
			if run.w > 0 {
				to.stamp(run.glyph, at.Floor()+run.dx, base+run.dy, color.RGBA{255, 255, 255, 255})
			}
			at += run.advance
		}
		s = s[other:]
	}
}

// add rasterizes a letter. Where the atlas is full it is left out, and the atlas begins anew with the next picture.
func (w *words) add(t *typeface, l letter) (glyph, bool) {
	box, mask, from, _, _ := t.Glyph(fixed.Point26_6{X: l.quarter * 16}, l.r)
	g := glyph{w: box.Dx(), h: box.Dy(), dx: box.Min.X, dy: box.Min.Y}
	if g.w <= 0 || g.h <= 0 {
		return glyph{}, true
	}
	if !w.room(&g) {
		return glyph{}, false
	}
	pix := make([]byte, 0, 4*g.w*g.h)
	for y := range g.h {
		for x := range g.w {
			_, _, _, alpha := mask.At(from.X+x, from.Y+y).RGBA()
			v := byte(alpha >> 8)
			pix = append(pix, v, v, v, v)
		}
	}
	w.paint(g, pix)
	return g, true
}

func (w *words) paint(g glyph, pix []byte) {
	w.atlas.SubImage(image.Rect(g.x, g.y, g.x+g.w, g.y+g.h)).(*ebiten.Image).WritePixels(pix)
}

// room finds a place in the atlas. Where it is full, it begins anew with the next picture.
func (w *words) room(g *glyph) bool {
	if w.x+g.w > w.side {
		w.x, w.y, w.tall = 0, w.y+w.tall+1, 0
	}
	if g.w > w.side || w.y+g.h > w.side {
		w.full = true
		return false
	}
	g.x, g.y = w.x, w.y
	w.x, w.tall = w.x+g.w+1, max(w.tall, g.h)
	return true
}
