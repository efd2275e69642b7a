package figure

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// drawPaired are the differences of the final loss of every arm to that of the first widened one in the same run, with
// their mean over runs and its interval. It is false where fewer than two runs have ended.
func drawPaired(rs runs) (Figure, bool) {
	return paired(rs, "paired", "Final loss", "nats "+rs[0].Experiment.Task.Words().Unit, "Left of zero is better.",
		func(a seeds.Arm) seeds.Mean { return a.LossDiff }, (*seeds.Summary).LossDiff)
}

// drawPairedKnown are the differences of what is known in the end, as [drawPaired]. It is false where nothing is
// counted.
func drawPairedKnown(rs runs) (Figure, bool) {
	words := rs[0].Experiment.Task.Words()
	if !rs[0].Experiment.Task.LiveIsFull() {
		return Figure{}, false
	}
	return paired(rs, "paired-known", "What is known in the end", words.Measure, "Right of zero is better.",
		func(a seeds.Arm) seeds.Mean { return a.KnownDiff }, (*seeds.Summary).KnownDiff)
}

func paired(rs runs, name, what, unit, better string, mean func(seeds.Arm) seeds.Mean,
	each func(s *seeds.Summary, run, arm int) float64) (Figure, bool) {
	e := rs.first().Experiment
	base := e.Baseline()
	if base < 0 || len(rs) < seeds.Least {
		return Figure{}, false
	}
	var all []seeds.Run
	for _, r := range rs {
		arms, ended := r.Ended()
		if !ended {
			return Figure{}, false
		}
		all = append(all, seeds.Read(r, arms, true))
	}
	s := seeds.Summarize(e, all)
	styles, names := style.Of(e), names(e)
	set := Intervals{X: unit}
	for i, a := range s.Arms {
		if i == base {
			continue
		}
		m := mean(a)
		row := Interval{Name: names[i], Mean: m.Mean, Low: m.Low, High: m.High, Style: styles[i]}
		for k := range all {
			row.Each = append(row.Each, each(s, k, i))
		}
		set.Rows = append(set.Rows, row)
	}
	return Forest(name, fmt.Sprintf("%s minus that of %s", what, names[base]),
		fmt.Sprintf("Paired differences with the same seed (small dots: the seeds %s), their mean and its interval "+
			"with %.0f %% confidence, by Student’s t. %s", rs.list(), 100*seeds.Confidence, better), set)
}
