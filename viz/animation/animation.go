// Package animation draws how a run went as a short moving picture for pages and slides: an animated PNG that is played
// once and rests on its end, and that end as a still for who wants nothing to move. It draws from a [record.Record]
// what was measured and nothing between two measurements, but for tables that slide to their places. What does not move
// is drawn by viz/figure, what follows a run that goes on by viz.
package animation

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"time"

	"github.com/kettek/apng"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// Animation is a moving picture.
type Animation struct {
	Name  string // of its file, without extension
	Alt   string // what it shows, for who cannot see it: what was measured at its end included
	Theme figure.Theme
	shots []shot
	tall  int          // in CSS pixels
	hues  []color.RGBA // of the arms
}

// shot is one picture, and for how long it stands.
type shot struct {
	stands time.Duration
	draw   func(*canvas)
}

// All are the animations that a record has data for: the tables of facts where those are counted, and the pairs where
// an arm has been widened. It may be a record that has not ended.
func All(r *record.Record, theme figure.Theme) (all []Animation) {
	for _, of := range []func(*record.Record) (Animation, bool){Facts, Lock} {
		if a, ok := of(r); ok {
			a.Theme = theme
			all = append(all, a)
		}
	}
	return all
}

// wide is how wide an animation is in CSS pixels, as the text of a page is; density is how many of its own pixels it
// has in a row for each.
const (
	wide    = 830
	density = 2
)

// Files are the names of its files, without a folder: what moves, and its end.
func (a Animation) Files() (moving, still string) {
	name := a.Name
	if a.Theme == figure.Dark {
		name += "-dark"
	}
	return name + ".png", name + "-still.png"
}

// Size is that of the animation in CSS pixels; it has twice as many of its own across and down.
func (a Animation) Size() (width, height int) { return wide, a.tall }

// last is how long the last picture is said to stand. Nothing follows it.
const last = 5 * time.Second

// APNG writes the animation. Programs that do not know animated PNGs show its first picture.
func (a Animation) APNG(w io.Writer) error {
	p := a.palette()
	out := apng.APNG{LoopCount: 1}
	var before *image.Paletted
	for i, s := range a.shots {
		if i == len(a.shots)-1 {
			s.stands = last
		}
		now := a.picture(s, p)
		f := apng.Frame{Image: now, DelayNumerator: uint16(s.stands.Milliseconds()), DelayDenominator: 1000}
		if before != nil {
			patch := changed(before, now)
			f.Image, f.XOffset, f.YOffset = cropped(patch), patch.Rect.Min.X, patch.Rect.Min.Y
			f.BlendOp = apng.BLEND_OP_OVER
		}
		out.Frames = append(out.Frames, f)
		before = now
	}
	return (&apng.Encoder{CompressionLevel: apng.BestCompression}).Encode(w, out)
}

// Still writes the last picture as a PNG.
func (a Animation) Still(w io.Writer) error {
	end := a.picture(a.shots[len(a.shots)-1], a.palette())
	return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(w, end)
}

// picture is a shot in the colours of a palette.
func (a Animation) picture(s shot, p *palette) *image.Paletted {
	c := newCanvas(a.tall)
	s.draw(c)
	out := p.paint(c.img, corner)
	if a.Theme == figure.Dark {
		out.Palette = p.dark()
	}
	return out
}

// corner is the radius of the picture's corners in its own pixels. Nothing is drawn beyond them: on a page of another
// colour it is a card.
const corner = 10 * density

// changed is what of a picture is other than before, within the rectangle that holds all of it; the rest is
// transparent.
func changed(before, now *image.Paletted) *image.Paletted {
	in, w := image.Rectangle{}, now.Rect.Dx()
	for at, i := range now.Pix {
		if i != before.Pix[at] {
			in = in.Union(image.Rect(at%w, at/w, at%w+1, at/w+1))
		}
	}
	if in.Empty() {
		in = image.Rect(0, 0, 1, 1) // a picture of an animation has a pixel
	}
	out := image.NewPaletted(in, now.Palette)
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if i := now.Pix[y*w+x]; i != before.Pix[y*w+x] {
				out.SetColorIndex(x, y, i)
			}
		}
	}
	return out
}

// cropped is a picture whose corner is at 0, 0.
func cropped(p *image.Paletted) *image.Paletted {
	return &image.Paletted{Pix: p.Pix, Stride: p.Stride, Rect: p.Rect.Sub(p.Rect.Min), Palette: p.Palette}
}
