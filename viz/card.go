package viz

import (
	"fmt"
	"image"
	"math"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// tileRows are the names of a tile's rows.
var tileRows = [len(look.Parts)]string{"gate", "up", "down"}

// mosaic draws the tiles of one network; at is the neuron that is looked at.
func (v *View) mosaic(m mosaic, n *seen, l *layered, most float32, at tileAt) {
	y := m.at.y - mosaicHead + 6
	x := m.at.x
	if n.hue != style.Neutral {
		v.pen.mark(v.styles[n.arm], x+4, y, 4)
		x += headIndent
	}
	name := v.fitting([]string{n.name}, m.at.w-(x-m.at.x), body)
	v.pen.text(name, x, y, body, n.hue, left)
	if l == nil {
		v.pen.text(v.fitting([]string{n.why}, m.at.w, small), m.at.x, m.at.y+10, small, soft, left)
		return
	}
	x += v.pen.width(name, body) + 10
	if same, pairs := l.alike(); pairs > 0 && v.chosen.quantity != look.Activations {
		room := m.at.x + m.at.w - x
		v.pen.text(v.fitting([]string{fmt.Sprintf("%d of %d pairs equal bit for bit", same, pairs),
			fmt.Sprintf("%d of %d pairs equal", same, pairs), fmt.Sprintf("%d of %d equal", same, pairs), ""}, room,
			small), x, y, small, soft, left)
	}
	l.paint(most)
	linked := v.chosen.quantity != look.Activations
	for e := range l.experts {
		for s := range l.each {
			if l.slots[e*l.each+s] >= 0 {
				v.pen.paste(l.picture.image, image.Rect(0, (e*l.each+s)*l.high, l.wide, (e*l.each+s+1)*l.high),
					m.tile(e, s))
			}
		}
	}
	for e := range l.experts {
		if m.name > 0 {
			b := m.block(e)
			v.pen.text(v.fitting([]string{fmt.Sprintf("expert %d", e+1), fmt.Sprintf("E%d", e+1)}, b.w, small), b.x,
				b.y+m.name/2-1, small, soft, left)
		}
		for s := 1; s < l.coupled[e] && linked; s += 2 {
			if l.same(e, s-1, s) {
				b := m.tile(e, s)
				v.pen.rect(b.x-besideGap, b.y+b.h/2-1.5, besideGap, 3, stuck)
			}
		}
	}
	if l.neuron(at) >= 0 && v.size != aside {
		b := m.tile(at.expert, at.slot)
		v.rim(box{b.x - 2, b.y - 2, b.w + 4, b.h + 4}, 1.5, ink)
	}
}

// alike is how many pairs have equal bits, and how many there are.
func (l *layered) alike() (same, pairs int) {
	for e := range l.experts {
		for s := 1; s < l.coupled[e]; s += 2 {
			if pairs++; l.same(e, s-1, s) {
				same++
			}
		}
	}
	return same, pairs
}

// The measures of the large neuron: the least and the most height of one row of its cells, and what stands left and
// right of them.
const (
	cardRow    = 11.0
	cardHigh   = 18.0
	cardNames  = 40.0
	cardNumber = 82.0
)

// card draws the neuron that is looked at large, in every network, its copy below it, with their numbers.
func (v *View) card(b box, nets []seen, layers []*layered, places []mosaic, most float32, at tileAt, pointed bool) {
	legend := v.scaleBar(box{b.x, b.y, b.w, 12}, most)
	says, slots := v.namesOf(layers, at)
	switch hint := " Point at any; a click keeps it."; {
	case v.printed:
	case v.chosen.picked == at:
		says += ": kept. A click on it lets it go."
	case !pointed:
		says += "." + hint
	}
	v.pen.text(v.fitting([]string{says}, legend-b.x-10, body), b.x, b.y+6, body, ink, left)
	for k, x := range layers {
		if x.neuron(at) >= 0 {
			width := b.x + b.w - places[k].at.x
			if k+1 < len(places) {
				width = places[k+1].at.x - places[k].at.x - gap
			} else if k > 0 {
				width = places[k].at.x - places[k-1].at.x - gap
			}
			v.large(box{places[k].at.x, b.y + 18, width, b.h - 18}, x, nets[k].arm, at.expert, slots, most)
		}
	}
}

// overlaid draws the card over the tiles of one network, where there is no room for it below them: away from the
// neuron. A click on it lets the neuron go.
func (v *View) overlaid(b box, nets []seen, layers []*layered, places []mosaic, most float32, at tileAt) {
	says, slots := v.namesOf(layers, at)
	if slots == nil {
		return
	}
	tall := 30 + float64(layers[0].high)*((cardRow+1)*float64(len(slots))+4) + 16
	over := box{b.x, b.y + b.h - tall, b.w, tall}
	if t := places[0].tile(at.expert, at.slot); t.y+t.h > over.y {
		over.y = b.y - 6
	}
	v.pen.lift()
	v.pen.rect(over.x, over.y, over.w, over.h, faint)
	v.pen.rect(over.x+1, over.y+1, over.w-2, over.h-2, paper)
	v.pen.text(v.fitting([]string{says}, b.w-16, body), b.x+8, over.y+14, body, ink, left)
	v.first(over, func(point) { v.chosen.picked = tileAt{}; v.turned++ })
	v.large(box{b.x + 8, over.y + 26, b.w - 16, over.h - 26}, layers[0], nets[0].arm, at.expert, slots, most)
	v.pen.lower()
}

// namesOf says which neuron a tile is, with its copy, and the tiles of these; none where no network has it.
func (v *View) namesOf(layers []*layered, at tileAt) (says string, slots []int) {
	for _, l := range layers {
		n := l.neuron(at)
		if n < 0 {
			continue
		}
		slots = []int{at.slot}
		says = fmt.Sprintf("Neuron %d", n+1)
		if both := [2]int{at.slot &^ 1, at.slot | 1}; at.slot < l.coupled[at.expert] {
			slots = both[:]
			says = fmt.Sprintf("Neuron %d, below it its copy %d", l.neuron(tileAt{true, at.expert, both[0]})+1,
				l.neuron(tileAt{true, at.expert, both[1]})+1)
		}
		if l.experts > 1 {
			says += fmt.Sprintf(", of expert %d", at.expert+1)
		}
		return says, slots
	}
	return "", nil
}

// large draws a neuron of an arm and its copy, if there is one, as rows of cells, and leads to their next update.
func (v *View) large(b box, l *layered, arm, expert int, slots []int, most float32) {
	cell := math.Min((b.w-cardNames-cardNumber)/float64(l.wide), 14)
	if l.high == 1 {
		cell = math.Max(math.Min(b.w-cardNames-cardNumber, 40), 8)
	}
	if p := v.pitch(cell); p > 0 {
		cell = p
	}
	x, y := v.snap(b.x+cardNames), v.snap(b.y)
	n := float64(l.high * len(slots))
	high := v.whole(math.Min(math.Max((b.h-20-4*float64(l.high))/n-1, cardRow), cardHigh))
	for k := range l.high {
		what := "RMS "
		if l.high == 1 {
			v.pen.text("mean", b.x, y+high*float64(len(slots))/2, small, soft, left)
			what = ""
		} else {
			v.pen.text(tileRows[k], b.x, y+high*float64(len(slots))/2, small, soft, left)
		}
		for _, s := range slots {
			row := ((expert*l.each + s) * l.high) + k
			at := box{x, y, cell * float64(l.wide), high - 1}
			v.pen.paste(l.picture.image, image.Rect(0, row, l.wide, row+1), at)
			v.pen.text(what+three(rms(l.row(expert, s, k))), at.x+at.w+6, y+high/2-0.5, small, ink, left)
			if hit := int((v.pointer.x - at.x) / cell); l.wide > 1 && v.over(box{at.x, at.y, at.w, high}) &&
				hit < l.wide {
				v.tip(box{b.x, b.y - 60, b.w, b.h + 60}, []line{{fmt.Sprintf("%s, neuron %d, channel %d: %s",
					tileRows[k], l.slots[expert*l.each+s]+1, hit+1, exact(l.row(expert, s, k)[hit])), ink}})
			}
			y += high + 1
		}
		y += 4
	}
	room := b.w
	if !v.printed {
		const leads = "its next update ›"
		w := v.pen.width(leads, small)
		to := box{b.x + b.w - w - 6, y - 4, w + 6, 20}
		hue := v.styles[arm].Hue
		if v.over(to) {
			hue = ink
		}
		v.pen.text(leads, to.x+6, y+5, small, hue, left)
		neuron, twin := l.slots[expert*l.each+slots[0]], look.Twin
		if len(slots) == 2 {
			twin = l.slots[expert*l.each+slots[1]]
		}
		layer := l.of.question.Layer
		v.first(to, func(point) { v.OpenUpdate(arm, layer, expert, neuron, twin) })
		room -= w + 12
	}
	v.pen.text(v.fitting(l.active(expert, slots), room, small), b.x, y+5, small, soft, left)
}

// active says how often and how strongly neurons answer, in wordings of which each is shorter.
func (l *layered) active(expert int, slots []int) []string {
	if expert >= len(l.activations) {
		return []string{""}
	}
	a := l.activations[expert]
	if a.Tokens == 0 {
		return []string{"the expert got no symbol", "no symbol"}
	}
	var share, mean string
	for i, slot := range slots {
		n := l.slots[expert*l.each+slot]
		if n < 0 || n >= len(a.Mean) {
			continue
		}
		if i > 0 {
			share, mean = share+" and ", mean+" and "
		}
		share, mean = share+fmt.Sprintf("%.0f %%", 100*a.Active[n]), mean+rounded(a.Mean[n])
	}
	return []string{"active on " + share + " of the expert’s symbols, by " + mean + " in the mean",
		"active on " + share + " of the expert’s symbols", "active on " + share + " of its symbols",
		"active on " + share, share}
}

// rms is the root of the mean square of numbers.
func rms(x []float32) float32 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return float32(math.Sqrt(sum / float64(max(len(x), 1))))
}

