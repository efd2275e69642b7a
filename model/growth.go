package model

import "fmt"

// Growth remembers how wide an axis was at each stage: index 0 is the start, and every widening appends the new width
// of both axes, changed or not. A coordinate's stage is that at which it came; an element's stage is that of its
// younger coordinate, so that "new parameters" are new rows, new columns, or both.
type Growth struct {
	Inner, Hidden []int
	// ByTensor numbers the stages of segments tensor by tensor, tensor·Stages + stage, for rates that differ between
	// tensors.
	ByTensor bool
}

// NewGrowth is a network that was never widened.
func NewGrowth(c Config) Growth { return Growth{Inner: []int{c.Inner}, Hidden: []int{c.Hidden}} }

// Widen is the growth after a widening to the shape c.
func (g Growth) Widen(c Config) Growth {
	g.Inner = append(g.Inner[:len(g.Inner):len(g.Inner)], c.Inner)
	g.Hidden = append(g.Hidden[:len(g.Hidden):len(g.Hidden)], c.Hidden)
	return g
}

// Stages is the number of growth stages: 1 plus the number of widenings.
func (g Growth) Stages() int { return len(g.Inner) }

// Stage is that at which a coordinate of an axis came; 0 on an axis that does not grow.
func (g Growth) Stage(a Axis, coordinate int) int { return stageOf(g.of(a), coordinate) }

// of is the widths of an axis by stage, nil for axes that do not grow.
func (g Growth) of(a Axis) []int {
	switch a {
	case Inner:
		return g.Inner
	case Hidden:
		return g.Hidden
	}
	return nil
}

// stageOf is the stage at which coordinate i came, on an axis with the given widths by stage; 0 on one that does not
// grow.
func stageOf(widths []int, i int) int {
	for k, n := range widths {
		if i < n {
			return k
		}
	}
	return 0
}

// fits panics where a side of a tensor is wider than its axis ever was: its coordinates have come at no stage.
func (g Growth) fits(x Tensor) {
	for _, d := range []Dim{x.Rows, x.Cols} {
		if w := g.of(d.Axis); w != nil && d.Size > w[len(w)-1] {
			panic(fmt.Sprintf("model: %s is %d wide on axis %s, which has grown to %d", x.Name(0), d.Size, d.Axis,
				w[len(w)-1]))
		}
	}
}

// Segment is a part of the arena whose elements have one growth stage.
type Segment struct{ From, To, Stage int }

// Segments cuts the whole arena into parts of equal stage, neighbours merged.
func (g Growth) Segments(t *Table) []Segment {
	var segments []Segment
	for i := range t.Tensors {
		for _, r := range g.TensorSegments(t.Tensors[i]) {
			segments = appendSegment(segments, r)
		}
	}
	return segments
}

// TensorSegments cuts one tensor, at arena offsets. It panics where the tensor is wider than this growth.
func (g Growth) TensorSegments(x Tensor) []Segment {
	g.fits(x)
	rows, cols := g.of(x.Rows.Axis), g.of(x.Cols.Axis)
	var segments []Segment
	at, first := x.Off, 0
	if g.ByTensor {
		first = x.Index * g.Stages()
	}
	for range x.Experts {
		for i := range x.Rows.Size {
			old := stageOf(rows, i)
			for j := 0; j < x.Cols.Size; {
				a, end := stageOf(cols, j), x.Cols.Size
				if cols != nil {
					end = min(end, cols[a])
				}
				segments = appendSegment(segments, Segment{at + j, at + end, first + max(old, a)})
				j = end
			}
			at += x.Cols.Size
		}
	}
	return segments
}

func appendSegment(segments []Segment, r Segment) []Segment {
	if n := len(segments); n > 0 && segments[n-1].Stage == r.Stage && segments[n-1].To == r.From {
		segments[n-1].To = r.To
		return segments
	}
	return append(segments, r)
}
