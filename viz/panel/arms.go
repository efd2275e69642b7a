package panel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// DraftArm is an arm of the draft, as a list of arms shows it.
type DraftArm struct {
	Name    string `json:"name"`
	About   string `json:"about"` // what it does, a sentence; empty where nobody has said it
	Style   Style  `json:"style"`
	New     bool   `json:"new"`     // it does not run yet
	Differs string `json:"differs"` // from the arm that the others are compared with, in a sentence; empty for that one
}

// DraftArms are the draft's arms, in their order.
func (d *Draft) DraftArms() []DraftArm {
	out := make([]DraftArm, len(d.Arms))
	styles, base := style.Of(d.Experiment), max(d.Baseline(), 0)
	for i, a := range d.Arms {
		about := ""
		if a.About != "" {
			about = strings.TrimSuffix(record.Capital(a.About), ".") + "."
		}
		out[i] = DraftArm{Name: a.Name, About: about, Style: styleOf(styles[i]), New: d.origin[i] < 0}
		if i != base {
			out[i].Differs = d.Difference(base, i)
		}
	}
	return out
}

// Additions are the arms that can be added: copies of those that there are, and those that follow a named choice, first
// of these the ones that no arm follows yet.
func (d *Draft) Additions() (out []experiment.Choice) {
	for i, a := range d.Arms {
		out = append(out, experiment.Choice{Value: fmt.Sprint(copied, i), Label: "a copy of " + a.Name})
	}
	followed := map[string]bool{}
	for _, a := range d.Arms {
		if t, ok := experiment.TreatmentOf(a); ok {
			followed[t.ID] = true
		}
	}
	for _, there := range []bool{false, true} {
		for _, t := range experiment.Treatments {
			if followed[t.ID] == there {
				out = append(out, experiment.Choice{Value: t.ID, Label: t.Name + ": " + t.About})
			}
		}
	}
	return out
}

// copied begins what says which arm is to be copied.
const copied = "copy of "

// Add adds an arm, one of the additions. It errs, as Remove and Move do, where that is not allowed; what came of it is
// said by Said.
func (d *Draft) Add(addition string) error {
	if number, ok := strings.CutPrefix(addition, copied); ok {
		arm, err := experiment.ParseInt(number)
		if err != nil {
			return err
		}
		return d.rearranged(func(order []int) []int { return slices.Insert(order, arm+1, -1) },
			func(e *experiment.Experiment) (string, error) { return e.CopyArm(arm) })
	}
	return d.rearranged(func(order []int) []int { return append(order, -1) },
		func(e *experiment.Experiment) (string, error) { return e.AddArm(addition) })
}

// Remove removes an arm.
func (d *Draft) Remove(arm int) error {
	return d.rearranged(func(order []int) []int { return slices.Delete(order, arm, arm+1) },
		func(e *experiment.Experiment) (string, error) { return e.RemoveArm(arm) })
}

// Move gives an arm another place.
func (d *Draft) Move(arm, to int) error {
	return d.rearranged(func(order []int) []int {
		moved := order[arm]
		return slices.Insert(slices.Delete(order, arm, arm+1), to, moved)
	}, func(e *experiment.Experiment) (string, error) { return e.MoveArm(arm, to) })
}

// rearranged does something to the arms, and to the order of what belongs to them; where that is not allowed all stays
// as it is. What was typed into the controls of an arm goes with it.
func (d *Draft) rearranged(change func([]int) []int,
	edit func(*experiment.Experiment) (string, error)) error {
	n := len(d.Arms)
	said, err := edit(&d.Experiment)
	if err != nil {
		return err
	}
	d.said, d.origin = said, change(d.origin)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	d.wrong = followed(d.wrong, change(order))
	for i := range d.wrong {
		for _, k := range experiment.Knobs(d.Experiment) {
			if k.ID == d.wrong[i].id {
				d.wrong[i].label = k.Label
			}
		}
	}
	return nil
}

// Said is what came of the last change to which arms there are; empty before any.
func (d *Draft) Said() string { return d.said }

// Call gives an arm a name, in the draft and at once in the run that the draft is of, which goes on. A name that
// another arm of that run still has, it gets with the draft.
func (d *Draft) Call(s *session.Session, arm int, name string) error {
	if err := d.Turn(fmt.Sprintf("arm%d.name", arm), name); err != nil || d.origin[arm] < 0 {
		return err
	}
	e := s.Experiment()
	if e.Turn(fmt.Sprintf("arm%d.name", d.origin[arm]), name) != nil {
		return nil
	}
	doc, err := e.Validate()
	if err != nil {
		return err
	}
	return s.Rename(doc)
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

// Rearranged reports how many arms are new, gone or elsewhere: as few as can have been moved.
func (d *Draft) Rearranged(running experiment.Experiment) int {
	longest, stay := make([]int, len(d.origin)), 0 // of those that stand in their order, up to each
	for i, o := range d.origin {
		for k, before := range d.origin[:i] {
			if o >= 0 && before >= 0 && before < o {
				longest[i] = max(longest[i], longest[k])
			}
		}
		if o >= 0 {
			longest[i]++
		}
		stay = max(stay, longest[i])
	}
	gone := 0
	for i := range running.Arms {
		if !slices.Contains(d.origin, i) {
			gone++
		}
	}
	return len(d.origin) - stay + gone
}
