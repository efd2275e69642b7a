package lecture

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/figure"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Figures are those of the slides, each as large as it is shown there, or smaller: its type is then larger.
func (n *Numbers) Figures() ([]figure.Figure, error) {
	var out []figure.Figure
	for _, draw := range []func() (figure.Figure, bool){
		n.puzzle, n.jumpSpots, n.jumpRanks, n.equalCompute,
		func() (figure.Figure, bool) { return n.worth("worth-text", task.KindText) },
		func() (figure.Figure, bool) { return n.worth("worth-facts", task.KindFacts) },
		func() (figure.Figure, bool) { return n.against("against-text", task.KindText) },
		func() (figure.Figure, bool) { return n.against("against-facts", task.KindFacts) },
	} {
		f, ok := draw()
		if !ok {
			return nil, fmt.Errorf("there is nothing to draw in %s", f.Name)
		}
		out = append(out, f)
	}
	return out, nil
}

// sized is a figure of so many pixels.
func sized(f figure.Figure, ok bool, width, height int) (figure.Figure, bool) {
	return f.In(figure.Options{For: figure.Projector, Bare: true, Width: width, Height: height}), ok
}

// Numbers of the looks of arms, as [style.At] counts, and of verdicts, which the report's figures have too.
const (
	ofSmall, ofCopy, ofAsymmetric, ofSparkling = 0, 1, 2, 3
)

var verdictLook = map[reproduce.Verdict]int{
	reproduce.Reproduces: ofSparkling, reproduce.DoesNot: ofCopy, reproduce.NotResolved: ofSmall,
}

// nats are what losses are counted in on a task.
var nats = map[string]string{task.KindText: "nats a character", task.KindFacts: "nats an answer"}

// settings are those of a task.
func (n *Numbers) settings(kind string) (of []reproduce.Setting) {
	for _, s := range n.findings.Settings {
		if s.Task == kind {
			of = append(of, s)
		}
	}
	return of
}

// estimated is the row of a mean over the seeds, with its usual interval.
func estimated(name string, each []float64, look int) figure.Interval {
	e := statistics.Estimated(each)
	low, high := e.Interval(reproduce.Confidence)
	return figure.Interval{Name: name, Mean: e.Mean, Low: low, High: high, Each: each, Style: style.At(look)}
}

// judgedRow is the row of a part of a claim, with the interval and the look of its verdict.
func judgedRow(name string, f reproduce.Finding) figure.Interval {
	return figure.Interval{Name: name, Mean: f.Mean, Low: f.Low, High: f.High, Each: f.Each,
		Style: style.At(verdictLook[f.Verdict])}
}

// said is a number beside a row; what was not measured says nothing.
func said(of func(float64, int) (string, error), x float64, digits int) string {
	s, err := of(x, digits)
	if err != nil {
		return ""
	}
	return s
}

// puzzle is what the networks of the slides' first experiment know in the end.
func (n *Numbers) puzzle() (figure.Figure, bool) {
	all := n.settings(task.KindFacts)[0]
	facts := float64(all.Experiment().Task.Questions())
	set := figure.Intervals{X: "facts known, of " + said(decimal, facts, 0), Marks: []float64{facts}}
	for look, arm := range []string{reproduce.Small, reproduce.Copy, reproduce.Asym, reproduce.Sparkling} {
		row := estimated(reproduce.NameOf(arm), n.findings.Results.Values(all, arm, (*reproduce.Result).Known), look)
		row.Bar, row.Says = true, said(decimal, row.Mean, 0)
		set.Rows = append(set.Rows, row)
	}
	f, ok := figure.Forest("puzzle", "What the networks know", "Means over the seeds (small dots) with intervals.", set)
	return sized(f, ok, 860, 600)
}

// worth is what each of the two parts of the method does to the final loss on a task.
func (n *Numbers) worth(name, kind string) (figure.Figure, bool) {
	set := figure.Intervals{Title: reproduce.TaskTitle(kind), X: nats[kind]}
	for _, part := range []struct {
		name, arm, other string
		look             int
	}{
		{"Reset", reproduce.Asym, reproduce.Copy, ofAsymmetric},
		{"Re-warmup", reproduce.Sparkling, reproduce.Asym, ofSparkling},
	} {
		for _, s := range n.settings(kind) {
			row := estimated(part.name+", "+s.Name, n.lower(s, part.arm, part.other), part.look)
			row.Says = said(signed, row.Mean, lossDigits)
			set.Rows = append(set.Rows, row)
		}
	}
	f, ok := figure.Forest(name, "What each part is worth", "Paired differences over the seeds (small dots), their "+
		"mean and its 95 % interval. Left of zero is better.", set)
	return sized(f, ok, 800, 560)
}

