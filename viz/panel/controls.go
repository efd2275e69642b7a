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
	Usual   []string     `json:"usual"`   // of a number: values to try first
	Min     float64      `json:"min"`
	Max     float64      `json:"max"`
	Step    float64      `json:"step"` // 1 for whole numbers, 0 for any
	Value   string       `json:"value"`
	Mixed   string       `json:"mixed"` // what an empty value is called
}

// Controls are the knobs of an experiment with their present values.
func Controls(e sim.Experiment) []Control {
	var out []Control
	for _, k := range sim.Knobs(e) {
		out = append(out, Control{
			ID: k.ID, Label: k.Label, Help: k.Help, Group: k.Group, Folded: k.Advanced, Choices: k.Choices, Usual: k.Usual, Mixed: k.Mixed,
			Min: k.Min, Max: k.Max, Step: k.Step, Value: k.Get(e),
		})
	}
	return out
}

// Changed are the controls that lead from what runs to a draft, as [sim.Changes] has them.
func Changed(running, draft sim.Experiment) []string {
	changed := []string{}
	for _, k := range sim.Changes(running, draft) {
		changed = append(changed, k.ID)
	}
	return changed
}

// Change sets one knob of a copy of e. Where the value or what it leads to is not allowed, e comes back with the reason.
func Change(e sim.Experiment, id, value string) (sim.Experiment, error) {
	err := e.Turn(id, value)
	return e, err
}
