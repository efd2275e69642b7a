package panel

import "github.com/sparkling-lab/sparkling/sim"

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

// Changed are the controls, in their order, that lead from what runs to a draft of as many arms, by their names. What an earlier one
// brings along, as a treatment does with the details of its arm, is not named again.
func Changed(running, draft sim.Experiment) []string {
	e, changed := running.Clone(), []string{}
	for _, k := range sim.Knobs(draft) {
		value := k.Get(draft)
		if k.Get(e) != value && k.Set(&e, value) == nil {
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
