package experiment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/model/optim"
)

// Difference says in one sentence in what two arms differ, as the controls have it: from it follows all that differs in
// what becomes of them.
func (e Experiment) Difference(a, b int) string {
	one, other := e.Arms[a], e.Arms[b]
	switch {
	case a == b:
		return fmt.Sprintf("%s is one arm.", one.Name)
	case len(one.Widen) == 0 && len(other.Widen) == 0:
		return fmt.Sprintf("%s and %s do the same: neither is ever widened.", one.Name, other.Name)
	case len(one.Widen) == 0 || len(other.Widen) == 0:
		if len(one.Widen) > 0 {
			one, other = other, one
		}
		return fmt.Sprintf("%s is never widened; %s is %s.", one.Name, other.Name, widened(other))
	}
	list := e.differ(a, b)
	if list == nil {
		return fmt.Sprintf("%s and %s do the same.", one.Name, other.Name)
	}
	things := "one thing"
	if n := len(list); n > 1 {
		things = inWord[n] + " things"
		list[n-2] += " and " + list[n-1]
		list = list[:n-1]
	}
	return fmt.Sprintf("%s and %s differ in %s: %s.", one.Name, other.Name, things, strings.Join(list, ", "))
}

// widened says how an arm comes by its width.
func widened(a Arm) string {
	if a.From != Fork {
		return "wide from the first step"
	}
	at := make([]string, len(a.Widen))
	for i, w := range a.Widen {
		at[i] = fmt.Sprint(w.Step)
	}
	if len(at) == 1 {
		return "widened at step " + at[0]
	}
	return "widened at steps " + strings.Join(at, ", ")
}

// differ lists the controls that two arms which come to be wide would have at other values, were each alone, with both.
func (e Experiment) differ(a, b int) (list []string) {
	alone := func(arm int) Experiment {
		x := e.Clone()
		x.Arms = x.Arms[arm : arm+1]
		return x
	}
	x, y := alone(a), alone(b)
	others := Knobs(y)
	for _, k := range Knobs(x) {
		at := slices.IndexFunc(others, func(o Knob) bool { return o.ID == k.ID })
		if at < 0 || !k.tells(x) || !k.tells(y) || k.ID == "tau" && lastAlike(x, y) {
			continue
		}
		if v, w := k.Get(x), others[at].Get(y); v != w {
			list = append(list, fmt.Sprintf("%s (%s against %s)", uncapital(k.Label), k.value(v), others[at].value(w)))
		}
	}
	return list
}

// lastAlike reports whether the re-warmups of two arms last as long by what the document says of them, which may be a
// share of the steps left.
func lastAlike(x, y Experiment) bool {
	a, b := x.stages()[0].Rewarm, y.stages()[0].Rewarm
	return a.Steps == b.Steps && a.Fraction == b.Fraction
}

// tells reports whether a control of an experiment of one arm is about what the arm does, by itself: one that stands
// for several is not, and none that has no effect.
func (k Knob) tells(e Experiment) bool {
	a := e.Arms[0]
	_, detail, of := strings.Cut(k.ID, ".")
	switch {
	case of && (detail == "name" || detail == "treatment"):
		return false
	case k.ID == "axis" || k.ID == "factor" || k.ID == "stages" || detail == "from":
		return true
	case a.From != Fork: // what is wide from the start has nothing to copy and to empty, and is not widened at a step
		return false
	case k.ID == "init" || k.Group != groupWiden && !of:
		return false // it is among the arm's own, or the same for all
	case k.ID == "norm-weights":
		return slices.ContainsFunc(a.Widen, func(w Widening) bool { return w.Axis != "inner" })
	case k.ID == "rho" || k.ID == "tau":
		return slices.ContainsFunc(a.Widen, func(w Widening) bool { return w.Rewarm.Scope != optim.RewarmNone })
	}
	return true
}

// value is a value of a control in words.
func (k Knob) value(v string) string {
	if k.Kind == KnobChoice {
		v, _, _ = strings.Cut(labelOf(k.Choices, v), ": ")
		v, _, _ = strings.Cut(v, " (")
	}
	return cmp.Or(v, k.Mixed)
}

// inWord are numbers in words: two arms differ in no more things than there are controls of an arm.
var inWord = [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
	"eleven", "twelve", "thirteen", "fourteen"}

func uncapital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
