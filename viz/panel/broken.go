package panel

import (
	"fmt"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// Broken is what is said where an arm has diverged, and the two ways on from there.
type Broken struct {
	Arm     int          `json:"arm"`
	Place   record.Place `json:"-"`
	Said    string       `json:"said"`    // what was no number first
	Back    string       `json:"back"`    // the way back to the last good state, and what its button says
	GoBack  string       `json:"goBack"`  //
	Smaller string       `json:"smaller"` // the same experiment with a smaller rate, and what its button says
	Anew    string       `json:"anew"`    //
}

// BrokenOf is that of the first arm that has diverged and is not started again; nil where none has.
func BrokenOf(s *session.Session) *Broken {
	e, rec := s.Experiment(), s.Record()
	for i, a := range s.Arms() {
		f, ok := rec.Diverged(i, e.Steps)
		if !ok || a.State != record.Failed {
			continue
		}
		good := s.LastGood(i)
		back := "Go back to step %d, where all was well, and look at the update that breaks it."
		if good+1 != f.Step { // so large that no later state is kept
			back = "Go back to step %d, the last of which the state is kept, and train from there once more."
		}
		rate := func(e experiment.Experiment) string { return strconv.FormatFloat(e.Optimizer.LR, 'g', 3, 64) }
		return &Broken{
			Arm:    i,
			Place:  record.PlaceOf(f.NotFinite),
			Said:   fmt.Sprintf("%s diverged in the update to step %d: %s.", rec.Whose(i, f.Step), f.Step, f.Lost()),
			Back:   fmt.Sprintf(back, good),
			GoBack: fmt.Sprintf("Back to step %d", good),
			Smaller: fmt.Sprintf("Or run the same anew with a third of the learning rate, %s instead of %s, and "+
				"nothing else changed; this run is kept.", rate(Smaller(e)), rate(e)),
			Anew: "A third of the rate",
		}
	}
	return nil
}

// Smaller is the same experiment with a third of the learning rate, to two digits, and nothing else changed.
func Smaller(e experiment.Experiment) experiment.Experiment {
	e = e.Clone()
	rate, err := strconv.ParseFloat(strconv.FormatFloat(e.Optimizer.LR/3, 'g', 2, 64), 64)
	if err == nil {
		e.Optimizer.LR = rate
	}
	return e
}
