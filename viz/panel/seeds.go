package panel

import (
	"fmt"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/sweep"
)

// Seeds is what several seeds of the experiment came to so far, in words and tables, and what can be done.
type Seeds struct {
	State     string      `json:"state"` // "" before anything was run, else playing, paused or ended
	Count     int         `json:"count"`
	Done      float64     `json:"done"` // share of all updates
	Said      string      `json:"said"` // how far it is, a sentence
	Measured  string      `json:"measured"`
	Minus     string      `json:"minus"` // what differences are to; empty where there is nothing to compare
	Rows      []seeds.Row `json:"rows"`
	Runs      []SeedRun   `json:"runs"`
	Sentences []string    `json:"sentences"`
}

// SeedRun is the run of one seed: what each arm of the rows came to, or how far it is.
type SeedRun struct {
	Seed  string   `json:"seed"`
	Cells []string `json:"cells"` // empty until it has ended, when it can be opened
	Said  string   `json:"said"`
}

// SeedsOf is what is to be shown of the sweep of a session's experiment, without the arms that are left out.
func SeedsOf(t *sweep.Turns, s *session.Session, hidden func(arm int) bool) Seeds {
	sum, of := t.Summary(s), t.Of(s)
	if sum == nil || !of.Begun() {
		return Seeds{}
	}
	out := Seeds{State: "paused", Count: len(sum.Runs), Done: sum.Progress(), Measured: sum.Measured(),
		Said: fmt.Sprintf("%d of %s have ended.", sum.Ended, seeds.Count(len(sum.Runs)))}
	switch {
	case of.Done():
		out.State, out.Said = "ended", fmt.Sprintf("All %s have ended.", seeds.Count(len(sum.Runs)))
	case of.Playing():
		out.State = "playing"
	default:
		out.Said = "Paused: " + out.Said
	}
	if sum.Base >= 0 {
		out.Minus = sum.Arms[sum.Base].Name
	}
	for i, row := range sum.Rows() {
		if !hidden(i) {
			out.Rows = append(out.Rows, row)
			if words := sum.Say(i); words != "" {
				out.Sentences = append(out.Sentences, words)
			}
		}
	}
	for k, r := range sum.Runs {
		run := SeedRun{Seed: strconv.FormatUint(r.Seed, 10)}
		switch {
		case r.Ended:
			for _, row := range out.Rows {
				run.Cells = append(run.Cells, sum.Cell(k, row.Arm))
			}
		case r.Step < 0:
			run.Said = string(record.Waiting)
		default:
			run.Said = "step " + record.Thousands(r.Step)
		}
		out.Runs = append(out.Runs, run)
	}
	return out
}
