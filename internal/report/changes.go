package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// changes says how the runs differ from those that an earlier report had in their place, and what that changed. All of
// it follows from both.
func (f Findings) changes(d *document, judged [][]reproduce.Judgement) {
	if f.Earlier == nil {
		return
	}
	var anew []string
	for _, s := range f.Settings {
		if n := len(f.Earlier.Seeds(s)); n > 0 {
			anew = append(anew, fmt.Sprintf("%s (%d seeds)", s.Title(), n))
		}
	}
	d.add(heading("What has changed"))
	says := fmt.Sprintf("The runs of %s were made anew; [those of the report before](%s) were made by %s.",
		strings.Join(anew, ", "), earlierFile, strings.Join(f.makers(f.Earlier), ", "))
	ends := f.ends()
	if len(ends.rows) > 0 {
		says += " That program left the products of Muon's Newton–Schulz steps out of what an update costs. They " +
			"grow otherwise than the network's own when it becomes wider, so that the wide network from scratch was " +
			"not stopped where it had cost what the widened run costs. Now every product is counted."
	}
	d.add(text(says))
	if len(ends.rows) > 0 {
		d.add(ends)
	}
	parts, others := f.moved(judged)
	if len(parts.rows) > 0 {
		d.add(parts)
	}
	if f.otherArithmetic() {
		d.add(text("Kernels have been changed since then, too, and take some sums in another order. A run made anew " +
			"is the same for some tens of updates; then its low digits differ, and training carries the " +
			"difference on." + f.apart()))
	}
	if len(others.rows) > 0 {
		d.add(others)
	} else {
		d.add(text("All other verdicts on whole claims are as they were."))
	}
}

// apart says how far the final losses are from those before, of arms that make as many updates as then.
func (f Findings) apart() string {
	stopped := map[string]bool{}
	for _, axis := range reproduce.Axes {
		stopped[reproduce.EqualCompute(axis)[1]] = true
	}
	var squares, most, n float64
	f.visit(f.Earlier, func(s reproduce.Setting, seed uint64, was *reproduce.Result) {
		now, ok := f.Results.Of(s, seed, was.Key)
		if ok && !stopped[was.Key] && now.Failed+was.Failed == "" {
			x := math.Abs(now.FinalLoss() - was.FinalLoss())
			squares, most, n = squares+x*x, max(most, x), n+1
		}
	})
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" Arms with as many updates as before ended up to %.4f from where they had ended, %.4f in the "+
		"root of the mean square over %.0f of them.", most, math.Sqrt(squares/n), n)
}

// makers are the programs that made results, with their arithmetic.
func (f Findings) makers(of *reproduce.Results) []string {
	seen, out := map[string]bool{}, []string(nil)
	f.visit(of, func(_ reproduce.Setting, _ uint64, r *reproduce.Result) {
		if s := maker(r.Provenance); !seen[s] {
			seen[s], out = true, append(out, s)
		}
	})
	return out
}

// otherArithmetic reports whether no run takes its sums in the order in which the one in its place took them.
func (f Findings) otherArithmetic() bool {
	other := true
	f.visit(f.Earlier, func(s reproduce.Setting, seed uint64, was *reproduce.Result) {
		if now, ok := f.Results.Of(s, seed, was.Key); ok {
			other = other && now.Provenance.Arithmetic != was.Provenance.Arithmetic
		}
	})
	return other
}

func maker(m reproduce.Provenance) string {
	if m.Revision == "" {
		m.Revision = "a build without a revision"
	}
	return fmt.Sprintf("%s (arithmetic %s)", m.Revision, m.Arithmetic)
}

// ends are the last steps of the wide network from scratch at equal compute and what an update of it was counted as,
// where that has changed.
func (f Findings) ends() table {
	t := table{caption: fmt.Sprintf("The wide network from scratch: MFLOP of an update, and the step, of %d, at "+
		"which it is stopped at equal compute", experiment.Default().Steps),
		head: []string{"setting, axis", "MFLOP before", "MFLOP now", "step before", "step now"}}
	for _, s := range f.Settings {
		for _, axis := range reproduce.Axes {
			was, wasEnd := stopped(f.Earlier, s, axis)
			is, end := stopped(f.Results, s, axis)
			if was > 0 && is > 0 && was != is {
				t.rows = append(t.rows, plain(s.Title()+", "+string(axis), fmt.Sprintf("%.1f", was/1e6),
					fmt.Sprintf("%.1f", is/1e6), fmt.Sprintf("%.0f", wasEnd), fmt.Sprintf("%.0f", end)))
			}
		}
	}
	return t
}

// stopped are what an update of the wide network cost and the last step of its arm at equal compute, from what arms of
// the first seed cost: the small network makes all steps, SPARKLING a part of them with the small network and the rest
// with the wide one. They are 0 where an arm is missing.
func stopped(r *reproduce.Results, s reproduce.Setting, axis model.Axis) (each, step float64) {
	seeds := r.Seeds(s)
	if len(seeds) == 0 {
		return 0, 0
	}
	var cost [3]float64
	for i, arm := range append([]string{reproduce.Small}, reproduce.EqualCompute(axis)...) {
		x, ok := r.Of(s, seeds[0], arm)
		if !ok || x.Failed != "" {
			return 0, 0
		}
		cost[i] = x.FLOPs
	}
	each = (cost[1] - cost[0]*s.At) / (float64(s.Experiment().Steps) * (1 - s.At))
	return each, cost[2] / each
}

// moved are the parts of the claim about compute before and now, and the other claims whose verdict has changed.
func (f Findings) moved(judged [][]reproduce.Judgement) (parts, others table) {
	parts = table{head: []string{"part", "before", "now"}}
	others = table{caption: "Other claims whose verdict has changed", head: []string{"claim", "before", "now"}}
	for _, row := range judged {
		for _, now := range row {
			if len(f.Earlier.Seeds(now.Setting)) == 0 {
				continue
			}
			was := reproduce.Judge(now.Claim, now.Setting, f.Earlier)
			if was.Verdict != now.Verdict && now.Claim.ID != "5" {
				others.rows = append(others.rows,
					[]cell{{text: fmt.Sprintf("**%s** %s, %s", label(now.Claim.ID), now.Claim.Title,
						now.Setting.Title())},
						overall(was), overall(now)})
			}
			if now.Claim.ID != "5" {
				continue
			}
			parts.caption = fmt.Sprintf("**%s** %s", now.Claim.ID, now.Claim.Title)
			parts.rows = append(parts.rows, []cell{{text: now.Setting.Title() + ": the whole claim"}, overall(was),
				overall(now)})
			for k, x := range now.Findings {
				parts.rows = append(parts.rows, []cell{{text: now.Setting.Title() + ", " + x.Part.Name},
					finding(was.Findings[k]), finding(x)})
			}
		}
	}
	return parts, others
}
