package story

import (
	"fmt"
	"hash/fnv"

	"github.com/sparkling-lab/sparkling/sim/record"
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
	s.Step = r.Experiment.Steps // whatever the reader looks at
	m := &moment{State: s, rec: r}
	var arms [2]*panel.Arm
	for i := range s.Arms {
		for k, role := range []panel.Role{panel.Copy, panel.Sparkling} {
			if s.Arms[i].Role == role {
				if arms[k] != nil {
					return Outcome{}, false
				}
				arms[k] = &s.Arms[i]
			}
		}
	}
	copied, asked := m.count(arms[0])
	sparkling, also := m.count(arms[1])
	if !s.Done || !m.counted() || asked == 0 || also == 0 {
		return Outcome{}, false
	}
	e := r.Experiment.Clone()
	e.Seed = 0
	h := fnv.New64a()
	_, _ = h.Write(e.JSON()) // a hash takes everything
	return Outcome{fmt.Sprintf("%016x", h.Sum64()), s.Seed, sparkling - copied, asked}, true
}
