package viz

import (
	"image/color"
	"math"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/hajimehoshi/ebiten/v2/text/v2"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// words writes text. Shaping and drawing letter by letter is the most expensive thing a picture does, and most words stand for many
// pictures: one that comes a second time is kept as an image.
type words struct {
	scale float64
	faces map[face]text.Face
	kept  map[script]*keepsake
	turn  int // counts pictures
}

type face struct {
	size float64
	bold bool
}

// script is a string in a face, whatever its colour and place.
type script struct {
	s string
	face
}

type keepsake struct {
	width float64       // CSS pixels
	image *ebiten.Image // white on nothing; nil until the second time
	used  int           // the newest turn
}

// word is a string at a place.
type word struct {
	script
	x, y  float64
	color color.RGBA
	align align
}

// align says which part of a word stands at its x.
type align int

const (
	left align = iota
	center
	right
)

// forget is after how many pictures an unused word is given up.
const forget = 64

func newWords(scale float64) *words {
	return &words{scale: scale, faces: map[face]text.Face{}, kept: map[script]*keepsake{}}
}

// width in CSS pixels.
func (w *words) width(s script) float64 { return w.keep(s).width }

func (w *words) keep(s script) *keepsake {
	k, ok := w.kept[s]
	if !ok {
		k = &keepsake{width: text.AdvanceAt(s.s, len(s.s), w.face(s.face)) / w.scale, used: -1}
		w.kept[s] = k
	}
	return k
}

// draw puts a word with its middle at height y.
func (w *words) draw(dst *ebiten.Image, t word) {
	k := w.keep(t.script)
	x, y := math.Round((t.x-k.width*float64(t.align)/2)*w.scale), math.Round(t.y*w.scale)
	if k.image == nil && k.used >= 0 && k.used < w.turn {
		k.image = w.render(t.script, k.width)
	}
	k.used = w.turn
	if k.image == nil {
		w.write(dst, t.script, x, y, t.color)
		return
	}
	op := &ebiten.DrawImageOptions{}
	op.GeoM.Translate(x-margin, y-float64(k.image.Bounds().Dy())/2)
	op.ColorScale.ScaleWithColor(t.color)
	dst.DrawImage(k.image, op)
}

// margin leaves room for letters that reach over their advance, in device pixels.
const margin = 2

func (w *words) render(s script, width float64) *ebiten.Image {
	h := 2 * int(math.Ceil(s.size*w.scale*0.8))
	img := ebiten.NewImage(int(math.Ceil(width*w.scale))+2*margin, h)
	w.write(img, s, margin, float64(h)/2, color.White)
	return img
}

func (w *words) write(dst *ebiten.Image, s script, x, y float64, c color.Color) {
	op := &text.DrawOptions{}
	op.GeoM.Translate(x, y)
	op.ColorScale.ScaleWithColor(c)
	op.SecondaryAlign = text.AlignCenter
	text.Draw(dst, s.s, w.face(s.face), op)
}

// end ends a picture.
func (w *words) end() {
	w.turn++
	if w.turn%forget != 0 {
		return
	}
	for s, k := range w.kept {
		if w.turn-k.used > forget {
			if k.image != nil {
				k.image.Deallocate()
			}
			delete(w.kept, s)
		}
	}
}

func (w *words) face(key face) text.Face {
	if f, ok := w.faces[key]; ok {
		return f
	}
	w.faces[key] = Face(key.bold, key.size*w.scale)
	return w.faces[key]
}

// Face is the type of the Lab, regular or bold, at a size in device pixels.
func Face(bold bool, size float64) text.Face {
	data := goregular.TTF
	if bold {
		data = gomedium.TTF
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		panic(err) // the fonts are part of the program
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err)
	}
	return text.NewGoXFace(f)
}
