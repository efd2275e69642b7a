package viz

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// did writes at the foot of a box what the newest widening of every arm did, arms to which it did the same in one line, and returns what is
// left of the box. Before any widening it writes nothing.
func (v *View) did(b box, step int) box {
	type group struct {
		record.Report
		arms []int
	}
	var groups []group
	for i := range v.rec.Tracks {
		p, ok := v.rec.ReportAt(i, step)
		if !ok {
			continue
		}
		k := 0
		for k < len(groups) && !same(groups[k].Report, p) {
			k++
		}
		if k == len(groups) {
			groups = append(groups, group{Report: p})
		}
		groups[k].arms = append(groups[k].arms, i)
	}
	if len(groups) == 0 {
		return b
	}
	const pitch, between = 15, 12
	table := [][]string{{"parameters", "FLOPs", "loss", "logits moved"}}
	for _, g := range groups {
		table = append(table, []string{
			thousands(g.ParamsBefore) + " → " + thousands(g.ParamsAfter), fmt.Sprintf("×%.3g", g.StepFLOPsAfter/g.StepFLOPsBefore),
			digits(g.ValLossBefore, 4) + " → " + digits(g.ValLossAfter, 4), moved(g.LogitError),
		})
	}
	if valloss.Differ(v.rec.Experiment) {
		table[0] = append(table[0], "step")
		for k, g := range groups {
			table[k+1] = append(table[k+1], strconv.Itoa(g.Step))
		}
	}
	room := b.w - v.columns(table, between)
	if room < 90 {
		table[0][0] = "params"
		for k, g := range groups {
			table[k+1][0] = fmt.Sprintf("×%.3g", float64(g.ParamsAfter)/float64(g.ParamsBefore))
		}
		room = b.w - v.columns(table, between)
	}
	b.h -= pitch * float64(len(table))
	y := b.y + b.h + pitch/2
	v.pen.text(v.fitting([]string{"What the widening did", "The widening", ""}, room, small), b.x, y, small, soft, left)
	for k, g := range groups {
		x, y, hue := b.x, y+pitch*float64(k+1), ink
		var all []string
		for _, i := range g.arms {
			v.pen.mark(v.styles[i], x+4, y, 3.4)
			x += 11
			all = append(all, v.names[i])
		}
		names := []string{strings.Join(all, ", ")}
		switch {
		case len(all) == 1:
			hue = v.styles[g.arms[0]].Hue
		case len(groups) == 1:
			names = append(names, "all of them", "all")
		}
		names = append(names, "") // the marks say whose
		v.pen.text(v.fitting(names, b.x+room-x-4, small), x+2, y, small, hue, left)
	}
	right := b.x + b.w
	for c := len(table[0]) - 1; c >= 0; c-- {
		for k := range table {
			v.pen.text(table[k][c], right-v.pen.width(table[k][c], small), y+pitch*float64(k), small, [2]color.RGBA{soft, ink}[min(k, 1)], left)
		}
		right -= v.column(table, c) + between
	}
	return b
}

// moved says by how much logits moved at most.
func moved(by float32) string {
	if !record.Finite(by) {
		return "to " + noNumber
	}
	return fmt.Sprintf("≤ %.2g", by)
}

// same reports whether a widening did the same to two arms.
func same(a, b record.Report) bool {
	return a.Step == b.Step && alike(a.ValLossBefore, b.ValLossBefore) && alike(a.ValLossAfter, b.ValLossAfter) && alike(a.LogitError, b.LogitError) &&
		a.ParamsBefore == b.ParamsBefore && a.ParamsAfter == b.ParamsAfter
}

// alike reports whether two numbers are equal, or none of the two is one.
func alike(a, b float32) bool { return a == b || !record.Finite(a) && !record.Finite(b) }

// columns is the width of a table's columns with some space before each, and column that of one.
func (v *View) columns(table [][]string, space float64) float64 {
	sum := 0.0
	for c := range table[0] {
		sum += v.column(table, c) + space
	}
	return sum
}

func (v *View) column(table [][]string, c int) float64 {
	w := 0.0
	for _, row := range table {
		w = max(w, v.pen.width(row[c], small))
	}
	return w
}

// thousands writes a count with a comma after every three digits.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
