package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/figure"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// stateArms are the arms of copy-copy at Inner 2x, scaled, in the order of the figures' looks.
var stateArms = []string{
	reproduce.Small, reproduce.Copy, reproduce.Asym, reproduce.Sparkling, reproduce.Drop, reproduce.RewarmAll,
	reproduce.CopyRewarmNew, reproduce.CopyRewarmAll,
}

// drawnArms are the keys of all arms whose curves figures show.
func drawnArms() []string {
	out := slices.Clone(stateArms)
	for _, a := range reproduce.ComputeArms() {
		if !slices.Contains(out, a.Key) {
			out = append(out, a.Key)
		}
	}
	return out
}

// onTask is what names of figures end with that are about a task.
var onTask = map[string]string{task.KindText: "", task.KindFacts: "-facts"}

// show adds a figure if it has anything to show.
func show(d *document, f figure.Figure, ok bool) {
	if ok {
		d.add(picture{f})
	}
}

// forest draws the parts of a claim that are differences.
func (f Findings) forest(d *document, kind string, row []reproduce.Judgement) {
	var sets []figure.Intervals
	asides, gone := "", ""
	for _, j := range row {
		if j.Setting.Task != kind {
			continue
		}
		set := figure.Intervals{Title: j.Setting.Title(), X: "difference in nats " + f.base().Task.Words().Unit}
		for _, x := range j.Findings {
			if x.Part.Kind != reproduce.Below {
				continue
			}
			if x.Part.Aside {
				asides = " Ring, dashed: aside, not counted."
			}
			if x.NonFinite > 0 {
				gone = " A row without a mark has no number, because a run of it diverged."
			}
			set.Rows = append(set.Rows, interval(x.Part.Name, x, verdictLook[x.Verdict]))
		}
		if len(set.Rows) < 2 {
			return
		}
		sets = append(sets, set)
	}
	c := row[0].Claim
	fig, ok := figure.Forest(claimID(c)+onTask[kind], label(c.ID)+": "+c.Title,
		"Paired differences over the seeds (small dots), their mean and the interval by which the part is judged. "+
			"Left of zero is what the paper says. Diamond: agrees; square: disagrees; circle: open."+
			asides+gone, sets...)
	show(d, fig, ok)
}

// verdictLook tells verdicts apart by hue and marker.
var verdictLook = map[reproduce.Verdict]int{reproduce.Reproduces: 3, reproduce.DoesNot: 1, reproduce.NotResolved: 0}

func interval(name string, x reproduce.Finding, number int) figure.Interval {
	return figure.Interval{Name: name, Mean: x.Mean, Low: x.Low, High: x.High, Each: x.Each, Style: style.At(number),
		Aside: x.Part.Aside}
}

// onWindows says why the end of a curve is not the number in a table, where it is not.
func (f Findings) onWindows() string {
	e := f.base()
	if e.Task.LiveIsFull() {
		return "Of " + e.Task.Words().Fixed + "."
	}
	return fmt.Sprintf("On %d validation windows; the tables have the full validation split.", task.ValWindows)
}

// stateFigures are the curves of the arms that start from the same copies.
func (f Findings) stateFigures(d *document, kind string) {
	var losses, known, gaps, cosines []figure.Lines
	for _, s := range f.Settings {
		l := figure.Lines{Title: s.Title(), X: "step", Y: "validation loss"}
		n := figure.Lines{Title: s.Title(), X: "step", Y: f.base().Task.Words().Measure}
		g := figure.Lines{Title: s.Title(), X: "step", Y: "loss minus that of Copy", Zero: true}
		c := figure.Lines{Title: s.Title(), X: "step", Y: "weight cosine of originals and copies"}
		for number, a := range stateArms {
			curve := f.curve(s, a, func(r *reproduce.Result) []xy { return readings(r, 0.3) })
			curve.err = nil // eight bands would cover the curves; the differences have theirs
			l.Series = append(l.Series, curve.series(reproduce.NameOf(a), number, 3))
			count := f.curve(s, a, knownBy)
			n.Series = append(n.Series, count.series(reproduce.NameOf(a), number, 0))
			gap := f.gap(s, a)
			g.Series = append(g.Series, gap.series(reproduce.NameOf(a), number, 3))
			cos := f.curve(s, a, func(r *reproduce.Result) (out []xy) {
				for _, p := range drawnPairs(r) {
					out = append(out, xy{float64(p.Step), float64(p.Weight)})
				}
				return out
			})
			c.Series = append(c.Series, cos.series(reproduce.NameOf(a), number, 2))
			if len(cos.x) > 0 {
				at := []figure.Event{{X: cos.x[0], Words: "widened"}}
				l.Events, n.Events, g.Events, c.Events = at, at, at, at
			}
		}
		losses, known, gaps, cosines = append(losses, l), append(known, n), append(gaps, g), append(cosines, c)
	}
	words := f.base().Task.Words()
	if kind == task.KindFacts {
		fig, ok := figure.Curves("known"+onTask[kind], "How many facts a network knows", "Mean over seeds, with its "+
			"standard error as a band. "+f.onWindows(), known...)
		show(d, fig, ok)
	}
	fig, ok := figure.Curves("loss"+onTask[kind], words.Title,
		"Mean over seeds. "+f.onWindows()+" The next figure leaves out what arms of the same seed share.", losses...)
	show(d, fig, ok)
	fig, ok = figure.Curves("difference"+onTask[kind], "The same, minus Copy of the same seed",
		fmt.Sprintf("Mean over seeds with its standard error as a band; means over %d steps. %s Below zero is better "+
			"than copying everything.", record.DiffSteps, f.onWindows()), gaps...)
	show(d, fig, ok)
	fig, ok = figure.Curves("cosine"+onTask[kind], "Originals and copies come apart, or do not",
		"Mean over all pairs and seeds, with its standard error. Exactly 1 is the lock.", cosines...)
	show(d, fig, ok)
	f.blocks(d, kind)
}

