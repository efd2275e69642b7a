package lecture

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// ruled is nothing where the report judges a claim, or the part of it behind a slash, as is said in each of some
// settings; else it errs, so that a sentence that the runs no longer bear is found.
func (n *Numbers) ruled(args []string) (string, error) {
	id, number, parted := strings.Cut(args[1], "/")
	for setting := range strings.SplitSeq(args[0], ",") {
		j, err := n.judged(setting, id)
		if err != nil {
			return "", err
		}
		is := j.Verdict
		if parted {
			f, err := finding(j, number)
			if err != nil {
				return "", err
			}
			is = f.Verdict
		}
		if is.Word() != args[2] {
			return "", fmt.Errorf("it does not hold: in %s claim %s is judged as %s", setting, args[1], is.Word())
		}
	}
	return "", nil
}

// finding is one part of a claim, from 1.
func finding(j reproduce.Judgement, number string) (f reproduce.Finding, err error) {
	k, err := strconv.Atoi(number)
	if err != nil || k < 1 || k > len(j.Findings) {
		return f, fmt.Errorf("there is no part %s; claim %s has 1 to %d", number, j.Claim.ID, len(j.Findings))
	}
	return j.Findings[k-1], nil
}

// Grid are the verdicts on all claims in all settings.
type Grid struct {
	Settings []struct{ Task, Name string }
	Claims   []Judged
}

// Judged is a claim with its verdicts, each in a word, in the order of the settings.
type Judged struct {
	Title    string
	Verdicts []string
}

// Grid is that of the report.
func (n *Numbers) Grid() (g Grid) {
	for _, s := range n.findings.Settings {
		g.Settings = append(g.Settings, struct{ Task, Name string }{reproduce.TaskTitle(s.Task),
			strings.TrimPrefix(s.Name, "AdamW, ")})
	}
	for _, c := range n.findings.Claims {
		row := Judged{Title: c.Short}
		for _, s := range n.findings.Settings {
			row.Verdicts = append(row.Verdicts, reproduce.Judge(c, s, n.findings.Results).Verdict.Word())
		}
		g.Claims = append(g.Claims, row)
	}
	return g
}
