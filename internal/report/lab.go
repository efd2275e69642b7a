package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// labs are the built-in experiments that show a claim on text, with the words of their lesson where they have one.
var labs = map[string]string{
	"1": "lock", "2": "lock", "3a": "pairs", "3b": "pairs", "3c": "pairs", "3d": "signal", "3e": "signal",
	"3f": "signal", "4a": "recipe", "4b": "pairs", "5": "compute", "table1": "baselines", "table6": "pairs",
	"table7": "competitors",
}

// labArms is how many arms are seen side by side.
const labArms = 4

// seeIt links the pages of the Lab that show a claim.
func (f Findings) seeIt(row []reproduce.Judgement) string {
	if !f.Lab {
		return ""
	}
	var links []string
	for i, j := range row {
		if i > 0 && row[i-1].Setting.Task == j.Setting.Task {
			continue
		}
		title := reproduce.TaskTitle(j.Setting.Task)
		if name := labs[j.Claim.ID]; j.Setting.Task == task.KindText && name != "" {
			links = append(links, fmt.Sprintf("[%s, the experiment “%s”](../#%s)", title, name, name))
			continue
		}
		e := reproduce.Lab(j.Setting, shownArms(j), "Claim "+label(j.Claim.ID)+" on facts", j.Claim.Title+".")
		links = append(links, fmt.Sprintf("[%s, with the arms that decide it](../#%s)", title, e.Address()))
	}
	return "See it in the Lab: " + strings.Join(links, "; ") + "."
}

// shownArms are the first arms of a claim, those of the parts that decide it first.
func shownArms(j reproduce.Judgement) []string {
	var arms []string
	for _, v := range []reproduce.Verdict{j.Verdict, reproduce.DoesNot, reproduce.NotResolved, reproduce.Reproduces,
		reproduce.NotMeasured, reproduce.Aside} {
		for _, x := range j.Findings {
			for _, a := range x.Part.Arms {
				if x.Verdict == v && len(arms) < labArms && !slices.Contains(arms, a) {
					arms = append(arms, a)
				}
			}
		}
	}
	return arms
}
