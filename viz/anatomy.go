package viz

import (
	"fmt"
	"image/color"
	"math"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// anatomy is what a network consists of, and how much of it is drawn: of so many layers and experts one, neurons and
// channels several as one.
type anatomy struct {
	Layers, Experts, TopK   int
	Inner, Hidden           int // neurons of an expert, and channels of the stream
	layers, experts         int // that are drawn
	everyLayer, everyExpert int
	dots, each              int  // of an expert: dots drawn, and neurons a dot stands for
	lines, channels         int  // of the stream: lines drawn, and channels a line stands for
	broad                   bool // the stream is drawn so, because it is widened in some arm
}

// anatomyOf is that of an arm after so many updates, before the widening at that step.
func anatomyOf(e experiment.Experiment, arm, step int) anatomy {
	c := e.ShapeAt(arm, step)
	_, broad := widenedAxes(e)
	return anatomy{Layers: c.Layers, Experts: c.Experts, TopK: c.TopK, Inner: c.Inner, Hidden: c.Hidden, broad: broad}
}

// says what the network consists of, in one sentence.
func (a anatomy) says() string {
	inside := "attention and " + plural(a.Inner, "neuron")
	if a.Experts > 1 {
		inside = fmt.Sprintf("attention and %d experts, %d of them for each symbol; %s each", a.Experts, a.TopK,
			plural(a.Inner, "neuron"))
	}
	return fmt.Sprintf("%s of %s.", plural(a.Layers, "layer"), inside)
}

// brief says the same in a few words.
func (a anatomy) brief() string {
	if a.Experts == 1 {
		return plural(a.Layers, "layer")
	}
	return fmt.Sprintf("%s, %d experts each", plural(a.Layers, "layer"), a.Experts)
}

// omits says what of the network is not drawn, or is drawn as one.
func (a anatomy) omits() string {
	s := ""
	if a.everyLayer > 1 {
		s += fmt.Sprintf(" One of %d layers is shown.", a.everyLayer)
	}
	if a.everyExpert > 1 {
		s += fmt.Sprintf(" One of %d experts is shown.", a.everyExpert)
	}
	if a.each > 1 {
		s += fmt.Sprintf(" A dot stands for %d neurons.", a.each)
	}
	if a.broad && a.channels > 1 {
		s += fmt.Sprintf(" A line stands for %d channels.", a.channels)
	}
	return s
}

// What can be told apart, in CSS pixels: the height of a layer, the width of an expert and of a neuron's place; and the
// dots of a picture before it becomes costly.
const (
	leastLayer    = 19
	leastExpert   = 7
	leastNeuron   = 4.2
	mostNeurons   = 1600
	tallerThanDot = 1.8 // a neuron's place, which may have to hold a pair, above its width
)

// fit chooses what is drawn of a network in a place of that size, beside others.
func (a *anatomy) fit(b box, networks int) {
	f := a.frame(b, 1)
	some := func(n int, room float64) (drawn, every int) {
		every = max(1, int(math.Ceil(float64(n)/math.Max(room, 1))))
		return (n + every - 1) / every, every
	}
	a.layers, a.everyLayer = some(a.Layers, math.Floor(f.layers.h/leastLayer))
	a.experts, a.everyExpert = some(a.Experts, math.Floor(f.blocks.w/leastExpert))
	a.lines, a.channels = some(a.Hidden, math.Min(f.stream.w/4, 16))
	place := a.frame(b, a.layers).expert(0, 0, a.experts)
	most := max(1, mostNeurons/(a.layers*a.experts*networks))
	for a.dots = min(a.Inner, most); ; a.dots = (a.dots + 1) / 2 {
		w, h := tiled(a.dots, place.w, place.h).size(place)
		if a.dots == 1 || w >= leastNeuron && h >= leastNeuron*tallerThanDot {
			break
		}
	}
	a.each = (a.Inner + a.dots - 1) / a.dots
	a.dots = (a.Inner + a.each - 1) / a.each
}

// tiles are places in columns and rows.
type tiles struct{ columns, rows int }

// size is that of a tile where they fill a box, and at the middle of one of them.
func (t tiles) size(b box) (w, h float64) { return b.w / float64(t.columns), b.h / float64(t.rows) }
func (t tiles) at(b box, k int) point {
	w, h := t.size(b)
	return point{b.x + w*(float64(k%t.columns)+0.5), b.y + h*(float64(k/t.columns)+0.5)}
}

// tiled are the columns and rows in which n places are largest, few of them empty.
func tiled(n int, w, h float64) (t tiles) {
	best := -1.0
	for c := 1; c <= n; c++ {
		r := (n + c - 1) / c
		full := float64(n) / float64(c*r)
		if size := math.Min(w/float64(c), h/float64(r)/tallerThanDot) * full * full; size > best+1e-9 {
			best, t = size, tiles{c, r}
		}
	}
	return t
}

// bones are the places of what a network consists of.
type bones struct {
	out, in        box // what comes out on top, and what goes in at the bottom
	stream         box // the residual stream, from the bottom to the top
	layers, blocks box // all layers; what stands beside the stream
	pitch          float64
}

// frame is where they stand in a network of so many layers.
func (a anatomy) frame(b box, layers int) bones {
	tile := clamp(0.075*b.h, 12, 26)
	space := clamp(0.03*b.h, 4, 14)
	stream := box{b.x, b.y + tile + space, clamp(0.07*b.w, 7, 34), b.h - 2*(tile+space)}
	if a.broad {
		stream.w = clamp(0.2*b.w, 16, 100)
	}
	side := clamp(0.045*b.w, 5, 30)
	x := stream.x + stream.w + side
	all := box{x, stream.y + space, math.Max(b.x+b.w-x, 8), math.Max(stream.h-2*space, 10)}
	return bones{out: box{b.x, b.y, b.w, tile}, in: box{b.x, b.y + b.h - tile, b.w, tile}, stream: stream,
		layers: box{b.x, all.y, b.w, all.h}, blocks: all, pitch: all.h / float64(layers)}
}

// layer is the place of a layer's blocks; the first is at the bottom.
func (f bones) layer(l int) box {
	return box{f.blocks.x, f.blocks.y + f.blocks.h - float64(l+1)*f.pitch, f.blocks.w, f.pitch}
}

// attention is the place of a layer's attention, in its lower part.
func (f bones) attention(l int) box {
	b := f.layer(l)
	h := clamp(0.17*b.h, 4, 28)
	if b.h >= 44 {
		h = math.Max(h, 12) // its name
	}
	return box{b.x, b.y + b.h - h - 0.06*b.h, b.w, h}
}

// expert is the place of an expert, one of several in a row, above the attention.
func (f bones) expert(l, k, n int) box {
	b, low := f.layer(l), f.attention(l)
	space := clamp(0.012*b.w, 2, 10)
	w := (b.w - space*float64(n-1)) / float64(n)
	y := b.y + 0.08*b.h
	return box{b.x + (w+space)*float64(k), y, w, math.Max(low.y-0.11*b.h-y, 4)}
}

func clamp(x, low, high float64) float64 { return math.Min(math.Max(x, low), high) }

// drawing is a network as it is drawn: what is known of it, and how far its newest widening has grown, from 0 to 1.
type drawing struct {
	anatomy
	hue      color.RGBA
	named    bool // with the names of the layers
	load     []float32
	pairs    []record.PairGroup // nil where they were not measured
	widened  bool
	wide     anatomy // what it is widened to
	widening experiment.Widening
	grown    float64
	lying    [2]tiles // the neurons of an expert, alone and beside other networks,
	apart    float64  // and how much of the second
}

// behind reports whether another network may lie over it, through which its words would be seen.
func (d drawing) behind() bool { return !d.named && d.apart > 0 && d.apart < 1 }

// drawing draws a network into a place.
func (v *View) drawing(b box, d drawing) {
	f := d.frame(b, d.layers)
	v.symbols(f, d)
	v.stream(f, d)
	for l := range d.layers {
		layer, low := l*d.everyLayer, f.attention(l)
		v.tap(f, low.y+low.h/2, low.y+low.h*0.2, f.blocks.x)
		v.block(low)
		if low.h >= 12 && !d.behind() {
			name := v.fitting([]string{"attention", ""}, low.w-6, small)
			v.pen.text(name, low.x+low.w/2, low.y+low.h/2-0.5, small, soft, center)
		}
		first, last := f.expert(l, 0, d.experts), f.expert(l, d.experts-1, d.experts)
		under, over := first.y+first.h+0.05*f.pitch, first.y-0.05*f.pitch
		v.tap(f, under, over, last.x+last.w/2)
		for k := range d.experts {
			expert, e := k*d.everyExpert, f.expert(l, k, d.experts)
			v.pen.segment(point{e.x + e.w/2, under}, point{e.x + e.w/2, over}, 1, faint)
			v.block(e)
			v.load(e, d, layer, expert)
			v.neurons(e, d, layer, expert, f)
		}
		if d.named && f.pitch > nameHeight {
			name := fmt.Sprintf("layer %d", layer+1)
			v.pen.text(name, b.x-6, f.layer(l).y+f.pitch/2, small, soft, right)
		}
	}
	v.exactNetwork(b, f, d)
}

// block draws the outline of a block.
func (v *View) block(b box) {
	v.pen.rect(b.x, b.y, b.w, b.h, faint)
	v.pen.rect(b.x+1, b.y+1, b.w-2, b.h-2, quiet)
}

// tap draws what a block takes from the stream, at a height, and what it adds to it, at another.
func (v *View) tap(f bones, from, to, until float64) {
	x := f.stream.x + f.stream.w
	v.pen.segment(point{x, from}, point{until, from}, 1, faint)
	v.pen.segment(point{until, to}, point{x, to}, 1, faint)
	if size := math.Min(3.5, (f.blocks.x-x)/2); size > 1.5 {
		v.pen.polygon([]point{{x, to}, {x + size*1.4, to - size}, {x + size*1.4, to + size}}, stuck)
	}
}

// load draws how many of the symbols an expert works on: a bar at its foot that is full where it gets all.
func (v *View) load(b box, d drawing, layer, expert int) {
	k := layer*d.Experts + expert
	if d.Experts == 1 || k >= len(d.load) || b.h < 12 || !record.Finite(d.load[k]) {
		return
	}
	h := clamp(0.05*b.h, 2, 4)
	v.pen.rect(b.x+1, b.y+b.h-1-h, b.w-2, h, rule)
	v.pen.rect(b.x+1, b.y+b.h-1-h, (b.w-2)*clamp(float64(d.load[k])*float64(d.TopK), 0, 1), h, stuck)
}

// symbols draws what goes in at the bottom and what comes out on top.
func (v *View) symbols(f bones, d drawing) {
	example := v.rec.Experiment.Task.Example()
	middle := f.stream.x + f.stream.w/2
	row := func(b box, symbols []string, words []string) {
		side := b.h
		x := math.Max(middle-side*float64(len(symbols))/2-float64(len(symbols)-1), b.x)
		for _, s := range symbols {
			v.block(box{x, b.y, side, side})
			if !d.behind() {
				v.pen.text(s, x+side/2, b.y+side/2-0.5, math.Max(math.Min(body, side-2), v.finest()), ink,
					center)
			}
			x += side + 2
		}
		if !d.named {
			return
		}
		x += 6
		v.pen.text(v.fitting(words, b.x+b.w-x, small), x, b.y+side/2, small, soft, left)
	}
	row(f.in, example.In, example.Read)
	row(f.out, []string{example.Out}, example.Said)
	v.pen.segment(point{middle, f.in.y}, point{middle, f.out.y + f.out.h}, 1, faint)
	size := math.Min(3.5, f.stream.w/2)
	y := f.out.y + f.out.h
	v.pen.polygon([]point{{middle, y}, {middle - size, y + size*1.4}, {middle + size, y + size*1.4}}, stuck)
}