// three is a number with three digits, whichever they are: for what stands below each other.
func three(x float32) string {
	if !record.Finite(x) {
		return noNumber
	}
	return fmt.Sprintf("%#.3g", x)
}

// rounded is a number with three digits, and exact one with all of them.
func rounded(x float32) string {
	if !record.Finite(x) {
		return noNumber
	}
	return strconv.FormatFloat(float64(x), 'g', 3, 32)
}

func exact(x float32) string {
	if !record.Finite(x) {
		return noNumber
	}
	return strconv.FormatFloat(float64(x), 'g', -1, 32)
}

// scaleBar draws the colours of the scale at the right of a box, with the numbers at its ends, and returns where it
// begins.
func (v *View) scaleBar(b box, most float32) float64 {
	low := "−" + rounded(most)
	if v.chosen.quantity == look.Activations || v.chosen.quantity == record.Moment2 {
		low = "0"
	}
	what := "99 % lie within"
	if v.chosen.fixed {
		what = "fixed"
	}
	return v.colours(b, low, rounded(most), what, low == "0")
}

// colours draws the colours between two numbers at the right of a box, or half of them, with a word below or before.
func (v *View) colours(b box, low, high, what string, half bool) float64 {
	const steps, wide = 24, 96.0
	x := b.x + b.w - v.pen.width(high, small)
	y := b.y + b.h/2
	v.pen.text(high, x, y, small, soft, left)
	x -= wide + 5
	for i := range steps {
		t := 2*float32(i)/(steps-1) - 1
		if half {
			t = float32(i) / (steps - 1)
		}
		v.pen.rect(x+float64(i)*wide/steps, y-5, wide/steps+0.3, 10, style.Diverging(t))
	}
	x -= 5 + v.pen.width(low, small)
	v.pen.text(low, x, y, small, soft, left)
	if w := v.pen.width(what, small) + 8; what != "" && x-w > b.x+b.w*0.4 {
		x -= w
		v.pen.text(what, x, y, small, soft, left)
	}
	return x
}
