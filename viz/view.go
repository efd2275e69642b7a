// Package viz draws what a [record.Record] holds with Ebitengine: the loss, the linked neuron copies, the divergence of
// their gradients and the RMS of the blocks. The page and the desktop program show the same pictures.
//
// It sees frames, reports and records only. It never trains and knows neither HTML nor windows.
package viz

import (
	"image"
	"math"
	"slices"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/viz/style"
	"github.com/sparkling-lab/sparkling/viz/valloss"
	"github.com/sparkling-lab/sparkling/viz/written"
)

// View draws a record. What it is told in CSS pixels it has in units, which are as many of them as its zoom; the image
// it draws on has scale times as many pixels.
type View struct {
	rec       *record.Record
	step      int // −1 follows the newest
	quantity  record.Quantity
	scale     Scale
	colouring Colouring // of facts
	stage     Stage
	hidden    hidden
	pinned    PaneID   // the picture that the reader wants to see alone; empty for the stage
	only      []PaneID // the pictures that are shown and no others; none for those of the stage
	lone      bool     // of the stage its main picture alone is shown
	turns     string   // a control that a story still wants turned
	printed   bool     // there is nothing to press
	w, h      float64  // in units
	zoom      float64  // CSS pixels that a unit is
	device    float64  // device pixels that a CSS pixel is
	least     float64  // CSS pixels that the smallest type has at least; 0 where that is left to the window
	pointer   point
	inside    bool
	styles    []style.Style                 // of the record's arms
	names     []string                      // the same
	cosinesOf map[*record.PairGroup]cosines // of the record's frames, by their first group

	size    size   // of the picture that is being drawn
	placing *place // and where it stands

	// of the picture that is being drawn, by arm: kept so that a picture leaves little behind
	readings [][]valloss.Reading
	moments  []moment          // the same of its widenings
	merged   []record.PairStat // pairs as a drawing of the network has them,
	counts   []float32         // and how many each stands for
	chars    []written.Char
	letters  []written.Cell

	chosen    insider
	turned    int                            // how often something of it was chosen
	held      [len(insideQuantities)]float32 // where a scale that is fixed ends, by quantity; 0 before it is known
	layers    map[int]*layered               // by arm: what its tiles show
	attending map[int]*heat                  // and its attention
	stacks    map[heatKey]*heat              // and the matrices of a layer

	lettering Lettering

	overSeeds *seeds.Summary                                     // what several seeds came to; nil without any
	looked    func(arm int, q look.Question) (look.Answer, bool) // nil where nobody answers
	wants     []look.Want                                        // of the picture that is being drawn

	slow     slow
	breaking bool             // the neuron that an update breaks is looked for
	acted    func(act string) // nil where nobody is told

	refresh time.Duration // a picture whose content has changed is drawn anew at most so often
	motion  motion
	calm    bool // nothing moves

	pen    *pen
	image  *ebiten.Image
	places []place // where the pictures stand; nil where that has to be found anew
	due    bool    // the screen gets the image though nothing has changed
	drawn  int     // pictures drawn so far
}

// New draws nothing until it has a record.
func New() *View { return &View{step: -1, scale: Steps, colouring: BySure, refresh: Refresh, zoom: 1} }

// SetRecord shows another record, live memory.
func (v *View) SetRecord(r *record.Record) {
	if v.rec != r {
		if v.rec != nil && r != nil {
			v.hidden = v.hidden.carried(v.rec.Experiment, r.Experiment)
			v.chosen.arm = sameArm(v.rec.Experiment, r.Experiment, v.chosen.arm-1) + 1
		}
		v.forget()
		v.rec, v.cosinesOf, v.places = r, map[*record.PairGroup]cosines{}, nil
	}
}

// Refresh is how often a picture is drawn anew at most, unless SetRefresh says otherwise: often enough to see it move.
const Refresh = 300 * time.Millisecond

// SetRefresh changes how often a picture is drawn anew at most.
func (v *View) SetRefresh(d time.Duration) { v.refresh = d }

// SetStep shows the run as it was at a step; −1 follows the newest.
func (v *View) SetStep(step int) { v.step = step }

// SetQuantity compares the pairs in another quantity.
func (v *View) SetQuantity(q record.Quantity) { v.quantity = q }

// Quantity is what the pairs are compared in.
func (v *View) Quantity() record.Quantity { return v.quantity }

// SetScale chooses what the x axis of the loss counts.
func (v *View) SetScale(s Scale) { v.scale = s }

// Scale is what the x axis of the loss counts.
func (v *View) Scale() Scale { return v.scale }

// SetColouring chooses what the colours of facts are of.
func (v *View) SetColouring(c Colouring) { v.colouring = c }

// Colouring is what the colours of facts are of.
func (v *View) Colouring() Colouring { return v.colouring }

// Layout sets the size in device pixels and how many of them make a CSS pixel.
func (v *View) Layout(w, h int, scale float64) {
	v.device, v.zoom = scale, math.Max(zoom(float64(w)/scale, float64(h)/scale), v.least/small)
	scale *= v.zoom
	if v.pen == nil || v.pen.scale != scale {
		v.pen, v.places = newPen(scale), nil
		v.pen.words.lettering = v.lettering
		v.pen.warm()
	}
	if v.image == nil || v.image.Bounds().Dx() != w || v.image.Bounds().Dy() != h {
		if v.image != nil {
			v.image.Deallocate()
		}
		v.image, v.places = ebiten.NewImage(max(w, 1), max(h, 1)), nil
	}
	v.w, v.h = float64(w)/scale, float64(h)/scale
}

