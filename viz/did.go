package viz

import (
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// whatItDid writes at the foot of a box what the newest widening of every arm did, arms to which it did the same in one
// line, and returns what is left of the box. Before any widening it writes nothing.
func (v *View) whatItDid(b box, step int) box {
	var groups []did
	for i := range v.rec.Tracks {
		p, ok := v.rec.ReportAt(i, step)
		if !ok || v.hides(i, step) {
			continue
		}
		d := did{Report: p, ratios: ratioCells(p, v.rec.RMSRatios(p))}
		k := slices.IndexFunc(groups, d.same)
		if k < 0 {
			k, groups = len(groups), append(groups, d)
		}
		groups[k].arms = append(groups[k].arms, i)
	}
	if len(groups) == 0 {
		return b
	}
	const pitch, between, enough = 15, 12, 75
	var table [][]string
	room := 0.0
	for level := 0; level <= shortest && room < enough; level++ {
		table = didTable(groups, level, valloss.Differ(v.rec.Experiment))
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
			v.pen.text(table[k][c], right-v.pen.width(table[k][c], small), y+pitch*float64(k), small,
				[2]color.RGBA{soft, ink}[min(k, 1)], left)
		}
		right -= v.column(table, c) + between
	}
	return b
}

// did is what a widening did to the arms that it treated alike.
type did struct {
	record.Report
	ratios [2]string // r before and after; and without the factor
	arms   []int
}

// same reports whether a widening did the same to two arms.
func (d did) same(o did) bool {
	return d.Step == o.Step && alike(d.ValLossBefore, o.ValLossBefore) && alike(d.ValLossAfter, o.ValLossAfter) &&
		alike(d.LogitError, o.LogitError) &&
		d.ParamsBefore == o.ParamsBefore && d.ParamsAfter == o.ParamsAfter && d.ratios == o.ratios
}

// alike reports whether two numbers are equal, or none of the two is one.
func alike(a, b float32) bool { return a == b || !record.Finite(a) && !record.Finite(b) }

// ratioCells are the mean RMS ratio before and after a widening, and as it would be without the factor.
func ratioCells(p record.Report, x record.RMSRatios) [2]string {
	unscaled := "–" // it was not measured, or there is nothing to leave out
	switch {
	case x.Factorless:
		unscaled = "already"
	case len(p.RMSUnscaled) > 0:
		unscaled = digits(x.Unscaled, 2)
	}
	return [2]string{digits(x.Before, 2) + " → " + digits(x.After, 2), unscaled}
}

// shortest is the level of [didTable] at which least is said.
const shortest = 6

// didTable has a head and a row for each of what widenings did; at higher levels it says less.
func didTable(groups []did, level int, steps bool) [][]string {
	table := make([][]string, len(groups)+1)
	add := func(head string, cell func(did) string) {
		table[0] = append(table[0], head)
		for k, g := range groups {
			table[k+1] = append(table[k+1], cell(g))
		}
	}
	switch {
	case level == 0:
		add("parameters", func(d did) string {
			return record.Thousands(d.ParamsBefore) + " → " + record.Thousands(d.ParamsAfter)
		})
	case level < 4:
		add("params", func(d did) string {
			return fmt.Sprintf("×%.3g", float64(d.ParamsAfter)/float64(d.ParamsBefore))
		})
	}
	if level < 3 {
		add("FLOPs", func(d did) string { return fmt.Sprintf("×%.3g", d.StepFLOPsAfter/d.StepFLOPsBefore) })
	}
	places, logits := 4, "logits moved"
	if level > 1 {
		places, logits = 3, "moved"
	}
	if level < 5 {
		add("loss", func(d did) string {
			return digits(d.ValLossBefore, places) + " → " + digits(d.ValLossAfter, places)
		})
	}
	if level < 6 {
		add(logits, func(d did) string { return moved(d.LogitError) })
	}
	add("mean r", func(d did) string { return d.ratios[0] })
	add("unscaled", func(d did) string { return d.ratios[1] })
	if steps {
		add("step", func(d did) string { return strconv.Itoa(d.Step) })
	}
	return table
}

// moved says by how much logits moved at most.
func moved(by float32) string {
	if !record.Finite(by) {
		return "to " + noNumber
	}
	return fmt.Sprintf("≤ %.2g", by)
}

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
