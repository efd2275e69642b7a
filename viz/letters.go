package viz

import (
	"image"
	"image/color"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Lettering writes texts that the type of the Lab has no letters for, in whatever fonts its owner has. Lengths are
// device pixels.
type Lettering interface {
	Has(text string) bool // whether there is a font for every letter
	Write(text string, size float64, bold bool, c color.RGBA) Lettered
}

// Lettered is a text that was written: its pixels, where their corner lies as seen from the text's beginning on its
// base line, and how far it goes.
type Lettered struct {
	Pixels  *image.RGBA // nil where there is nothing to see
	X, Y    int
	Advance float64
}

// SetLettering gives the view letters of other scripts. An arm whose name still cannot be read is called by its number.
func (v *View) SetLettering(l Lettering) {
	v.lettering = l
	if v.pen != nil {
		v.pen.words.lettering = l
	}
	v.places = nil
}

// readable reports whether there are letters for a name.
func (v *View) readable(name string) bool {
	return Covers(name) || v.lettering != nil && v.lettering.Has(name)
}

// Readable are the names of an experiment's arms as the pictures have them.
func (v *View) Readable(e experiment.Experiment) []string { return style.Names(e, v.readable) }

// lettered is what was written in which colour; foreign is where it lies in the atlas, and how far it goes.
type lettered struct {
	text string
	face face
	hue  color.RGBA
}

type foreign struct {
	glyph
	advance fixed.Int26_6
}

// letters writes a text that the type has no letters for. In no colour it is only measured.
func (w *words) letters(s string, f face, c color.RGBA) foreign {
	key := lettered{s, f, c}
	run, ok := w.foreign[key]
	if ok || w.lettering == nil {
		return run
	}
	drawn := w.lettering.Write(s, f.size*w.scale, f.bold, c)
	run.advance = fixed.Int26_6(drawn.Advance * 64)
	if p := drawn.Pixels; p != nil && c.A > 0 {
		b := p.Bounds()
		run.glyph = glyph{w: b.Dx(), h: b.Dy(), dx: drawn.X, dy: drawn.Y}
		if !w.room(&run.glyph) {
			return foreign{advance: run.advance}
		}
		w.paint(run.glyph, p.Pix)
	}
	w.foreign[key] = run
	return run
}

// parts are the lengths of what a string begins with: letters that the type has, and up to where others follow them,
// with the spaces and marks between these.
func parts(s string) (own, other int) {
	for own < len(s) {
		r, n := utf8.DecodeRuneInString(s[own:])
		if !has(r) {
			break
		}
		own += n
	}
	other = own
	for at := own; at < len(s); {
		r, n := utf8.DecodeRuneInString(s[at:])
		at += n
		if !has(r) {
			other = at
		} else if !unicode.IsSpace(r) && !unicode.IsMark(r) {
			break
		}
	}
	return own, other
}

// Covers reports whether the type of the Lab has every letter of a string.
func Covers(s string) bool {
	for _, r := range s {
		if !has(r) {
			return false
		}
	}
	return true
}

// fonts are those of the Lab, regular and bold.
var fonts = sync.OnceValue(func() (out [2]*opentype.Font) {
	for i, data := range [2][]byte{goregular.TTF, gomedium.TTF} {
		f, err := opentype.Parse(data)
		if err != nil {
			panic(err) // the fonts are part of the program
		}
		out[i] = f
	}
	return out
})

// known are the runes that were looked up, and whether both fonts have them.
var known = struct {
	sync.Mutex
	runes map[rune]bool
}{runes: map[rune]bool{}}

func has(r rune) bool {
	if r >= ' ' && r < 0x7f {
		return true
	}
	known.Lock()
	defer known.Unlock()
	ok, seen := known.runes[r]
	if !seen {
		ok = r != utf8.RuneError
		for _, f := range fonts() {
			i, err := f.GlyphIndex(&sfnt.Buffer{}, r)
			ok = ok && err == nil && i != 0
		}
		known.runes[r] = ok
	}
	return ok
}

// Font is the type of the Lab, regular or bold, at a size in device pixels.
func Font(bold bool, size float64) font.Face {
	which := fonts()[0]
	if bold {
		which = fonts()[1]
	}
	f, err := opentype.NewFace(which, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // the fonts are part of the program
	}
	return f
}
