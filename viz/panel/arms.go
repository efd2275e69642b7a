package panel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// DraftArm is an arm of the draft, as a list of arms shows it.
type DraftArm struct {
	Name    string `json:"name"`
	About   string `json:"about"`
	Style   Style  `json:"style"`
	New     bool   `json:"new"`     // it does not run yet
	Differs string `json:"differs"` // from the arm that the others are compared with, in a sentence; empty for that one
}

// DraftArms are the draft's arms, in their order.
func (d *Draft) DraftArms() []DraftArm {
	out := make([]DraftArm, len(d.Arms))
	styles, base := style.Of(d.Experiment), max(d.Baseline(), 0)
	for i, a := range d.Arms {
		out[i] = DraftArm{Name: a.Name, About: a.About, Style: styleOf(styles[i]), New: d.origin[i] < 0}
		if i != base {
			out[i].Differs = d.Difference(base, i)
		}
	}
	return out
}

// Additions are the arms that can be added: those that follow a named choice, and copies of those that there are.
func (d *Draft) Additions() (out []experiment.Choice) {
	for i, a := range d.Arms {
		out = append(out, experiment.Choice{Value: fmt.Sprint(copied, i), Label: "a copy of " + a.Name})
	}
	for _, t := range experiment.Treatments {
		out = append(out, experiment.Choice{Value: t.ID, Label: t.Name + ": " + t.About})
	}
	return out
}

// copied begins what says which arm is to be copied.
const copied = "copy of "

// Add adds an arm, one of the additions, and says what came of it.
func (d *Draft) Add(addition string) (string, error) {
	if number, ok := strings.CutPrefix(addition, copied); ok {
		arm, err := experiment.ParseInt(number)
		if err != nil {
			return "", err
		}
		return d.rearranged(func(order []int) []int { return slices.Insert(order, arm+1, -1) },
			func(e *experiment.Experiment) (string, error) { return e.CopyArm(arm) })
	}
	return d.rearranged(func(order []int) []int { return append(order, -1) },
		func(e *experiment.Experiment) (string, error) { return e.AddArm(addition) })
}

// Remove removes an arm, and Move gives one another place; they say what came of it.
func (d *Draft) Remove(arm int) (string, error) {
	return d.rearranged(func(order []int) []int { return slices.Delete(order, arm, arm+1) },
		func(e *experiment.Experiment) (string, error) { return e.RemoveArm(arm) })
}

// Move gives an arm another place.
func (d *Draft) Move(arm, to int) (string, error) {
	return d.rearranged(func(order []int) []int {
		moved := order[arm]
		return slices.Insert(slices.Delete(order, arm, arm+1), to, moved)
	}, func(e *experiment.Experiment) (string, error) { return e.MoveArm(arm, to) })
}

// rearranged does something to the arms, and to the order of what belongs to them; where that is not allowed all stays
// as it is. What was typed into the controls of an arm goes with it.
func (d *Draft) rearranged(change func([]int) []int, edit func(*experiment.Experiment) (string, error)) (string, error) {
	n := len(d.Arms)
	said, err := edit(&d.Experiment)
	if err != nil {
		return "", err
	}
	d.origin = change(d.origin)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	d.wrong = followed(d.wrong, change(order))
	return said, nil
}

// followed is what was typed into controls once arms stand in another order; what was typed for one that is no more
// goes with it.
func followed(list []wrong, order []int) (out []wrong) {
	for _, w := range list {
		arm, detail, ok := strings.Cut(w.id, ".")
		if !ok {
			out = append(out, w)
			continue
		}
		for i, o := range order {
			if arm == fmt.Sprintf("arm%d", o) {
				w.id = fmt.Sprintf("arm%d.%s", i, detail)
				out = append(out, w)
				break
			}
		}
	}
	return out
}

// Rearranged reports how many arms are new, gone or elsewhere.
func (d *Draft) Rearranged(running experiment.Experiment) (n int) {
	last := -1
	for _, o := range d.origin {
		switch {
		case o < 0, o < last:
			n++
		default:
			last = o
		}
	}
	for i := range running.Arms {
		if !slices.Contains(d.origin, i) {
			n++
		}
	}
	return n
}
