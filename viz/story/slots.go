package story

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// What sentences may ask of a run, of an arm, and of two: every answer is text, and an empty one is none.
var (
	ofRun = map[string]func(*moment) string{
		"factor":  func(m *moment) string { return m.Factor },
		"fork":    func(m *moment) string { return record.Thousands(m.Fork) },
		"steps":   func(m *moment) string { return record.Thousands(m.Steps) },
		"seed":    func(m *moment) string { return m.Seed },
		"beta2":   func(m *moment) string { return m.Beta2 },
		"valOn":   func(m *moment) string { return m.ValOn },
		"effects": func(m *moment) string { return strings.Join(m.Effects, " ") },
		"moved":   (*moment).moved,
		"known":   (*moment).now,
		"asked":   (*moment).asked,
		"measure": func(m *moment) string { return m.Measure },
		"below":   (*moment).below,

		"experts":        func(m *moment) string { return m.experts(m.trunk()) },
		"specialization": func(m *moment) string { return m.specialization(m.trunk()) },

		"neurons":      func(m *moment) string { return m.neurons(false) },
		"neurons-wide": func(m *moment) string { return m.neurons(true) },
	}
	// No arm that is not there is asked.
	ofArm = map[string]func(*moment, *panel.Arm) string{
		"about":        func(_ *moment, a *panel.Arm) string { return a.About },
		"pairs":        pairs(func(l panel.Lock) int { return l.Pairs }),
		"locked":       pairs(func(l panel.Lock) int { return l.Locked }),
		"diverged":     pairs(func(l panel.Lock) int { return l.Diverged }),
		"measured-at":  pairs(func(l panel.Lock) int { return l.Step }),
		"since":        since,
		"cosines":      func(_ *moment, a *panel.Arm) string { return cosines(a.Lock) },
		"cosine":       measured(2, func(a *panel.Arm) string { return a.Lock.Grad }),
		"rho":          func(_ *moment, a *panel.Arm) string { return a.Rho },
		"rate-new":     func(_ *moment, a *panel.Arm) string { return scaled(a.LRNew, 1000, 2) },
		"rate-old":     func(_ *moment, a *panel.Arm) string { return scaled(a.LROld, 1000, 2) },
		"val":          measured(3, func(a *panel.Arm) string { return a.ValLoss }),
		"val-at":       func(_ *moment, a *panel.Arm) string { return record.Thousands(a.ValLossAt) },
		"full":         full,
		"before":       measured(3, func(a *panel.Arm) string { return a.ValLossBefore }),
		"after":        measured(3, func(a *panel.Arm) string { return a.ValLossAfter }),
		"rms-before":   measured(2, func(a *panel.Arm) string { return a.RMSRatioBefore }),
		"rms-after":    measured(2, func(a *panel.Arm) string { return a.RMSRatioAfter }),
		"rms-unscaled": measured(2, func(a *panel.Arm) string { return a.RMSRatioUnscaled }),
		"rms-change":   func(_ *moment, a *panel.Arm) string { return scaled(a.RMSRatioChange, 100, 0) },
		"known":        (*moment).known,
		"experts":      (*moment).experts,

		"specialization": (*moment).specialization,
	}
	ofTwo = map[string]func(m *moment, a, b *panel.Arm) string{
		"ended": ended,
		"more":  (*moment).more,
	}
	// armNames are names of arms, in their own marks.
	armNames = map[string]func(*moment, *panel.Arm) *panel.Arm{
		"arm":     func(_ *moment, a *panel.Arm) *panel.Arm { return a },
		"lowest":  func(m *moment, _ *panel.Arm) *panel.Arm { return m.extreme(fullLoss, -1) },
		"highest": func(m *moment, _ *panel.Arm) *panel.Arm { return m.extreme(fullLoss, 1) },
		"spiked":  func(m *moment, _ *panel.Arm) *panel.Arm { return m.spiked() },
	}
)

