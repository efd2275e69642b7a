package panel

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Control is one form control, made from one of sim's knobs.
type Control struct {
	ID      string              `json:"id"`
	Label   string              `json:"label"`
	Help    string              `json:"help"`
	Group   string              `json:"group"`
	Folded  bool                `json:"folded"`  // at first: the group is for the curious
	Choices []experiment.Choice `json:"choices"` // empty: a number
	Usual   []string            `json:"usual"`   // of a number: values to try first
	Value   string              `json:"value"`   // as it was typed
	Wrong   string              `json:"wrong"`   // why that is not allowed, in a sentence; empty where it is
	Mixed   string              `json:"mixed"`   // what an empty value is called
}

// Draft is an experiment that is being edited, and what was typed that is not allowed: it stays in its control until it
// is mended, or another control makes it right, and until then the draft cannot run.
type Draft struct {
	experiment.Experiment
	wrong  []wrong // one a control, in the order in which they were typed
	origin []int   // by arm: which of the arms that run it is; −1 is none
	said   string  // what came of the last change to which arms there are
}

type wrong struct {
	id, label, value string
	err              error
}

// NewDraft begins with what runs.
func NewDraft(e experiment.Experiment) Draft {
	d := Draft{Experiment: e, origin: make([]int, len(e.Arms))}
	for i := range d.origin {
		d.origin[i] = i
	}
	return d
}

// Turn sets a control. Where the value or what it leads to is not allowed the experiment stays as it is, the control
// shows what was typed, and the reason comes back.
func (d *Draft) Turn(id, value string) error {
	again := append(slices.DeleteFunc(d.wrong, func(w wrong) bool { return w.id == id }), wrong{id: id, value: value})
	d.wrong = nil
	var err error
	for i := len(again) - 1; i >= 0; i-- { // this control, and those that it may have made right
		w := again[i]
		knobs := experiment.Knobs(d.Experiment)
		at := slices.IndexFunc(knobs, func(k experiment.Knob) bool { return k.ID == w.id })
		w.err = d.Experiment.Turn(w.id, w.value)
		if i == len(again)-1 {
			err = w.err
		}
		if w.err != nil && at >= 0 {
			w.label = knobs[at].Label
			d.wrong = slices.Insert(d.wrong, 0, w)
		}
	}
	return err
}

// Controls are the knobs of the draft with their present values.
func (d *Draft) Controls() []Control {
	var out []Control
	for _, k := range experiment.Knobs(d.Experiment) {
		c := Control{
			ID: k.ID, Label: k.Label, Help: k.Help, Group: k.Group, Folded: k.Advanced, Choices: k.Choices,
			Usual: k.Usual, Mixed: k.Mixed, Value: k.Get(d.Experiment),
		}
		for _, w := range d.wrong {
			if w.id == k.ID {
				c.Value, c.Wrong = w.value, w.err.Error()
			}
		}
		out = append(out, c)
	}
	return out
}

// Changed are the controls that lead from what runs to the draft, as [experiment.Changes] has them, of the arms that
// both have.
func (d *Draft) Changed(running experiment.Experiment) []string {
	changed := []string{}
	for _, k := range experiment.Changes(running.Aligned(d.Experiment, d.origin), d.Experiment) {
		changed = append(changed, k.ID)
	}
	return changed
}

// Untouched reports whether the draft is what runs.
func (d *Draft) Untouched(running experiment.Experiment) bool {
	return d.wrong == nil && d.Rearranged(running) == 0 && len(d.Changed(running)) == 0
}

// Err says which controls hold what is not allowed; it is nil where the draft can run.
func (d *Draft) Err() error {
	var labels []string
	for _, w := range d.wrong {
		labels = append(labels, w.label)
	}
	if labels == nil {
		return nil
	}
	return fmt.Errorf("%s cannot be what was typed there", list(labels))
}
