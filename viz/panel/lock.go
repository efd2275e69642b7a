package panel

import (
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Lock sums up the pairs of originals and copies of one arm at one step.
type Lock struct {
	Step     int    `json:"step"`     // at which the pairs were measured
	Pairs    int    `json:"pairs"`    // 0 before a widening
	Locked   int    `json:"locked"`   // pairs whose weights are equal bit for bit
	Said     string `json:"said"`     // how many of how many are locked, as it is read; empty before a widening
	Diverged int    `json:"diverged"` // pairs whose weights or gradients are no longer finite
	Weight   string `json:"weight"`   // mean cosine of the weights; empty where there is none
	Grad     string `json:"grad"`     // mean cosine of the gradients; empty where there is none
	Dist     string `json:"dist"`     // mean relative distance of the weights; empty where there is none
}

func lockOf(f record.ArmFrame) Lock {
	w, g := f.Summary(record.Weight), f.Summary(record.Gradient)
	return Lock{
		Step: f.Step, Pairs: w.Pairs, Locked: w.In[record.Locked],
		Said:     record.Thousands(w.In[record.Locked]) + "/" + record.Thousands(w.Pairs),
		Diverged: max(w.In[record.Diverged], g.In[record.Diverged]),
		Weight:   number(float32(w.Cos)), Grad: number(float32(g.Cos)), Dist: number(float32(w.Dist)),
	}
}