// against is the run that re-warms everything beside the method, on a task.
func (n *Numbers) against(name, kind string) (figure.Figure, bool) {
	set := figure.Intervals{Title: reproduce.TaskTitle(kind), X: nats[kind]}
	for _, s := range n.settings(kind) {
		row := estimated(s.Name, n.lower(s, reproduce.RewarmAll, reproduce.Sparkling), ofSmall)
		switch {
		case row.High < 0:
			row.Style = style.At(verdictLook[reproduce.DoesNot])
		case row.Low > 0:
			row.Style = style.At(verdictLook[reproduce.Reproduces])
		}
		row.Says = said(signed, row.Mean, lossDigits)
		set.Rows = append(set.Rows, row)
	}
	f, ok := figure.Forest(name, "Re-warming everything, minus SPARKLING", "Paired differences over the seeds (small "+
		"dots), their mean and its 95 % interval. Right of zero is what the paper says.", set)
	return sized(f, ok, 760, 480)
}

// equalCompute is the method beside the wide network from scratch that costs as much, on text.
func (n *Numbers) equalCompute() (figure.Figure, bool) {
	var sets []figure.Intervals
	for _, s := range n.settings(task.KindText) {
		j, err := n.judged(s.ID, "5")
		if err != nil {
			return figure.Figure{Name: "equal-compute"}, false
		}
		set := figure.Intervals{Title: s.Name, X: nats[s.Task]}
		for i, f := range j.Findings {
			set.Rows = append(set.Rows, judgedRow([]string{"Inner", "Hidden", "Both"}[i], f))
		}
		sets = append(sets, set)
	}
	f, ok := figure.Forest("equal-compute", "SPARKLING − wide from scratch, at equal compute", "Paired differences "+
		"over the seeds (small dots), their mean and the interval by which each is judged. Left of zero is what the "+
		"paper says. Diamond: agrees; square: disagrees; circle: open.", sets...)
	return sized(f, ok, 1440, 500)
}

// jumpSpots are the final losses of all ways to widen over the rise of the loss when they did, in the first setting.
func (n *Numbers) jumpSpots() (figure.Figure, bool) {
	s := n.findings.Settings[0]
	set := figure.Cloud{Title: s.Title(), X: "rise of the loss at the widening", Y: "final loss"}
	for _, a := range reproduce.SignalArms(model.Inner) {
		mean := func(of func(*reproduce.Result) float64) float64 {
			return statistics.Estimated(n.findings.Results.Values(s, a.Key, of)).Mean
		}
		spot := figure.Spot{X: mean((*reproduce.Result).Spike), Y: mean((*reproduce.Result).FinalLoss),
			Style: style.At(pairLooks[a.Pair]), Ring: !a.Scaled}
		if a.Scaled {
			spot.Name, _, _ = strings.Cut(a.Name, ",")
		}
		set.Spots = append(set.Spots, spot)
	}
	f, ok := figure.Scatter("jump-spots", "The rise at the widening and the loss at the end", "Means over seeds. "+
		"Full: with the factor that keeps the RMS. Ring: without.", set)
	return sized(f, ok, 780, 600)
}

// pairLooks tell the pairs of initialisations apart, as in the report.
var pairLooks = []int{ofSparkling, ofCopy, ofAsymmetric, 4, 5}

// jumpRanks are the rank correlations of both, in all settings, with the bounds of what would be a guide.
func (n *Numbers) jumpRanks() (figure.Figure, bool) {
	var sets []figure.Intervals
	for _, claim := range []struct{ id, on string }{{"3c", "one axis"}, {"3f", "both axes"}} {
		set := figure.Intervals{Title: "Rank correlation, " + claim.on}
		for _, s := range n.findings.Settings {
			j, err := n.judged(s.ID, claim.id)
			if err != nil || len(j.Findings) != 1 {
				return figure.Figure{Name: "jump-ranks"}, false
			}
			bound := j.Findings[0].Part.Bound
			set.Marks = []float64{-bound, bound}
			row := judgedRow(s.Title(), j.Findings[0])
			row.Each = nil
			set.Rows = append(set.Rows, row)
		}
		sets = append(sets, set)
	}
	f, ok := figure.Forest("jump-ranks", "Rank correlation of the rise and the final loss", "Its mean over the seeds, "+
		"and the interval by which it is judged: within the dashed lines the rise is no guide to the final loss.",
		sets...)
	return sized(f, ok, 820, 640)
}
