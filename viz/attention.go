package viz

import (
	"fmt"
	"image"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// headQuestion asks for the attention that the reader chose.
func (v *View) headQuestion() look.Question {
	e, c := v.rec.Experiment, v.chosen
	return look.OneHead(min(c.layer, e.Model.Layers-1), min(c.head, e.Model.Heads-1), min(c.text, e.Task.Batch-1))
}

// attended is what any network that is looked into answered.
func (v *View) attended() *look.Attention {
	if v.looked == nil {
		return nil
	}
	arms, _ := v.insiders()
	for _, i := range arms {
		if a, ok := v.looked(i, v.headQuestion()); ok && a.Attention != nil {
			return a.Attention
		}
	}
	return nil
}

// What the picture of attention has below its tables: a line of symbols for each network.
const (
	readPitch  = 22.0
	leastTable = 150.0
)

// attention draws where every symbol of a sequence looks, in every network side by side: a table with a row for each
// symbol that looks and a column for each that is looked at. Below, one row of them as text.
func (v *View) attention(b box) {
	in := b
	q := v.headQuestion()
	title := fmt.Sprintf("Attention of layer %d, head %d", q.Layer+1, q.Head+1)
	b = v.heading(b, title, v.briefly("Each row is a symbol, and says where that symbol looks back to: the darker, "+
		"the more. A row sums to 1. Point at one to read it below.", "Each row: where a symbol looks back to."), "")
	if v.size != aside {
		b = v.chips(b, v.choicesOf(Attention))
	}
	nets, why := v.lookInto(b.w, leastTable, q)
	if why != "" {
		v.vacant(b, why)
		return
	}
	a := v.attended()
	if a == nil {
		for k := range nets {
			if nets[k].ok {
				a = nets[k].answer.Attention
			}
		}
	}
	n := len(a.Symbols)
	g := v.tablesOf(b, len(nets), n)
	query, key := v.queryOf(a), -1
	for k := range nets {
		if r, c, ok := g.under(k, v.pointer); ok && v.inside {
			query, key = r, min(c, r)
		}
	}
	for k := range nets {
		v.attends(g, k, &nets[k], query)
	}
	if v.size == aside {
		return
	}
	v.button(box{g.at.x, g.at.y, g.at.w, g.axis + g.side}, func(p point) {
		for k := range nets {
			if r, _, ok := g.under(k, p); ok {
				if v.chosen.query == r+1 {
					r = -1
				}
				v.chosen.query = r + 1
				v.turned++
			}
		}
	})
	y := g.at.y + mosaicHead + g.axis + g.side + 12
	v.read(box{b.x, y, b.w, b.y + b.h - y}, nets, query)
	if key >= 0 {
		v.exactLook(in, nets, query, key)
	}
}

// queryOf is the place of the symbol whose attention is read: the last, unless another was chosen.
func (v *View) queryOf(a *look.Attention) int {
	if c := v.chosen.query; c > 0 && c <= len(a.Symbols) {
		return c - 1
	}
	return len(a.Symbols) - 1
}

// tables is how tables of attention lie side by side.
type tables struct {
	at     box
	n      int     // symbols
	pitch  float64 // of cells
	axis   float64 // room for symbols left of and above the cells
	side   float64
	column float64 // from a table to the next
}

func (v *View) tablesOf(b box, count, n int) tables {
	g := tables{at: b, n: n}
	room := math.Min((b.w+gap)/float64(count)-gap, b.h-mosaicHead)
	if v.size != aside {
		room = math.Min(room, b.h-mosaicHead-readPitch*float64(count)-22)
	}
	if (room-16)/float64(n) >= 10 {
		g.axis, room = 16, room-16
	}
	g.pitch = v.pitch(math.Max(room, 8) / float64(n))
	g.side = g.pitch * float64(n)
	g.column = math.Min((b.w+gap)/float64(count), math.Max(g.axis+g.side, leastTable)+2*gap)
	if count == 1 {
		g.at.x += math.Max((b.w-g.axis-g.side)/2, 0)
	}
	return g
}

// cells is the place of a table's cells.
func (g tables) cells(k int) box {
	return box{g.at.x + float64(k)*g.column + g.axis, g.at.y + mosaicHead + g.axis, g.side, g.side}
}

// under is the row and the column of a table at a place.
func (g tables) under(k int, p point) (row, column int, ok bool) {
	c := g.cells(k)
	if !c.holds(p) {
		return 0, 0, false
	}
	return min(int((p.y-c.y)/g.pitch), g.n-1), min(int((p.x-c.x)/g.pitch), g.n-1), true
}

// attends draws the table of one network.
func (v *View) attends(g tables, k int, n *seen, query int) {
	c := g.cells(k)
	c.x, c.y = v.snap(c.x), v.snap(c.y)
	x, y := c.x-g.axis, g.at.y+6
	if n.hue != style.Neutral {
		v.pen.mark(v.styles[n.arm], x+4, y, 4)
		x += headIndent
	}
	v.pen.text(v.fitting([]string{n.name}, g.column-headIndent-8, body), x, y, body, n.hue, left)
	if !n.ok {
		v.pen.rect(c.x, c.y, c.w, c.h, quiet)
		v.pen.text(v.fitting([]string{n.why}, c.w, small), c.x+c.w/2, c.y+c.h/2, small, soft, center)
		return
	}
	a := n.answer.Attention
	t := v.attending[n.arm]
	if t == nil {
		t = &heat{}
		v.attending[n.arm] = t
	}
	key := layerKey{question: n.answer.Question, number: n.answer.Number, step: n.answer.Step}
	if size := len(a.Symbols); t.shows(key, size, size) {
		for i, p := range a.Probs {
			if i%size > i/size {
				t.blank(i) // nobody looks ahead
			} else {
				t.set(i, p, 1)
			}
		}
		t.write()
	}
	v.pen.paste(t.image, image.Rect(0, 0, g.n, g.n), c)
	if v.size != aside {
		at := c.y + float64(query)*g.pitch
		v.rim(box{c.x - 1.5, at - 1.5, float64(query+1)*g.pitch + 3, g.pitch + 3}, 1.5, ink)
	}
	if g.axis == 0 {
		return
	}
	size, every := v.lettersAlong(g.pitch)
	for i, s := range a.Symbols {
		at, hue := (float64(i)+0.5)*g.pitch, soft
		if i == query {
			hue = ink
		} else if i%every != 0 || i > query-every && i < query+every {
			continue // the one that looks has room
		}
		v.pen.text(v.symbol(s), c.x-8, c.y+at, size, hue, center)
		v.pen.text(v.symbol(s), c.x+at, c.y-8, size, soft, center)
	}
}

// symbol is one of a sequence as it can be seen.
func (v *View) symbol(s string) string {
	switch s {
	case " ":
		return "·"
	case "\n":
		return "¶"
	}
	return v.legible(s)
}

// read writes the sequence once for each network, up to the symbol that looks, on the shades of where it looks: as
// large as there is room.
func (v *View) read(b box, nets []seen, query int) {
	names := 0.0
	for k := range nets {
		names = math.Max(names, v.pen.width(nets[k].name, body))
	}
	names = math.Min(names+headIndent+12, b.w*0.3)
	each := math.Min(math.Max((b.w-names)/float64(query+1), 13), 46)
	pitch := math.Min(math.Max(b.h/float64(len(nets)), readPitch), math.Max(each*1.2+6, 36))
	size := math.Min(math.Max(each*0.6, body), 20)
	for k := range nets {
		n := &nets[k]
		y := b.y + pitch*(float64(k)+0.5)
		if !n.ok || y > b.y+b.h {
			continue
		}
		x := b.x
		if n.hue != style.Neutral {
			v.pen.mark(v.styles[n.arm], x+4, y, 4)
			x += headIndent
		}
		v.pen.text(v.fitting([]string{n.name, ""}, names-headIndent, body), x, y, body, n.hue, left)
		a := n.answer.Attention
		from := max(query+1-int((b.w-names-16)/each), 0)
		if (b.w-names)/each >= float64(query+1) {
			from = 0
		}
		if x = b.x + names; from > 0 {
			v.pen.text("…", x, y, small, soft, left)
			x += 14
		}
		for i := from; i <= query; i++ {
			p := a.Probs[query*len(a.Symbols)+i]
			v.pen.rect(x, y-pitch/2+2, each-1, pitch-4, style.Diverging(p))
			hue := ink
			if !(p <= 0.6) { // on what is dark, and what is no number is
				hue = paper
			}
			v.pen.text(v.symbol(a.Symbols[i]), x+each/2-0.5, y, size, hue, center)
			x += each
		}
		v.rim(box{x - each - 1, y - pitch/2 + 1, each + 1, pitch - 2}, 1.5, ink)
	}
}

// exactLook writes how much of its attention each network gives from one place to another.
func (v *View) exactLook(b box, nets []seen, query, key int) {
	var lines []line
	for k := range nets {
		n := &nets[k]
		if !n.ok {
			continue
		}
		a := n.answer.Attention
		if lines == nil {
			lines = append(lines, line{fmt.Sprintf("%s at place %d looks at %s at place %d", v.quotedAt(a, query),
				query+1, v.quotedAt(a, key), key+1), ink})
		}
		lines = append(lines, line{fmt.Sprintf("%s: %s", n.name, digits(a.Probs[query*len(a.Symbols)+key], 4)), n.hue})
	}
	v.tip(b, lines)
}

func (v *View) quotedAt(a *look.Attention, i int) string {
	r := []rune(a.Symbols[i])
	if len(r) != 1 {
		return strings.TrimSpace(a.Symbols[i])
	}
	return v.quoted(r[0])
}