// SetType lets no word of the pictures be smaller than that many CSS pixels, whatever the device makes of these, and
// all else grows with it: who sits far away reads it too. What finds no room at that size is left out, the least
// important first. 0, as it is at first, leaves the size to the window.
func (v *View) SetType(least float64) {
	if v.least == least {
		return
	}
	v.least = least
	if v.image != nil {
		v.Layout(v.image.Bounds().Dx(), v.image.Bounds().Dy(), v.device)
	}
}

// finest is the size that type has at least, in units; 0 where that is left to the window.
func (v *View) finest() float64 { return math.Min(v.least/v.zoom, small) }

// lettersAlong is the size of letters along the cells of a table, which are so far apart, and for how many cells there
// is one letter: where letters have a least size, not every cell has room.
func (v *View) lettersAlong(pitch float64) (size float64, every int) {
	size = math.Max(math.Min(small, pitch+1), v.finest())
	return size, max(1, int(math.Ceil((size-1)/pitch-1e-9)))
}

// zoom is how many CSS pixels a unit of the pictures is in a window: what is drawn large, to be looked at from afar,
// has large words too.
func zoom(w, h float64) float64 {
	return math.Min(math.Max(math.Round(8*math.Min(w/1040, h/800))/8, 1), 3)
}

// Point says where the pointer is, in CSS pixels, and whether it is over the pictures.
func (v *View) Point(x, y float64, inside bool) {
	v.pointer, v.inside = point{x / v.zoom, y / v.zoom}, inside
}

// Present puts the pictures on the screen at the next Draw though nothing has changed.
func (v *View) Present() { v.due = true }

// Renew draws all pictures anew at the next Draw, whether it is time to or not.
func (v *View) Renew() { v.places = nil }

// Drawn is how many pictures were drawn so far.
func (v *View) Drawn() int { return v.drawn }

// Picture is a copy of all pictures as they were drawn last. It may be taken only while the game runs.
func (v *View) Picture() *image.RGBA {
	b := v.image.Bounds()
	out := image.NewRGBA(b)
	v.image.ReadPixels(out.Pix)
	return out
}

// Draw brings the pictures up to date, one at a call so that no frame is long, and the screen only where something
// changed: a screen that nobody draws on costs nothing. The owner must not clear it between frames.
func (v *View) Draw(dst *ebiten.Image, now time.Time) {
	if v.rec == nil || v.image == nil {
		return
	}
	changed := v.places == nil
	if changed {
		v.image.Fill(paper)
		v.places = v.arrange()
	}
	v.follow(now)
	v.findBroken()
	if changed {
		for i := range v.places {
			v.render(&v.places[i], now)
		}
	} else if p := v.oldest(now); p != nil {
		changed = true
		v.render(p, now)
	}
	if changed || v.due {
		v.due = false
		dst.DrawImage(v.image, nil)
	}
}

// Stale reports whether Draw would draw a picture, or will soon, because one moves.
func (v *View) Stale(now time.Time) bool {
	if v.rec == nil || v.image == nil {
		return false
	}
	v.follow(now)
	v.findBroken()
	return v.places == nil || v.moving() || v.oldest(now) != nil
}

// Behind reports whether a picture shows less than there is to show, whether it is time to draw it or not.
func (v *View) Behind() bool {
	return v.places == nil || v.moving() ||
		slices.ContainsFunc(v.places, func(p place) bool { return v.content(&p) != p.content })
}

// oldest is the picture that has been out of date the longest, if it is time to draw one.
func (v *View) oldest(now time.Time) (p *place) {
	for i := range v.places {
		q := &v.places[i]
		c := v.content(q)
		due := c != q.content && (now.Sub(q.drawn) >= v.refresh || c.pointer != q.content.pointer ||
			c.frame != q.content.frame)
		if due && (p == nil || q.drawn.Before(p.drawn)) {
			p = q
		}
	}
	return p
}

// content is everything that a picture depends on, to tell whether it would look different.
type content struct {
	rec             *record.Record
	frames, reports int
	writing         *record.Writing // the first of those that are kept, which are others when one is added
	step            int
	quantity        record.Quantity
	scale           Scale
	colouring       Colouring
	hidden          hidden
	overSeeds       *seeds.Summary
	pointer         point // zero where it is elsewhere
	frame           int   // of the motion, where the picture moves
	answers         int   // of arms that somebody looks into
	slow            int   // changes of the update in slow motion
	chosen          insider
}

func (v *View) content(p *place) content {
	c := content{rec: v.rec, reports: len(v.rec.Reports), step: v.step, quantity: v.quantity, scale: v.scale,
		colouring: v.colouring, hidden: v.hidden, answers: v.numbers(p.wants), chosen: v.chosen,
		slow: v.slow.changes}
	if len(v.rec.Writings) > 0 {
		c.writing = &v.rec.Writings[0]
	}
	for _, t := range v.rec.Tracks {
		c.frames += len(t)
	}
	if p.pane == Seeds {
		c.overSeeds = v.overSeeds
	}
	if moves(p.pane) {
		c.frame = v.motion.frame
	}
	if v.inside && p.box.holds(v.pointer) {
		c.pointer = v.pointer
	}
	return c
}

func (v *View) render(p *place, now time.Time) {
	v.drawn++
	v.styles, v.names = style.Of(v.rec.Experiment), v.Readable(v.rec.Experiment)
	v.size, v.wants, v.placing, p.buttons = p.size, p.wants[:0], p, p.buttons[:0]
	v.pen.said = p.said[:0]
	draw(v, p.pane, p.box)
	p.wants, p.said = v.wants, v.pen.said
	p.content, p.drawn = v.content(p), now
	if !v.pen.flush(v.image, p.box) {
		p.content = content{}
	}
}

// at is the step that is shown.
func (v *View) at() int {
	if last := v.rec.Last(); v.step < 0 || v.step > last {
		return last
	}
	return v.step
}
