package session

import (
	"errors"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Rename makes a document the one that runs that differs from the present one in nothing but words: what the arms and
// the experiment are called, and what is said about them. The run goes on, with the same bits.
func (s *Session) Rename(doc experiment.Valid) error {
	e := doc.Experiment()
	if !s.exp.Alike(e) {
		return errors.New("the experiment differs in more than names")
	}
	s.adopt(doc)
	s.rec.Experiment = e.Clone()
	for i, a := range e.Arms {
		status := &s.arms[i].ArmStatus
		if why, ok := strings.CutPrefix(status.Err, status.Name+" "); ok {
			status.Err = a.Name + " " + why
		}
		status.Name = a.Name
	}
	return nil
}
