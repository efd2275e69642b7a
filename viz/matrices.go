package viz

import (
	"fmt"
	"image"
	"math"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// wholeMatrices are those of a layer that are no neurons': attention's and the router's. The gains of the norms are
// rows of numbers around one, which no scale around zero shows.
func wholeMatrices(l *look.LayerValues) (out []look.Matrix) {
	if l == nil {
		return nil
	}
	for _, m := range l.Matrices {
		if m.Expert == look.None && m.Rows > 1 && len(m.Values) > 0 && len(m.Values) == m.Rows*m.Cols {
			out = append(out, m)
		}
	}
	return out
}

// matricesOf are those of the first network that answered.
func (v *View) matricesOf(nets []seen) []look.Matrix {
	for k := range nets {
		if m := wholeMatrices(nets[k].answer.Layer); nets[k].ok && len(m) > 0 {
			return m
		}
	}
	return nil
}

// The measures of a stack of matrices: the room for their names, what lies between them, and the least height of one.
const (
	matrixNames = 106.0
	matrixGap   = 7.0
	leastMatrix = 10.0
)

// matrices draws the matrices of a layer that every symbol meets, those of attention and the router, as heat maps below
// each other, of every network side by side.
func (v *View) matrices(b box) {
	in, layer := b, min(v.chosen.layer, v.rec.Experiment.Model.Layers-1)
	title := fmt.Sprintf("Inside layer %d: its matrices", layer+1)
	b = v.heading(b, title, v.briefly("A cell is a number of a matrix, a row an output, a column an input. Those of "+
		"the experts are seen by neuron.", "A cell is a number: a row an output."), "")
	b = v.chips(b, v.choicesOf(Inside))
	nets, why := v.lookInto(b.w, matrixNames+leastMosaic, v.insideQuestion())
	list := v.matricesOf(nets)
	if why == "" && len(list) == 0 {
		why = "There are no matrices of " + insideQuantities[v.chosen.quantity] + ": neurons are what is active."
	}
	if why != "" {
		v.vacant(b, why)
		return
	}
	rows, cols, high99 := 0, 1, float32(0)
	for k := range nets {
		for _, m := range wholeMatrices(nets[k].answer.Layer) {
			high99 = max(high99, sizeOf(m.Values, 0.99))
		}
	}
	most := v.ranged(high99)
	for _, m := range list {
		rows, cols = rows+m.Rows, max(cols, m.Cols)
	}
	v.scaleBar(box{b.x, b.y - 2, b.w, 12}, most)
	b.y, b.h = b.y+14, b.h-14
	width := (b.w - gap*float64(len(nets)-1)) / float64(len(nets))
	room := b.h - mosaicHead - float64(len(list))*matrixGap
	cell := v.whole(math.Max(math.Min(room/float64(max(rows, 1)), (width-matrixNames)/float64(cols)), 1/v.pen.scale))
	cell = math.Min(cell, 10)
	for k := range nets {
		n := &nets[k]
		at := box{v.snap(b.x + float64(k)*(width+gap)), v.snap(b.y), width, b.h}
		x := at.x
		if n.hue != style.Neutral {
			v.pen.mark(v.styles[n.arm], x+4, at.y+6, 4)
			x += headIndent
		}
		v.pen.text(v.fitting([]string{n.name}, width-headIndent, body), x, at.y+6, body, n.hue, left)
		v.stack(box{at.x, at.y + mosaicHead, at.w, at.h - mosaicHead}, in, nets, k, cell, most)
	}
}

// stack draws the matrices of one network.
func (v *View) stack(b, in box, nets []seen, k int, cell float64, most float32) {
	n := &nets[k]
	if !n.ok {
		v.pen.text(v.fitting([]string{n.why}, b.w, small), b.x, b.y+10, small, soft, left)
		return
	}
	y := b.y
	for i, m := range wholeMatrices(n.answer.Layer) {
		key := heatKey{n.arm, i}
		h := v.stacks[key]
		if h == nil {
			h = &heat{}
			v.stacks[key] = h
		}
		of := painted{layerKey{question: n.answer.Question, number: n.answer.Number, step: n.answer.Step}, most}
		if h.shows(of, m.Cols, m.Rows) {
			for at, x := range m.Values {
				h.set(at, x, most)
			}
			h.write()
		}
		tall := math.Max(cell*float64(m.Rows), leastMatrix)
		if y+tall/2+small/2 > b.y+b.h {
			return // there is no room for those that are left
		}
		at := box{v.snap(b.x + matrixNames), v.snap(y), cell * float64(m.Cols), tall}
		v.pen.text(v.fitting([]string{look.PartName(m.Part)}, matrixNames-8, small), b.x, y+tall/2, small, soft, left)
		v.pen.paste(h.image, image.Rect(0, 0, m.Cols, m.Rows), at)
		if v.over(at) {
			row := min(int((v.pointer.y-at.y)/at.h*float64(m.Rows)), m.Rows-1)
			v.exactCell(in, nets, i, row, min(int((v.pointer.x-at.x)/cell), m.Cols-1))
		}
		y += tall + matrixGap
	}
}

// heatKey is a matrix of an arm.
type heatKey struct{ arm, matrix int }

// exactCell writes one number of a matrix in every network.
func (v *View) exactCell(b box, nets []seen, i, row, col int) {
	var lines []line
	for k := range nets {
		all := wholeMatrices(nets[k].answer.Layer)
		if !nets[k].ok || i >= len(all) || row >= all[i].Rows || col >= all[i].Cols {
			continue
		}
		if lines == nil {
			part := record.Capital(look.PartName(all[i].Part))
			lines = append(lines, line{fmt.Sprintf("%s, row %d, column %d", part, row+1, col+1), ink})
		}
		lines = append(lines, line{nets[k].name + ": " + exact(all[i].Values[row*all[i].Cols+col]), nets[k].hue})
	}
	v.tip(b, lines)
}