// neurons are those of all experts of the network, before it is widened or after.
func (m *moment) neurons(widened bool) string {
	if m.rec == nil {
		return ""
	}
	e := m.rec.Experiment
	c := e.Small()
	for i, a := range e.Arms {
		if widened && a.Widens() {
			c = e.Wide(i)
			break
		}
	}
	return record.Thousands(c.Layers * c.Experts * c.Inner)
}

func fullLoss(a *panel.Arm) string  { return a.FullValLoss }
func lossAfter(a *panel.Arm) string { return a.ValLossAfter }

// pairs is a count of an arm's pairs; there is none where it has no pairs.
func pairs(count func(panel.Lock) int) func(*moment, *panel.Arm) string {
	return func(_ *moment, a *panel.Arm) string {
		if a.Lock.Pairs == 0 {
			return ""
		}
		return record.Thousands(count(a.Lock))
	}
}

// measured is a number of an arm as it was measured, with fewer digits.
func measured(n int, exact func(*panel.Arm) string) func(*moment, *panel.Arm) string {
	return func(_ *moment, a *panel.Arm) string { return scaled(exact(a), 1, n) }
}

// value is a number that was measured; false where it is none.
func value(exact string) (float64, bool) {
	v, err := strconv.ParseFloat(exact, 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// scaled is a multiple of a number as it was measured, with fewer digits.
func scaled(exact string, by float64, n int) string {
	v, ok := value(exact)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(by*v, 'f', n, 64)
}

// full is the full validation loss of an arm at its end, or that it has none.
func full(_ *moment, a *panel.Arm) string {
	if a.Diverged != "" {
		return "diverged"
	}
	return scaled(a.FullValLoss, 1, 4)
}

// cosines are those of the halves of an arm's pairs. In that of gradients is no neuron that gets none.
func cosines(l panel.Lock) string {
	if l.Pairs == 0 {
		return ""
	}
	or := func(exact string, equal bool) string {
		s := scaled(exact, 1, 3)
		switch {
		case s == "":
			return "none"
		case s == "1.000" && !equal: // what is not equal does not look so
			if s = scaled(exact, 1, 4); s == "1.0000" {
				return "≈ 1"
			}
		}
		return s
	}
	return or(l.Weight, l.Locked == l.Pairs) + " in weights and " + or(l.Grad, l.Grad == "1") + " in gradients"
}

// since is how long after the fork an arm's pairs were measured.
func since(m *moment, a *panel.Arm) string {
	n := a.Lock.Step - m.Fork
	switch {
	case a.Lock.Pairs == 0:
		return ""
	case n == 1:
		return "1 step"
	}
	return record.Thousands(n) + " steps"
}

// losses are the full validation losses of two arms at the end.
func losses(a, b *panel.Arm) (x, y float64, ok bool) {
	x, ok = value(a.FullValLoss)
	y, also := value(b.FullValLoss)
	return x, y, ok && also
}

// ended says by how much one arm ended below or above another.
func ended(_ *moment, a, b *panel.Arm) string {
	x, y, ok := losses(a, b)
	switch {
	case !ok:
		return ""
	case x < y:
		return fmt.Sprintf("%.3f below", y-x)
	}
	return fmt.Sprintf("%.3f above", x-y)
}

// below is by how much the lowest end is below the highest.
func (m *moment) below() string {
	low, high := m.extreme(fullLoss, -1), m.extreme(fullLoss, 1)
	if low == nil || low == high {
		return ""
	}
	x, y, _ := losses(low, high)
	return fmt.Sprintf("%.3f", y-x)
}

// extreme is the arm with the lowest or the highest of some loss, nil where none has one.
func (m *moment) extreme(loss func(*panel.Arm) string, sign float64) *panel.Arm {
	var best *panel.Arm
	most := math.Inf(-1)
	for i := range m.Arms {
		if v, ok := value(loss(&m.Arms[i])); ok && sign*v > most {
			best, most = &m.Arms[i], sign*v
		}
	}
	return best
}

// spiked is the arm with the highest loss just after the widening, once that of every arm was measured.
func (m *moment) spiked() *panel.Arm {
	if !m.widened(func(a *panel.Arm) bool { return a.ValLossAfter != "" }) {
		return nil
	}
	return m.extreme(lossAfter, 1)
}

// learns reports whether the networks learn a task of that kind.
func (m *moment) learns(kind string) bool { return m.rec != nil && m.rec.Experiment.Task.Kind == kind }

// What sentences may depend on.
var (
	whenRun = map[string]func(*moment) bool{
		"forked":      func(m *moment) bool { return m.Forked },
		"widens":      func(m *moment) bool { return m.Factor != "" },
		"paper-beta2": func(m *moment) bool { v, ok := value(m.Beta2); return ok && v == 0.95 },
		"facts":       func(m *moment) bool { return m.asked() != "" },
		"sums":        func(m *moment) bool { return m.learns(task.KindSums) && m.Shown != "" }, // some held out
		"induction":   func(m *moment) bool { return m.learns(task.KindInduction) },
		"spike-ended-highest": func(m *moment) bool {
			a := m.spiked()
			return a != nil && a == m.extreme(fullLoss, 1)
		},
		"unmoved": func(m *moment) bool { return m.moved() != "" && m.far() <= panel.Unmoved },
		// At most one of them stands, and none of what was not measured.
		"divided":   func(m *moment) bool { return m.dividing() >= halfway },
		"undivided": func(m *moment) bool { return m.dividing() < halfway },
	}
	whenArm = map[string]func(*moment, *panel.Arm) bool{
		"paired": func(_ *moment, a *panel.Arm) bool { return a.Lock.Pairs > 0 },
		"locked": func(_ *moment, a *panel.Arm) bool { return a.Lock.Pairs > 0 && a.Lock.Locked == a.Lock.Pairs },
		"parted": func(_ *moment, a *panel.Arm) bool {
			return a.Lock.Pairs > 0 && a.Lock.Locked+a.Lock.Diverged == 0
		},
		"diverging":  func(_ *moment, a *panel.Arm) bool { return a.Lock.Diverged > 0 },
		"some":       func(_ *moment, a *panel.Arm) bool { return a.Lock.Locked > 0 },
		"about":      func(_ *moment, a *panel.Arm) bool { return a.About != "" },
		"factorless": func(_ *moment, a *panel.Arm) bool { return a.Factorless },
		"unscaled":   func(_ *moment, a *panel.Arm) bool { return a.RMSRatioUnscaled != "" },
		"divided":    func(m *moment, a *panel.Arm) bool { return m.specialized(a) >= halfway },
		"undivided":  func(m *moment, a *panel.Arm) bool { return m.specialized(a) < halfway },
		"rewarmed":   func(_ *moment, a *panel.Arm) bool { return a.Widened && a.Rho != "" && a.LRNew != "" },
	}
	whenTwo = map[string]func(m *moment, a, b *panel.Arm) bool{
		"below": func(_ *moment, a, b *panel.Arm) bool { x, y, ok := losses(a, b); return ok && x < y },
		"ended": func(_ *moment, a, b *panel.Arm) bool { _, _, ok := losses(a, b); return ok },
		"knows-more": func(m *moment, a, b *panel.Arm) bool {
			x, asked := m.count(a)
			y, also := m.count(b)
			return asked > 0 && also > 0 && x > y
		},
		"close": func(_ *moment, a, b *panel.Arm) bool {
			x, y, ok := losses(a, b)
			return ok && math.Abs(x-y) < 0.01
		},
	}
	// groups of arms that a list has an item for.
	groups = map[string]func(*panel.Arm) bool{
		"arms":   func(*panel.Arm) bool { return true },
		"paired": func(a *panel.Arm) bool { return a.Lock.Pairs > 0 },
	}
)
