package figure

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot/plotter"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/statistics"
	"github.com/sparkling-lab/sparkling/viz/style"
	"github.com/sparkling-lab/sparkling/viz/valloss"
)

// runs are records of one experiment that differ in their seeds, at least one.
type runs []*record.Record

// first is the record that says what all share.
func (rs runs) first() *record.Record { return rs[0] }

// reading is one number of a curve.
type reading struct {
	x, y   float64
	marked bool
}

// curve is that of an arm: of one record as it was read, of several the means at what all of them have read. It is also
// which points are marked.
func (rs runs) curve(arm int, of func(r *record.Record, arm int) []reading) (plotter.XYer, []int) {
	type place struct {
		x   float64
		nth int // of the readings at it
	}
	values, marked := map[place][]float64{}, map[place]bool{}
	var order []place
	for _, r := range rs {
		nth := map[float64]int{}
		for _, p := range of(r, arm) {
			at := place{p.x, nth[p.x]}
			nth[p.x]++
			if values[at] == nil {
				order = append(order, at)
			}
			values[at] = append(values[at], p.y)
			marked[at] = marked[at] || p.marked
		}
	}
	var m Means
	var marks []int
	for _, at := range order {
		if len(values[at]) < len(rs) {
			continue
		}
		if marked[at] {
			marks = append(marks, len(m.XYs))
		}
		e := statistics.Estimated(values[at])
		m.XYs, m.Err = append(m.XYs, plotter.XY{X: at.x, Y: e.Mean}), append(m.Err, e.Err)
	}
	if len(rs) == 1 {
		return m.XYs, marks
	}
	return m, marks
}

// lines are the curves of a quantity of all arms.
func (rs runs) lines(title, y string, digits int, of func(r *record.Record, arm int) []reading) Lines {
	r := rs.first()
	l := Lines{Title: title, X: "step", Y: y}
	styles, names := style.Of(r.Experiment), names(r.Experiment)
	for i := range r.Tracks {
		s := Series{Name: names[i], Style: styles[i], Digits: digits}
		s.XYer, s.Marks = rs.curve(i, of)
		if rs.lost(i) > 0 {
			s.Word = record.Diverged.String()
		}
		l.Series = append(l.Series, s)
	}
	l.Events = rs.widenings(styles)
	return l
}

// frames reads a number of the frames that have it.
func frames(of func(record.ArmFrame) (float64, bool)) func(*record.Record, int) []reading {
	return func(r *record.Record, arm int) (out []reading) {
		for _, f := range r.Tracks[arm] {
			if y, ok := of(f); ok {
				out = append(out, reading{x: float64(f.Step), y: y})
			}
		}
		return out
	}
}

// lost is in how many runs an arm diverged.
func (rs runs) lost(arm int) (n int) {
	for _, r := range rs {
		if _, lost := r.Diverged(arm, r.Experiment.Steps); lost {
			n++
		}
	}
	return n
}

// ended is the mean of a number that each run has at its end, nil where one has none.
func (rs runs) ended(of func(*record.Record) (float64, bool)) *float64 {
	sum := 0.0
	for _, r := range rs {
		y, ok := of(r)
		if !ok {
			return nil
		}
		sum += y
	}
	sum /= float64(len(rs))
	return &sum
}

// seeds says which they are, in a sentence, and what the band around a mean is.
func (rs runs) seeds() string {
	if len(rs) == 1 {
		return rs.means()
	}
	return strings.TrimSuffix(rs.means(), ".") + ", with their standard errors as bands."
}

// means says which they are, where a mean has no band.
func (rs runs) means() string {
	if len(rs) == 1 {
		return fmt.Sprintf("Seed %d.", rs.first().Experiment.Seed)
	}
	return fmt.Sprintf("Means over the seeds %s.", rs.list())
}

// list are the seeds, ascending.
func (rs runs) list() string {
	var all []uint64
	for _, r := range rs {
		all = append(all, r.Experiment.Seed)
	}
	slices.Sort(all)
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", ", "), "[]")
}

// widenings mark every widening of every arm. Where arms widen at different steps their markers say which.
func (rs runs) widenings(styles []style.Style) []Event {
	r := rs.first()
	var out []Event
	arms := map[int]uint{} // by event; bit i is arm i
	differ := valloss.Differ(r.Experiment)
	for _, p := range r.Reports {
		k := slices.IndexFunc(out, func(e Event) bool { return e.X == float64(p.Step) })
		if k < 0 {
			k, out = len(out), append(out, Event{X: float64(p.Step), Words: "widened"})
		}
		if differ {
			arms[k] |= 1 << p.Arm
		}
	}
	for k := range out {
		for i, l := range styles {
			if arms[k]>>i&1 == 1 {
				out[k].Of = append(out[k].Of, l)
			}
		}
	}
	return out
}

// part is a curve between two places, with its marks.
func part(s Series, from, to float64) (plotter.XYer, []int) {
	var m Means
	spread, banded := s.XYer.(plotter.YErrorer)
	var marks []int
	for k := range s.points() {
		x, y := s.XY(k)
		if x < from || x > to {
			continue
		}
		if slices.Contains(s.Marks, k) {
			marks = append(marks, len(m.XYs))
		}
		m.XYs = append(m.XYs, plotter.XY{X: x, Y: y})
		if banded {
			_, up := spread.YError(k)
			m.Err = append(m.Err, up)
		}
	}
	if banded {
		return m, marks
	}
	return m.XYs, marks
}
