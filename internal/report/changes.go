package report

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// changes says how the runs differ from those that an earlier report had in their place, and what that changed. All of it follows from both.
func (f Findings) changes(d *document, judged [][]reproduce.Judgement) {
	if f.Earlier == nil {
		return
	}
	var anew []string
	for _, s := range f.Settings {
		if n := len(f.Earlier.Seeds(s)); n > 0 {
			anew = append(anew, fmt.Sprintf("%s (%d seeds)", s.Name, n))
		}
	}
	d.add(heading("What has changed"))
	says := fmt.Sprintf("The runs of %s were made anew; [those of the report before](%s) were made by %s.",
		strings.Join(anew, ", "), earlierFile, strings.Join(f.makers(f.Earlier), ", "))
	if f.otherArithmetic() {
		says += " Kernels have been changed since then, and take some sums in another order. A run made anew is the same for some tens of updates; then its low digits differ, and " +
			"training carries the difference on, so that all numbers of these runs differ a little."
	}
	ends := f.ends()
	if len(ends.rows) > 0 {
		says += " And one thing was wrong: the program that made them left the products of Muon's Newton–Schulz steps out of what an update costs. They grow faster than the network's " +
			"own where experts become wider, so that the wide network from scratch was not stopped where it had cost what the widened run costs. Now every product is counted."
	}
	d.add(text(says))
	if len(ends.rows) > 0 {
		d.add(ends)
	}
	d.add(f.moved(judged)...)
}

// makers are the programs that made results, with their arithmetic.
func (f Findings) makers(of *reproduce.Results) []string {
	seen, out := map[string]bool{}, []string(nil)
	f.visit(of, func(_ reproduce.Setting, _ string, r *reproduce.Result) {
		if s := maker(r.Made); !seen[s] {
			seen[s], out = true, append(out, s)
		}
	})
	return out
}

// otherArithmetic reports whether no run of now takes its sums in the order of those before.
func (f Findings) otherArithmetic() bool {
	other := true
	f.visit(f.Earlier, func(_ reproduce.Setting, _ string, r *reproduce.Result) {
		for m := range f.Made {
			other = other && m.Arithmetic != r.Made.Arithmetic
		}
	})
	return other
}

func maker(m reproduce.Made) string {
	if m.Revision == "" {
		m.Revision = "a build without a revision"
	}
	return fmt.Sprintf("%s (arithmetic %s)", m.Revision, m.Arithmetic)
}

// ends are the last steps of the wide network from scratch at equal compute, where they have changed.
func (f Findings) ends() table {
	t := table{caption: "After how many steps the wide network from scratch is stopped at equal compute", head: []string{"setting, axis", "before", "now"}}
	for _, s := range f.Settings {
		for _, axis := range reproduce.Axes {
			was, ok := f.stopped(f.Earlier, s, axis)
			is, there := f.stopped(f.Results, s, axis)
			if ok && there && was != is {
				t.rows = append(t.rows, plain(s.Name+", "+string(axis), fmt.Sprintf("%.0f", was), fmt.Sprintf("%.0f", is)))
			}
		}
	}
	return t
}

// stopped is the last step of an arm at equal compute, from what arms of the first seed cost: the small network makes all steps, SPARKLING half of
// them with the small network and half with the wide one.
func (f Findings) stopped(r *reproduce.Results, s reproduce.Setting, axis model.Axis) (step float64, ok bool) {
	seeds := r.Seeds(s)
	if len(seeds) == 0 {
		return 0, false
	}
	var cost [3]float64
	for i, arm := range append([]string{reproduce.Small}, reproduce.EqualCompute(axis)...) {
		x, ok := r.Of(s, seeds[0], arm)
		if !ok || x.Failed != "" {
			return 0, false
		}
		cost[i] = x.FLOPs
	}
	half := float64(sim.Default().Steps) * s.At
	return cost[2] / ((cost[1] - cost[0]*s.At) / half), true
}

// moved are the parts of the claim about compute before and now, and the claims whose verdict is another one.
func (f Findings) moved(judged [][]reproduce.Judgement) []block {
	parts := table{head: []string{"part", "before", "now"}}
	others := table{caption: "All claims whose verdict is another one", head: []string{"claim", "before", "now"}}
	of := 0
	for _, row := range judged {
		for _, now := range row {
			if len(f.Earlier.Seeds(now.Setting)) == 0 {
				continue
			}
			of++
			was := reproduce.Judge(now.Claim, now.Setting, f.Earlier)
			if was.Verdict != now.Verdict {
				others.rows = append(others.rows, []cell{{text: fmt.Sprintf("**%s** %s, %s", label(now.Claim.ID), now.Claim.Title, now.Setting.Name)}, overall(was), overall(now)})
			}
			if now.Claim.ID != "5" {
				continue
			}
			parts.caption = fmt.Sprintf("**%s** %s", now.Claim.ID, now.Claim.Title)
			for k, x := range now.Findings {
				parts.rows = append(parts.rows, []cell{{text: now.Setting.Name + ", " + x.Part.Name}, finding(was.Findings[k]), finding(x)})
			}
		}
	}
	var out []block
	if len(parts.rows) > 0 {
		out = append(out, parts)
	}
	if len(others.rows) == 0 {
		return append(out, text(fmt.Sprintf("None of the %d verdicts is another one.", of)))
	}
	return append(out, text(fmt.Sprintf("Of %d verdicts on whole claims %d are others than before.", of, len(others.rows))), others)
}
