package story

import (
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// Outcome is what a run that is over came to in one number, to be laid beside those of other seeds.
type Outcome struct {
	Document string `json:"document"` // the same for runs that differ in their seeds only
	Seed     string `json:"seed"`
	More     int    `json:"more"` // facts that SPARKLING knows more than Copy
	Of       int    `json:"of"`   // facts there are
}

// OutcomeOf is that of a run; false where it is not over, or nothing was counted, or has not both arms once.
func OutcomeOf(s panel.State, r *record.Record) (Outcome, bool) {
	if !s.Done {
		return Outcome{}, false
	}
	arms := make([]record.ArmStatus, len(s.Arms))
	for i, a := range s.Arms {
		arms[i].State, arms[i].Step = record.ArmState(a.State), a.Step
	}
	return outcomeOf(r.Experiment, seeds.Key(r.Experiment), seeds.Read(r, arms, true))
}

// Outcomes are those of the runs of several seeds that have ended.
func Outcomes(s *seeds.Summary) (out []Outcome) {
	if s == nil || s.Ended == 0 {
		return nil
	}
	key := seeds.Key(s.Experiment)
	for _, r := range s.Runs {
		if o, ok := outcomeOf(s.Experiment, key, r); ok {
			out = append(out, o)
		}
	}
	return out
}

func outcomeOf(e experiment.Experiment, key string, r seeds.Run) (Outcome, bool) {
	var ends [2]*seeds.End
	for i, a := range e.Arms {
		for k, role := range []panel.Role{panel.Copy, panel.Sparkling} {
			if panel.RoleOf(a) == role {
				if ends[k] != nil {
					return Outcome{}, false
				}
				ends[k] = &r.Arms[i]
			}
		}
	}
	if !r.Ended || e.Task.Questions() == 0 || ends[0] == nil || ends[1] == nil {
		return Outcome{}, false
	}
	copied, sparkling := ends[0].Known(), ends[1].Known()
	if !record.Finite(sparkling - copied) {
		return Outcome{}, false
	}
	return Outcome{key, strconv.FormatUint(r.Seed, 10), int(sparkling) - int(copied), ends[0].Asked}, true
}
