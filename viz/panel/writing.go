package panel

import (
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz/written"
)

// Writing is what networks wrote, at the step that is shown: the twin of its picture, and what its controls need.
type Writing struct {
	Offered bool      `json:"offered"` // the task is a text
	Busy    bool      `json:"busy"`    // something that was asked for is not yet written
	Refused string    `json:"refused"` // why it will not be, in a sentence; empty where there is no reason
	Texts   []Written `json:"texts"`   // by network; arms share one until they part
}

// Written is what one network wrote.
type Written struct {
	Name        string `json:"name"` // of its arm; empty where it is that of all
	Step        int    `json:"step"`
	Prompt      string `json:"prompt"`
	Temperature string `json:"temperature"`
	Text        string `json:"text"`
	Sure        string `json:"sure"` // mean probability of its characters at temperature 1

	arm int // whose it is; −1 where it is that of several
}

func writing(s *session.Session, shown int) Writing {
	rec := s.Record()
	out := Writing{Offered: rec.Experiment.Task.Writes(), Busy: s.Writing(), Refused: s.Refused(), Texts: []Written{}}
	if !out.Offered {
		return out
	}
	for _, t := range written.At(rec, shown) {
		if t.Written == "" || t.Lost != "" {
			continue
		}
		w := Written{arm: -1, Step: t.Step, Prompt: t.Writing.Text, Text: t.Written,
			Temperature: strconv.FormatFloat(t.Temperature, 'g', -1, 64)}
		if !t.Shared() {
			w.arm, w.Name = t.Arms[0], rec.Experiment.Arms[t.Arms[0]].Name
		}
		sum := 0.0
		for _, p := range t.Sure {
			sum += float64(p)
		}
		w.Sure = strconv.FormatFloat(sum/float64(len(t.Sure)), 'f', 2, 64)
		out.Texts = append(out.Texts, w)
	}
	return out
}
