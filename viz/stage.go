package viz

import (
	"math"
	"slices"
	"time"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
)

// Stage says which pictures matter now: one is large, or two that share its place, and a few stand small below it.
type Stage struct {
	Main  PaneID   `json:"main"`
	Half  PaneID   `json:"half,omitempty"`  // shares the large place with Main
	Aside []PaneID `json:"aside,omitempty"` // at most mostAside are shown
}

// StageOf is the stage of pictures that are named, as a story names them.
func StageOf(main, half string, aside []string) Stage {
	s := Stage{Main: PaneID(main), Half: PaneID(half)}
	for _, pane := range aside {
		s.Aside = append(s.Aside, PaneID(pane))
	}
	return s
}

// mostAside is how many small pictures there may be.
const mostAside = 3

// Around is the stage with one picture of an experiment's large and others of it beside.
func Around(e experiment.Experiment, main PaneID) Stage {
	s := Stage{Main: main}
	for _, p := range PanesOf(e) {
		if p.ID != main && len(s.Aside) < mostAside {
			s.Aside = append(s.Aside, p.ID)
		}
	}
	return s
}

// of is the stage without the pictures that an experiment does not have; what comes next takes their place. A stage
// without any picture is that around the experiment's first.
func (s Stage) of(e experiment.Experiment) Stage {
	panes := PanesOf(e)
	list := slices.DeleteFunc(append([]PaneID{s.Main, s.Half}, s.Aside...), func(id PaneID) bool {
		return !slices.ContainsFunc(panes, func(p Pane) bool { return p.ID == id })
	})
	if len(list) == 0 {
		return Around(e, panes[0].ID)
	}
	out := Stage{Main: list[0]}
	if list = list[1:]; s.Half != "" && len(list) > 0 && list[0] == s.Half {
		out.Half, list = list[0], list[1:]
	}
	out.Aside = list[:min(len(list), mostAside)]
	return out
}

// size says how much of a picture its place has room for.
type size int

const (
	aside  size = iota // small: its title, and of its numbers the most important
	staged             // large, or half of that: how to read it too
	whole              // alone, because the reader wants to see all of it
)

// place is where a picture stands, how much of it there is room for, and what it last showed.
type place struct {
	pane    PaneID
	box     box
	size    size
	content content
	wants   []look.Want // what it showed of the insides of arms, or would have
	said    []Word      // what stands in it, in units
	drawn   time.Time
	buttons []button
}

const gap = 18

// Crowded reports whether a place of that size in CSS pixels holds one picture only.
func Crowded(w, h float64) bool { return w < 640 || h < 520 }

// The measures of small pictures: what lies between them, and the least width of one.
const (
	asideGap   = gap * 1.5
	leastAside = 240
)

// arrange gives the pictures of a stage their places in a window: the small ones stand below the large, or beside one
// that is as high as it is wide.
func (s Stage) arrange(w, h float64) []place {
	in := within(w, h)
	if Crowded(w, h) {
		return []place{{pane: s.Main, box: in, size: staged}}
	}
	if s.Main == Update {
		s.Aside = nil // it has many numbers, which are to be read
	}
	large, small := s.below(in)
	if s.Half == "" && s.Main.square() && in.w > in.h {
		large, small = s.beside(in)
	}
	out := []place{{pane: s.Main, box: large, size: staged}}
	if s.Half != "" {
		out[0].box.w = (large.w - asideGap) / 2
		right := out[0].box
		right.x += right.w + asideGap
		out = append(out, place{pane: s.Half, box: right, size: staged})
	}
	for k, b := range small {
		out = append(out, place{pane: s.Aside[k], box: b})
	}
	return out
}

// below divides a place into a large one and a row of small ones at its foot, as many as have their least width.
func (s Stage) below(in box) (large box, small []box) {
	n := min(len(s.Aside), int((in.w+asideGap)/(leastAside+asideGap)))
	if n == 0 {
		return in, nil
	}
	tall := math.Round(math.Min(math.Max(in.h*0.27, 140), 260))
	width := (in.w - asideGap*float64(n-1)) / float64(n)
	for k := range n {
		small = append(small, box{in.x + float64(k)*(width+asideGap), in.y + in.h - tall, width, tall})
	}
	in.h -= tall + gap
	return in, small
}

// beside divides a place into a large one and a column of small ones at its right.
func (s Stage) beside(in box) (large box, small []box) {
	n := len(s.Aside)
	if n == 0 {
		return in, nil
	}
	width := math.Round(math.Min(math.Max(in.w-asideGap-0.78*in.h, leastAside), in.w*0.42))
	tall := (in.h - asideGap*float64(n-1)) / float64(n)
	for k := range n {
		small = append(small, box{in.x + in.w - width, in.y + float64(k)*(tall+asideGap), width,
			math.Min(tall, 1.5*width)})
	}
	in.w -= width + asideGap
	return in, small
}

// square reports whether a picture is about as high as it is wide.
func (id PaneID) square() bool { return id == Knowledge }

// arrange gives the pictures their places: that which is pinned all of it, or those that are shown alone, or those of
// the stage.
func (v *View) arrange() []place {
	if id := v.Pinned(); id != "" {
		return []place{{pane: id, box: within(v.w, v.h), size: whole}}
	}
	if alone := v.Alone(); len(alone) > 0 {
		return share(alone, v.w, v.h)
	}
	s := v.stage.of(v.rec.Experiment)
	if v.lone {
		s.Half, s.Aside = "", nil
	}
	return s.arrange(v.w, v.h)
}

// SetLone shows the stage's main picture alone, however large the window is, or no longer.
func (v *View) SetLone(lone bool) {
	if v.lone != lone {
		v.lone, v.places = lone, nil
	}
}

// within is a window without its margin.
func within(w, h float64) box { return box{gap, gap - 6, w - 2*gap, h - 2*gap + 6} }

// Shown is a picture and the box in which it stands, in CSS pixels.
type Shown struct {
	Pane       PaneID
	X, Y, W, H float64
}

// Shown lists the pictures as they stand, the largest first; none before they were drawn.
func (v *View) Shown() []Shown {
	out := make([]Shown, len(v.places))
	for i, p := range v.places {
		out[i] = Shown{p.pane, p.box.x * v.zoom, p.box.y * v.zoom, p.box.w * v.zoom, p.box.h * v.zoom}
	}
	return out
}

// Word is a text on the pictures: its box, which is as high as its type is large. Lengths are CSS pixels.
type Word struct {
	Pane          PaneID
	Text          string
	X, Y, W, Size float64
	Above         bool // it lies over everything else, as what is said of a place that is pointed at
}

// Words lists all texts as they stand on the pictures.
func (v *View) Words() []Word {
	var out []Word
	for _, p := range v.places {
		for _, w := range p.said {
			w.Pane, w.X, w.Y, w.W, w.Size = p.pane, w.X*v.zoom, w.Y*v.zoom, w.W*v.zoom, w.Size*v.zoom
			out = append(out, w)
		}
	}
	return out
}

// Shows reports whether a picture stands on the screen.
func (v *View) Shows(id PaneID) bool {
	return slices.ContainsFunc(v.places, func(p place) bool { return p.pane == id })
}

// SetStage says which pictures matter now. One that the reader has pinned stays over them.
func (v *View) SetStage(s Stage) {
	if v.stage.Main != s.Main || v.stage.Half != s.Half || !slices.Equal(v.stage.Aside, s.Aside) {
		if s.Main == Update && v.stage.Main != Update {
			v.NewestUpdate() // from its beginning
		}
		v.stage, v.places = s, nil
	}
}
