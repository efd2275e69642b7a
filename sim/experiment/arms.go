package experiment

import (
	"bytes"
	"fmt"
	"slices"
)

// What follows changes which arms there are and in which order, and says in a sentence what came of it. Each errs, and
// leaves the experiment as it is, where that is not allowed. An arm's bits are the same wherever it stands, and
// whichever others there are.

// AddArm adds an arm behind the others that follows the named choice, at the widenings that the shared controls show.
func (e *Experiment) AddArm(treatment string) (string, error) {
	t, err := treatmentOf(treatment)
	if err != nil {
		return "", err
	}
	return e.rearrange(append(e.order(), -1), t.treat(Arm{}, e.stages()))
}

// CopyArm adds an arm right behind another that does the same.
func (e *Experiment) CopyArm(arm int) (string, error) {
	if err := e.has(arm); err != nil {
		return "", err
	}
	a := e.Clone().Arms[arm]
	return e.rearrange(slices.Insert(e.order(), arm+1, -1), a)
}

// RemoveArm removes an arm; the last one stays.
func (e *Experiment) RemoveArm(arm int) (string, error) {
	if err := e.has(arm); err != nil {
		return "", err
	}
	return e.rearrange(slices.Delete(e.order(), arm, arm+1), Arm{})
}

// MoveArm gives an arm another place, counted from 0.
func (e *Experiment) MoveArm(arm, to int) (string, error) {
	for _, i := range [2]int{arm, to} {
		if err := e.has(i); err != nil {
			return "", err
		}
	}
	order := e.order()
	return e.rearrange(slices.Insert(slices.Delete(order, arm, arm+1), to, arm), Arm{})
}

// order says of each arm which it is.
func (e Experiment) order() []int {
	out := make([]int, len(e.Arms))
	for i := range out {
		out[i] = i
	}
	return out
}

func (e Experiment) has(arm int) error {
	if arm < 0 || arm >= len(e.Arms) {
		return fmt.Errorf("there is no arm %d; there are 1 to %d", arm+1, len(e.Arms))
	}
	return nil
}

// rearrange makes the arms those of an order, in which −1 is a new one.
func (e *Experiment) rearrange(order []int, added Arm) (string, error) {
	switch n := len(order); {
	case n > MaxArms:
		return "", fmt.Errorf("there are %d arms; more than %d are not allowed", len(e.Arms), MaxArms)
	case n == 0:
		return "", fmt.Errorf("“%s” is the only arm; an experiment has at least one", e.Arms[0].Name)
	}
	before, next := e.Clone(), e.Clone()
	next.Arms = nil
	for _, o := range order {
		a := added
		if o >= 0 {
			a = before.Clone().Arms[o]
		}
		next.Arms = append(next.Arms, a)
	}
	next.follow(before, order)
	if err := next.check(); err != nil {
		return "", inWords(err)
	}
	next.retitle()
	*e = next
	return said(before, next, order), nil
}

// said is what became of the arms, in a sentence or two: which is new, which is gone, or where one stands now; and
// which are called otherwise than before.
func said(before, now Experiment, order []int) (s string) {
	switch {
	case len(order) > len(before.Arms):
		at := slices.Index(order, -1)
		s = fmt.Sprintf("%s is new: %s.", now.Arms[at].Name, now.Arms[at].About)
	case len(order) < len(before.Arms):
		for i, a := range before.Arms {
			if !slices.Contains(order, i) {
				s = fmt.Sprintf("%s is no more.", a.Name)
			}
		}
	default:
		s = "Their order is now " + listed(now) + "."
	}
	for i, o := range order {
		if o >= 0 && before.Arms[o].Name != now.Arms[i].Name {
			s += fmt.Sprintf(" %s is called %s now.", before.Arms[o].Name, now.Arms[i].Name)
		}
	}
	return s
}

func listed(e Experiment) (s string) {
	for i, a := range e.Arms {
		switch i {
		case 0:
		case len(e.Arms) - 1:
			s += " and "
		default:
			s += ", "
		}
		s += a.Name
	}
	return s
}

// Origins says of each arm of an experiment which of another it was: that of the same name, or else one that does the
// same, or where there are as many that at its place; −1 where there is none.
func Origins(from, to Experiment) []int {
	out, used := make([]int, len(to.Arms)), map[int]bool{}
	for i := range out {
		out[i] = -1
	}
	for _, same := range []func(a, b Arm) bool{func(a, b Arm) bool { return a.Name == b.Name }, Alike} {
		for i, a := range to.Arms {
			for k, b := range from.Arms {
				if out[i] < 0 && !used[k] && same(a, b) {
					out[i], used[k] = k, true
				}
			}
		}
	}
	for i := range out {
		if out[i] < 0 && len(from.Arms) == len(to.Arms) && !used[i] {
			out[i] = i
		}
	}
	return out
}

// Aligned is an experiment with the arms of another: in their order, without those that the other has not, and with
// those that it has besides. origin says of each arm of the other which it was; −1 is none.
func (e Experiment) Aligned(to Experiment, origin []int) Experiment {
	own, out := e.Clone(), to.Clone()
	for i, o := range origin {
		if o >= 0 {
			out.Arms[i] = own.Arms[o]
		}
	}
	own.Arms = out.Arms
	return own
}

// rearranged says in words which arms an experiment has more, or has not, or has in another order, than another.
func rearranged(from, to Experiment, origin []int) (list []string) {
	for k, a := range from.Arms {
		if !slices.Contains(origin, k) {
			list = append(list, "without "+a.Name)
		}
	}
	last, moved := -1, false
	for i, o := range origin {
		if o < 0 {
			list = append(list, "with "+to.Arms[i].Name+" too")
			continue
		}
		moved, last = moved || o < last, o
	}
	if moved {
		list = append(list, "in another order")
	}
	return list
}

// Alike reports whether two experiments differ in nothing but what they and their arms are called, and what is said
// about them.
func (e Experiment) Alike(o Experiment) bool {
	return bytes.Equal(e.Unnamed().JSON(), o.Unnamed().JSON())
}

// Deciding is a copy of what decides the bits of a run: nothing in it is named, and nothing says how the same bits are
// computed, nor where the files lie that it learns from. What is in these decides, and whoever opens them compares it.
func (e Experiment) Deciding() Experiment {
	e = e.Unnamed()
	e.Recompute = false
	e.Task.TrainFiles, e.Task.ValidationFiles, e.Task.Tokenizer = nil, nil, ""
	return e
}

// Unnamed is a copy in which nothing is called anything, nor said about anything.
func (e Experiment) Unnamed() Experiment {
	e = e.Clone()
	e.Name, e.About = "", ""
	for i := range e.Arms {
		e.Arms[i].Name, e.Arms[i].About = "", ""
	}
	return e
}
