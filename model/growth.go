package model

// Growth remembers how wide an axis was at each stage: index 0 is the start, and every widening appends the new width
// of both axes, changed or not. A coordinate's age is the stage at which it came; an element's age is that of its
// younger coordinate, so that "new parameters" are new rows, new columns, or both.
type Growth struct {
	Inner, Hidden []int
	// ByTensor numbers the ages of runs tensor by tensor, tensor·Stages + age, for rates that differ between tensors.
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

// Stages is the number of ages: 1 plus the number of widenings.
func (g Growth) Stages() int { return len(g.Inner) }

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

// age of coordinate i on an axis with the given widths by stage.
func age(widths []int, i int) int {
	for k, n := range widths {
		if i < n {
			return k
		}
	}
	return 0
}

// Run is a stretch of the arena whose elements have one age.
type Run struct{ From, To, Age int }

// Runs cuts the whole arena into stretches of equal age, neighbours merged.
func (g Growth) Runs(t *Table) []Run {
	var runs []Run
	for i := range t.Tensors {
		for _, r := range g.TensorRuns(t.Tensors[i]) {
			runs = appendRun(runs, r)
		}
	}
	return runs
}

// TensorRuns cuts one tensor, at arena offsets.
func (g Growth) TensorRuns(x Tensor) []Run {
	rows, cols := g.of(x.Rows.Axis), g.of(x.Cols.Axis)
	var runs []Run
	at, first := x.Off, 0
	if g.ByTensor {
		first = x.Index * g.Stages()
	}
	for range x.Experts {
		for i := range x.Rows.Size {
			old := age(rows, i)
			for j := 0; j < x.Cols.Size; {
				a, end := age(cols, j), x.Cols.Size
				if cols != nil {
					end = min(end, cols[a])
				}
				runs = appendRun(runs, Run{at + j, at + end, first + max(old, a)})
				j = end
			}
			at += x.Cols.Size
		}
	}
	return runs
}

func appendRun(runs []Run, r Run) []Run {
	if n := len(runs); n > 0 && runs[n-1].Age == r.Age && runs[n-1].To == r.From {
		runs[n-1].To = r.To
		return runs
	}
	return append(runs, r)
}