type xy struct{ x, y float64 }

// curve is the mean of readings over seeds at each x.
type curve struct{ x, mean, err []float64 }

func (c curve) series(name string, number, digits int) figure.Series {
	return figure.Series{Name: name, Style: style.At(number), XYer: c.points(), Digits: digits}
}

// points are those of the curve, with what each may be off where that is known.
func (c curve) points() plotter.XYer {
	at := make(plotter.XYs, len(c.x))
	for i := range at {
		at[i] = plotter.XY{X: c.x[i], Y: c.mean[i]}
	}
	if c.err == nil {
		return at
	}
	return figure.Means{XYs: at, Err: c.err}
}

// curve gathers a curve of an arm over the seeds of a setting; an x counts where every seed has a number, so that the
// curve ends where a run diverged.
func (f Findings) curve(s reproduce.Setting, arm string, of func(*reproduce.Result) []xy) curve {
	at := map[float64][]float64{}
	var order []float64
	seeds := 0
	for _, seed := range f.Results.Seeds(s) {
		r, ok := f.Results.Of(s, seed, arm)
		if !ok {
			continue
		}
		seeds++
		for _, p := range of(r) {
			if math.IsNaN(p.y) || math.IsInf(p.y, 0) {
				continue
			}
			if at[p.x] == nil {
				order = append(order, p.x)
			}
			at[p.x] = append(at[p.x], p.y)
		}
	}
	var c curve
	for _, x := range order {
		if len(at[x]) == seeds {
			e := statistics.Estimated(at[x])
			c.x, c.mean, c.err = append(c.x, x), append(c.mean, e.Mean), append(c.err, e.Err)
		}
	}
	return c
}

// readings are the validation losses from a share of the steps on.
func readings(r *reproduce.Result, from float64) []xy {
	var out []xy
	for _, p := range r.ValLoss {
		if float64(p.Step) >= from*float64(r.ValLoss[len(r.ValLoss)-1].Step) {
			out = append(out, xy{float64(p.Step), float64(p.Loss)})
		}
	}
	return out
}

// knownBy are the right answers by step.
func knownBy(r *reproduce.Result) []xy {
	var out []xy
	for _, p := range r.ValLoss {
		out = append(out, xy{float64(p.Step), float64(p.Right)})
	}
	return out
}

// drawnPairs are the probes that figures show: every few steps, the first and the last.
func drawnPairs(r *reproduce.Result) []reproduce.Pairs {
	var out []reproduce.Pairs
	for i, p := range r.Pairs {
		if p.Step%experiment.ProbeEvery == 0 || i == 0 || i == len(r.Pairs)-1 {
			out = append(out, p)
		}
	}
	return out
}

// gap is the loss of an arm minus that of Copy with the same seed, smoothed as everywhere.
func (f Findings) gap(s reproduce.Setting, arm string) curve {
	other := map[*reproduce.Result]*reproduce.Result{}
	for _, seed := range f.Results.Seeds(s) {
		a, ok := f.Results.Of(s, seed, arm)
		b, ok2 := f.Results.Of(s, seed, reproduce.Copy)
		if ok && ok2 {
			other[a] = b
		}
	}
	return f.curve(s, arm, func(r *reproduce.Result) []xy {
		base := other[r]
		if base == nil || len(base.Pairs) == 0 {
			return nil
		}
		loss := map[int]float64{}
		for _, p := range base.ValLoss {
			loss[p.Step] = float64(p.Loss)
		}
		var out, raw []xy
		for _, p := range r.ValLoss {
			b, ok := loss[p.Step]
			if !ok || p.Step < base.Pairs[0].Step {
				continue
			}
			raw = append(raw, xy{float64(p.Step), float64(p.Loss) - b})
			sum, n := 0.0, 0
			for _, q := range raw {
				if q.x > float64(p.Step-record.DiffSteps) {
					sum, n = sum+q.y, n+1
				}
			}
			out = append(out, xy{float64(p.Step), sum / float64(n)})
		}
		return out
	})
}

