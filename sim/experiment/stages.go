package experiment

import (
	"fmt"
	"math"
	"strconv"

	"github.com/sparkling-lab/sparkling/model/widen"
)

// staged are the widenings of the first arm that has the most of them.
func (e Experiment) staged() []Widening {
	most := e.stages()
	for _, a := range e.Arms {
		if len(a.Widen) > len(most) {
			most = a.Widen
		}
	}
	return most
}

// growth is how many times as wide widenings make a network in all.
func growth(stages []Widening) float64 {
	g := 1.0
	for _, w := range stages {
		g *= w.Factor
	}
	return g
}

// shortcut reports whether an arm reaches in fewer widenings what others reach in stages.
func shortcut(a Arm, staged []Widening) bool {
	return len(a.Widen) > 0 && len(a.Widen) < len(staged) && math.Abs(growth(a.Widen)/growth(staged)-1) < 1e-6
}

// even is the factor of each of n widenings that together make a network g times as wide, without the dust of the
// arithmetic.
func even(g float64, n int) float64 {
	return math.Round(math.Pow(g, 1/float64(n))*1e9) / 1e9
}

// restage changes the widenings of every arm. Those that take a shortcut to where others go in stages keep their number
// of widenings, and follow with the factor.
func (e *Experiment) restage(change func([]Widening) []Widening) {
	before := e.staged()
	var shortcuts []int
	for i, a := range e.Arms {
		switch {
		case shortcut(a, before):
			shortcuts = append(shortcuts, i)
		case len(a.Widen) > 0:
			e.Arms[i].Widen = change(append([]Widening(nil), a.Widen...))
		}
	}
	g := growth(e.staged())
	for _, i := range shortcuts {
		stages := e.Arms[i].Widen
		for k := range stages {
			stages[k].Factor = even(g, len(stages))
		}
	}
}

// stageKnobs set how the network grows: the factor of every stage, and how many stages there are. Further ones are like
// the last, each halfway to the end.
func stageKnobs(e Experiment) []Knob {
	staged, most, note := e.staged(), float64(widen.MaxFactor), ""
	for _, a := range e.Arms {
		if shortcut(a, staged) {
			most = min(most, math.Pow(widen.MaxFactor, float64(len(a.Widen))/float64(len(staged))))
			note = " An arm that takes several stages at once follows."
		}
	}
	return []Knob{factorKnob(math.Floor(most*1e3)/1e3, note), stagesKnob(note)}
}

func factorKnob(most float64, note string) Knob {
	k := number(KnobFloat, "factor", "Factor", "New width over old, at every stage: any number above 1. Whole "+
		"factors can keep the function, others keep the expected RMS."+note, 1, most)
	k.Above, k.Usual, k.Mixed = true, []string{"1.25", "1.5", "2", "2.5", "3", "4"}, mixed
	k.Get = func(e Experiment) string {
		staged := e.staged()
		factor := staged[0].Factor
		for _, a := range e.Arms {
			if shortcut(a, staged) {
				continue
			}
			for _, w := range a.Widen {
				if w.Factor != factor {
					return ""
				}
			}
		}
		return format(factor)
	}
	return k.measures(func(e *Experiment, factor float64) {
		e.restage(func(stages []Widening) []Widening {
			for i := range stages {
				stages[i].Factor = factor
			}
			return stages
		})
	})
}

func stagesKnob(note string) Knob {
	k := number(KnobInt, "stages", "Stages", "How many times the network is made wider. Further widenings are like "+
		"the last one, each halfway to the end."+note, 1, MaxStages)
	k.Get = func(e Experiment) string { return strconv.Itoa(len(e.staged())) }
	return k.counts(func(e *Experiment, n int) {
		e.restage(func(stages []Widening) []Widening {
			stages = stages[:min(n, len(stages))]
			for len(stages) < n {
				next := stages[len(stages)-1]
				next.Step += (e.Steps - next.Step) / 2
				stages = append(stages, next)
			}
			return stages
		})
	})
}

// firstAndLast are the steps of the earliest and of the latest widening of any arm.
func (e Experiment) firstAndLast() (first, last int) {
	first, last = MaxSteps, 0
	for _, a := range e.Arms {
		for _, w := range a.Widen {
			first, last = min(first, w.Step), max(last, w.Step)
		}
	}
	if last < first { // no arm is ever widened
		first = e.stages()[0].Step
		last = first
	}
	return first, last
}

// widenAtKnob moves all widenings.
func widenAtKnob(e Experiment) Knob {
	first, last := e.firstAndLast()
	k := number(KnobInt, "widen-at", "Widen at step", "After how many updates the network is first made wider. Later "+
		"widenings, if there are any, keep their distance"+e.followed()+".",
		1, float64(max(1, e.Steps-1-(last-first))))
	k.Get = func(e Experiment) string {
		at, _ := e.firstAndLast()
		return strconv.Itoa(at)
	}
	return k.counts(func(e *Experiment, at int) {
		first, _ := e.firstAndLast()
		e.Shift(at - first)
	})
}

// followed says, in the middle of a sentence, what follows the step of a widening: a re-warmup over a share of the
// steps left.
func (e Experiment) followed() string {
	for _, a := range e.Arms {
		for _, w := range a.Widen {
			if w.Rewarm.Fraction > 0 {
				return "; Re-warmup steps τw stay the same share of the steps left"
			}
		}
	}
	return ""
}

// Shift moves all widenings by some steps.
func (e *Experiment) Shift(by int) {
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step += by
		}
	}
}

// stageNote says how an arm gets to its width, where others do it in another number of widenings or end with another
// width.
func (e Experiment) stageNote(arm int) (name, about string) {
	a, stages, widths := e.Arms[arm], false, false
	for _, o := range e.Arms {
		if len(a.Widen) > 0 && len(o.Widen) > 0 {
			stages = stages || a.Widens() && o.Widens() && len(o.Widen) != len(a.Widen)
			widths = widths || math.Abs(growth(o.Widen)/growth(a.Widen)-1) > 1e-6
		}
	}
	if stages && len(a.Widen) > 1 {
		name, about = ", staged", fmt.Sprintf(", in %d stages", len(a.Widen))
	} else if stages {
		about = fmt.Sprintf(", %.3g times as wide at once", growth(a.Widen))
	}
	if widths || stages && len(a.Widen) == 1 {
		name += fmt.Sprintf(" %.3gx", growth(a.Widen))
	}
	return name, about
}
