package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// conclude sorts the claims by what became of them, and names the parts that decided it.
func (f Findings) conclude(d *document, judged, planned [][]reproduce.Judgement) {
	d.add(heading("What agrees, what disagrees"))
	for _, v := range []struct {
		verdict reproduce.Verdict
		words   string
	}{
		{reproduce.Reproduces, "**Agrees with the paper:**"},
		{reproduce.DoesNot, "**Disagrees with the paper,** at least in the parts that are named:"},
		{reproduce.NotResolved, "**Open:** by the rule nothing is against the paper, but with this many " +
			"seeds the interval of the parts that are named holds the limit that they are judged by:"},
		{reproduce.NotMeasured, "**Not measured:** a run of the parts that are named diverged, so that nothing is " +
			"said of the claim:"},
	} {
		var items list
		for i, row := range judged {
			var where []string
			for k, j := range row {
				if j.Verdict != v.verdict || v.verdict == reproduce.NotMeasured && !lost(j) {
					continue
				}
				s := j.Setting.Title() + decided(j)
				if planned[i][k].Verdict != j.Verdict {
					s += fmt.Sprintf(", though not with the %d planned seeds alone", f.before(j.Setting.Task)[0])
				}
				where = append(where, s)
			}
			if in := f.settingNames(); slices.Equal(where, in) && len(in) > 1 {
				where = []string{"in every setting"}
			}
			if len(where) > 0 {
				items = append(items, fmt.Sprintf("**%s** %s – %s", label(row[0].Claim.ID), row[0].Claim.Title,
					strings.Join(where, "; ")))
			}
		}
		if len(items) > 0 {
			d.add(text(v.words), items)
		}
	}
}

// lost reports whether a part of a claim has no number because a run diverged; others have none because no run was
// made.
func lost(j reproduce.Judgement) bool {
	return slices.ContainsFunc(j.Findings, func(x reproduce.Finding) bool { return x.NonFinite > 0 })
}

// decided names the parts of a claim of several that have its verdict, where it is not that all agree, and the
// correlation of a claim about one.
func decided(j reproduce.Judgement) string {
	if x := j.Findings[0]; x.Part.Kind == reproduce.Within && x.NonFinite == 0 {
		says := []string{signed(x.Mean)}
		if r := remark(x); r != "" {
			says = append(says, r)
		}
		return " (" + strings.Join(says, ": ") + ")"
	}
	if j.Verdict == reproduce.Reproduces {
		return ""
	}
	var parts []string
	counted := 0
	for _, x := range j.Findings {
		if x.Part.Aside {
			continue
		}
		counted++
		if x.Verdict == j.Verdict {
			says := signed(x.Mean)
			if x.NonFinite > 0 {
				says = lostWith(x.Seeds)
			}
			parts = append(parts, partName(x.Part.Name)+" "+says)
		}
	}
	if len(parts) == counted && counted > 2 && !lost(j) {
		return " (all parts)"
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// partName is the part's name without what all parts of its claim share, and without the paper's number.
func partName(s string) string {
	s, _, _ = strings.Cut(s, ": with ")
	s, _, _ = strings.Cut(s, ": scaled ")
	s, _, _ = strings.Cut(s, ": rise, ")
	s, _, _ = strings.Cut(s, " (paper")
	return s
}
