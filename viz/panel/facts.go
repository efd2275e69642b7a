package panel

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/facts"
)

// Facts is what the network of an arm knows, where facts are learnt; Of is 0 before they were counted.
type Facts struct {
	Known     int    `json:"known"`
	Of        int    `json:"of"`
	Said      string `json:"said"` // how many of how many, as it is read
	Step      int    `json:"step"` // at which they were counted
	Learnt    int    `json:"learnt"`
	Forgotten int    `json:"forgotten"`
	Since     int    `json:"since"` // the step of the count before; −1 where there was none
	Shown     string `json:"shown"` // as Said, of those that are trained on; empty where none is held out
}

// FactsOf is what an arm knows at a step. One that has not begun has nothing of its own to count, and of one that has
// diverged there are no answers left.
func FactsOf(rec *record.Record, arm, shown int) Facts {
	t := facts.Of(rec, arm, shown)
	if _, begun := newest(rec, arm, shown, func(record.ArmFrame) bool { return true }); !begun || t.Lost != "" {
		return Facts{Since: -1}
	}
	learnt, forgotten := t.Changes()
	out := Facts{t.Known, t.Of, "", max(t.Step, 0), learnt, forgotten, t.Before, ""}
	if t.Of > 0 {
		out.Said = record.Thousands(t.Known) + " of " + record.Thousands(t.Of)
	}
	if t.ShownOf > 0 && t.Split != nil {
		out.Shown = record.Thousands(t.Shown) + " of " + record.Thousands(t.ShownOf)
	}
	return out
}

// changed says what every network has learnt and forgotten since the count before, in a sentence; empty where nothing
// is counted.
func changed(rec *record.Record, step int) string {
	var list []string
	since := 0
	for _, t := range facts.Tables(rec, step) {
		if t.Lost != "" || !t.Compared() {
			continue
		}
		learnt, forgotten := t.Changes()
		who := rec.Experiment.Arms[t.Arms[0]].Name
		if t.Shared() {
			who = "the network"
		}
		list = append(list, fmt.Sprintf("%s learnt %s %s and forgot %s", who, record.Thousands(learnt),
			rec.Experiment.Task.Words().Items, record.Thousands(forgotten)))
		since = max(since, t.Before)
	}
	if list == nil {
		return ""
	}
	return fmt.Sprintf(" Since the count at step %s %s.", record.Thousands(since), strings.Join(list, "; "))
}
