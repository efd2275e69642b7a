package panel

import (
	"math"

	"github.com/sparkling-lab/sparkling/sim"
)

// Lock sums up the pairs of originals and copies of one arm at one step.
type Lock struct {
	Step   int    `json:"step"`   // at which the pairs were measured
	Pairs  int    `json:"pairs"`  // 0 before a widening
	Locked int    `json:"locked"` // pairs whose weights are equal bit for bit
	Weight string `json:"weight"` // mean cosine of the weights
	Grad   string `json:"grad"`   // mean cosine of the gradients
	Dist   string `json:"dist"`   // mean relative distance of the weights
}

func lockOf(f sim.ArmFrame) Lock {
	l := Lock{Step: f.Step}
	var weight, grad, dist mean
	for _, g := range f.Pairs {
		for _, p := range g.Stats[sim.Weight] {
			l.Pairs++
			if p.Locked() {
				l.Locked++
			}
			weight.add(p.Cos)
			dist.add(p.Dist)
		}
		for _, p := range g.Stats[sim.Gradient] {
			grad.add(p.Cos)
		}
	}
	l.Weight, l.Grad, l.Dist = weight.String(), grad.String(), dist.String()
	return l
}

// mean averages what is a number.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float32) {
	if v == v {
		m.sum += float64(v)
		m.n++
	}
}

func (m *mean) String() string {
	if m.n == 0 {
		return ""
	}
	v := m.sum / float64(m.n)
	if math.IsInf(v, 0) {
		return ""
	}
	return number(float32(v))
}
