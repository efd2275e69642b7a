package panel

import (
	"slices"

	"github.com/sparkling-lab/sparkling/sim"
)

// Control is one form control, made from one of sim's knobs.
type Control struct {
	ID      string       `json:"id"`
	Label   string       `json:"label"`
	Help    string       `json:"help"`
	Group   string       `json:"group"`
	Folded  bool         `json:"folded"`  // at first: the group is for the curious
	Choices []sim.Choice `json:"choices"` // empty: a number
	Min     float64      `json:"min"`
	Max     float64      `json:"max"`
	Step    float64      `json:"step"` // 1 for whole numbers
	Value   string       `json:"value"`
}

// Controls are the knobs of an experiment with their present values.
func Controls(e sim.Experiment) []Control {
	var out []Control
	for _, k := range sim.Knobs(e) {
		out = append(out, Control{
			ID: k.ID, Label: k.Label, Help: k.Help, Group: k.Group, Folded: k.Advanced, Choices: k.Choices,
			Min: k.Min, Max: k.Max, Step: k.Step, Value: k.Get(e),
		})
	}
	return out
}

// Changed are the fewest controls, in their order, that lead from what runs to a draft of as many arms, by their names: in every turn that
// which brings the two closest. What another brings along, as a treatment does with the details of its arm, is not named.
func Changed(running, draft sim.Experiment) []string {
	knobs := sim.Knobs(draft)
	differ := func(e sim.Experiment) (out []int) {
		for i, k := range knobs {
			if k.Get(e) != k.Get(draft) {
				out = append(out, i)
			}
		}
		return out
	}
	e, open, turned := running.Clone(), differ(running), map[int]bool{}
	for len(open) > 0 {
		best, near, left := -1, sim.Experiment{}, open
		for _, i := range open {
			tried := e.Clone()
			if knobs[i].Set(&tried, knobs[i].Get(draft)) != nil {
				continue
			}
			if d := differ(tried); len(d) < len(left) {
				best, near, left = i, tried, d
			}
		}
		if best < 0 {
			break
		}
		e, open, turned[best] = near, left, true
	}
	changed := []string{}
	for i, k := range knobs {
		if turned[i] || slices.Contains(open, i) {
			changed = append(changed, k.ID)
		}
	}
	return changed
}

// Change sets one knob of a copy of e. Where the value or what it leads to is not allowed, e comes back with the reason.
func Change(e sim.Experiment, id, value string) (sim.Experiment, error) {
	changed := e.Clone()
	for _, k := range sim.Knobs(e) {
		if k.ID != id {
			continue
		}
		if err := k.Set(&changed, value); err != nil {
			return e, err
		}
		if err := changed.Validate(); err != nil {
			return e, err
		}
		return changed, nil
	}
	return e, errUnknown(id)
}

type errUnknown string

func (id errUnknown) Error() string { return "there is no control called " + string(id) }
