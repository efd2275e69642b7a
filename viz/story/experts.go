package story

import (
	"math"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// halfway is the specialization from which on experts are said to have divided their classes. Where two of four work on
// a symbol it is 0.19 if each gets three quarters of one half of the classes and a quarter of the other: as far from
// half of every one as from all of some.
const halfway = 0.1887

// routed is what the experts of an arm get at the step that is shown; false where that was not measured.
func (m *moment) routed(a *panel.Arm) (record.Experts, bool) {
	if m.rec == nil || a == nil {
		return record.Experts{}, false
	}
	f, ok := m.rec.ExpertsAt(m.index(a), m.Step)
	if !ok {
		return record.Experts{}, false
	}
	return m.rec.ExpertsOf(&f), true
}

// experts is what tells most about what the experts of an arm get, as half a sentence.
func (m *moment) experts(a *panel.Arm) string {
	x, ok := m.routed(a)
	if !ok {
		return ""
	}
	found, ok := x.Finding()
	if !ok {
		return ""
	}
	return x.Says(found)
}

// specialized is the highest specialization of a layer of an arm; NaN where there is none.
func (m *moment) specialized(a *panel.Arm) float64 {
	x, ok := m.routed(a)
	if !ok {
		return math.NaN()
	}
	most := 0.0
	for layer := range x.Layers {
		most = max(most, x.Specialization(layer)) // NaN stays
	}
	return most
}

func (m *moment) specialization(a *panel.Arm) string {
	v := m.specialized(a)
	if !record.Finite(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// dividing is the highest specialization of all arms; before they part, of the one network. NaN where one has none.
func (m *moment) dividing() float64 {
	if !m.Forked {
		return m.specialized(m.trunk())
	}
	most := 0.0
	for i := range m.Arms {
		most = max(most, m.specialized(&m.Arms[i]))
	}
	if len(m.Arms) == 0 {
		return math.NaN()
	}
	return most
}