// blocks shows what the widening does to the blocks, scaled and not, in the first setting.
func (f Findings) blocks(d *document, kind string) {
	s := f.Settings[0]
	var sets []figure.Ratios
	for _, a := range reproduce.SignalArms(model.Inner)[:4] {
		r := figure.Ratios{Title: a.Name, Style: style.At(pairLooks[a.Pair])}
		r.Before = f.means(s, a.Key, func(r *reproduce.Result) []reproduce.Number { return r.RatiosBefore })
		r.After = f.means(s, a.Key, func(r *reproduce.Result) []reproduce.Number { return r.RatiosAfter })
		if len(r.After) > 0 {
			sets = append(sets, r)
		}
	}
	fig, ok := figure.Blocks("rms"+onTask[kind], "What the widening does to the blocks", "RMS of what a block adds "+
		"over RMS of what enters it, mean over seeds; "+s.Title()+", Inner 2x. Ring: just before the widening. Dot: "+
		"just after.", sets...)
	show(d, fig, ok)
}

// spikes shows final losses over rises at the widening.
func (f Findings) spikes(d *document, name string, axis model.Axis) {
	var sets []figure.Cloud
	for _, s := range f.Settings {
		c := figure.Cloud{Title: s.Title(), X: "rise of the loss at the widening", Y: "final loss"}
		for _, a := range reproduce.SignalArms(axis) {
			rise := statistics.Estimated(f.Results.Values(s, a.Key, (*reproduce.Result).Spike))
			c.Spots = append(c.Spots, figure.Spot{Name: a.Name, X: rise.Mean, Y: f.losses(s, a.Key).Mean,
				Style: style.At(pairLooks[a.Pair]), Ring: !a.Scaled})
		}
		sets = append(sets, c)
	}
	fig, ok := figure.Scatter(name, "The rise at the widening and the loss at the end", "Means over seeds, all arms "+
		"under the whole recipe. Full: with the factor that keeps the RMS. Ring: without.", sets...)
	show(d, fig, ok)
}

// pairLooks tell the init pairs apart.
var pairLooks = []int{3, 1, 2, 4, 5}

// counts says what compute is.
func counts() string { return "Compute counts " + experiment.FLOPsCounted + "." }

// compute shows the loss over what it cost.
func (f Findings) compute(d *document, kind string) {
	var sets []figure.Lines
	for _, s := range f.Settings {
		l := figure.Lines{Title: s.Title(), X: "GFLOP of matrix products so far, the optimizer's too",
			Y: "validation loss"}
		for i, a := range reproduce.ComputeArms() {
			c := f.curve(s, a.Key, func(r *reproduce.Result) []xy {
				var out []xy
				for _, p := range r.ValLoss[len(r.ValLoss)/2:] {
					out = append(out, xy{p.FLOPs / 1e9, float64(p.Loss)})
				}
				return out
			})
			l.Series = append(l.Series, c.series(a.Name, []int{3, 2, 0}[i], 3))
		}
		sets = append(sets, l)
	}
	fig, ok := figure.Curves("compute"+onTask[kind], "The loss over what it cost, Inner 2x", "Second half of "+
		"each run; mean over seeds with its standard error. "+f.onWindows()+" The schedule of each run ends at "+
		"its own last step, so compare the ends. "+counts(), sets...)
	show(d, fig, ok)
}

// means are the means over seeds, element by element; NaN where one of a seed is no number. There are none where a run
// diverged before it had any.
func (f Findings) means(s reproduce.Setting, arm string, of func(*reproduce.Result) []reproduce.Number) []float64 {
	var columns [][]float64
	for _, seed := range f.Results.Seeds(s) {
		r, ok := f.Results.Of(s, seed, arm)
		if !ok {
			continue
		}
		row := of(r)
		if columns == nil {
			columns = make([][]float64, len(row))
		}
		if len(row) != len(columns) {
			return nil
		}
		for k, v := range row {
			columns[k] = append(columns[k], float64(v))
		}
	}
	var out []float64
	for _, c := range columns {
		out = append(out, statistics.Estimated(c).Mean)
	}
	return out
}
