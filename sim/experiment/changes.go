package experiment

import (
	"fmt"
	"slices"
	"strings"
)

// Turn sets one control by its name, and makes the name of the experiment go with what it now is. It errs, and leaves
// the experiment as it is, where the value or what would come of it is not allowed.
func (e *Experiment) Turn(id, value string) error {
	for _, k := range Knobs(*e) {
		if k.ID != id {
			continue
		}
		turned := e.Clone()
		if err := k.Set(&turned, value); err != nil {
			return err
		}
		known := turned.Clone()
		for i := range known.Arms {
			known.Arms[i].Name = e.Arms[i].Name // by which the reader knows it, as long as nothing has changed
		}
		if err := known.check(); err != nil {
			return fmt.Errorf("%s cannot be %s: %w", k.Label, value, inWords(err))
		}
		turned.retitle()
		*e = turned
		return nil
	}
	return fmt.Errorf("there is no control called %s", id)
}

// Changes are the fewest controls, in their order, that lead from an experiment to another of as many arms, by their
// names: in every turn that which brings the two closest. What another brings along, as a treatment does with the
// details of its arm, is not named.
func Changes(from, to Experiment) []Knob {
	knobs := Knobs(to)
	differ := func(e Experiment) (out []int) {
		for i, k := range knobs {
			if k.Get(e) != k.Get(to) {
				out = append(out, i)
			}
		}
		return out
	}
	e, open, turned := from.Clone(), differ(from), map[int]bool{}
	for len(open) > 0 {
		best, near, left := -1, Experiment{}, open
		for _, i := range open {
			tried := e.Clone()
			if knobs[i].Set(&tried, knobs[i].Get(to)) != nil {
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
	var changes []Knob
	for i, k := range knobs {
		if turned[i] || slices.Contains(open, i) {
			changes = append(changes, k)
		}
	}
	return changes
}

// changedSuffix ends the name of a built-in experiment with other controls.
const changedSuffix = " (changed)"

// Base is the built-in experiment that e is, or that it was before controls were turned, or arms added, removed or
// moved.
func (e Experiment) Base() (Builtin, bool) {
	name, changed := strings.CutSuffix(e.Name, changedSuffix)
	for _, b := range builtins() {
		if b.Name == name && (changed || b.About == e.About) {
			return b, true
		}
	}
	return Builtin{}, false
}

// retitle makes the name of what was a built-in experiment say so where a control is turned that its text does not hold
// for.
func (e *Experiment) retitle() {
	b, ok := e.Base()
	if !ok {
		return
	}
	e.Name, e.About = b.Name, b.About
	const most = 6
	origin := Origins(b.Experiment, *e)
	list := rearranged(b.Experiment, *e, origin)
	for _, k := range Changes(b.Aligned(*e, origin), *e) {
		switch k.ID {
		case "seed", "steps", "widen-at": // what is said holds for any
		default:
			list = append(list, k.says(*e))
		}
	}
	if len(list) == 0 {
		return
	}
	if more := len(list) - most; more > 0 {
		list = append(list[:most], fmt.Sprintf("and %d more", more))
	}
	e.Name += changedSuffix
	e.About = fmt.Sprintf("The experiment %s with other controls: %s.", b.Name, strings.Join(list, "; "))
}

// says is a control and its value in words.
func (k Knob) says(e Experiment) string {
	label := k.Label
	if arm, detail := strings.CutSuffix(k.Group, groupDetailEnd); detail {
		label = arm + ", " + label
	}
	return label + " " + k.value(k.Get(e))
}
