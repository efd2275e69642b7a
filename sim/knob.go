package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// KnobKind says what a control holds.
type KnobKind int

// The kinds of control.
const (
	KnobChoice KnobKind = iota
	KnobInt
	KnobFloat
)

// Choice is one value of a control and what people call it.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Knob is one control of an experiment. The page and the desktop build their controls from the same table. Get is empty where the control
// stands for several things that differ, or for a mixture that has no name. Set changes what the help says and nothing else; it errs, in a
// sentence, where the value is not one of the choices or not a number. [Experiment.Turn] also checks what comes of it.
type Knob struct {
	ID, Label, Help, Group string
	Advanced               bool // of a group that is for the curious, and can be folded
	Kind                   KnobKind
	Min, Max, Step         float64
	Above                  bool // Min itself is not allowed
	Choices                []Choice
	Usual                  []string // of a number: values that people try first
	Mixed                  string   // what an empty value is called, if there can be one
	Get                    func(Experiment) string
	Set                    func(*Experiment, string) error
}

func format(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// check says why a value is not allowed.
func (k Knob) check(s string) error {
	if k.Kind == KnobChoice {
		var allowed []string
		for _, c := range k.Choices {
			if c.Value == s {
				return nil
			}
			allowed = append(allowed, c.Value)
		}
		return fmt.Errorf("%s is %q; allowed are %s", k.Label, s, strings.Join(allowed, ", "))
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= k.Min && v <= k.Max) || k.Above && v == k.Min || k.Kind == KnobInt && v != float64(int64(v)) {
		kind, between := "a number", "from %s to %s"
		if k.Kind == KnobInt {
			kind = "a whole number"
		}
		if k.Above {
			between = "above %s and up to %s"
		}
		return fmt.Errorf("%s is %q; allowed is %s "+between, k.Label, s, kind, format(k.Min), format(k.Max))
	}
	return nil
}

// whole is a control for a whole number, real one for any number; what they change is what field points to.
func whole(id, label, help string, low, high int, field func(*Experiment) *int) Knob {
	k := number(KnobInt, id, label, help, float64(low), float64(high), 1)
	k.Get = func(e Experiment) string { return strconv.Itoa(*field(&e)) }
	return k.sets(func(e *Experiment, v string) { *field(e), _ = strconv.Atoi(v) })
}

func real(id, label, help string, low, high, step float64, field func(*Experiment) *float64) Knob {
	k := number(KnobFloat, id, label, help, low, high, step)
	k.Get = func(e Experiment) string { return format(*field(&e)) }
	return k.sets(func(e *Experiment, v string) { *field(e), _ = strconv.ParseFloat(v, 64) })
}

func number(kind KnobKind, id, label, help string, low, high, step float64) Knob {
	return Knob{ID: id, Label: label, Help: help, Kind: kind, Min: low, Max: high, Step: step}
}

func choice(id, label, help string, choices []Choice) Knob {
	return Knob{ID: id, Label: label, Help: help, Choices: choices}
}

// same are choices that people call what the document calls them.
func same[T ~string](values []T) []Choice {
	out := make([]Choice, len(values))
	for i, v := range values {
		out[i] = Choice{string(v), string(v)}
	}
	return out
}

// sets makes a control do what set does with a value that is allowed.
func (k Knob) sets(set func(*Experiment, string)) Knob {
	k.Set = func(e *Experiment, v string) error {
		if err := k.check(v); err != nil {
			return err
		}
		set(e, v)
		return nil
	}
	return k
}

// mixed is what a control shows for things that differ.
const mixed = "not the same everywhere"

// everywhere makes a control show a field that some widenings have in common, and set it at all of them.
func (k Knob) everywhere(of func(*Experiment) [][]Widening, get func(Widening) string, set func(*Widening, string)) Knob {
	k.Mixed = mixed
	k.Get = func(e Experiment) string {
		common, found := get(e.stages()[0]), false
		for _, widenings := range of(&e) {
			for _, w := range widenings {
				if x := get(w); found && x != common {
					return ""
				} else {
					common, found = x, true
				}
			}
		}
		return common
	}
	return k.sets(func(e *Experiment, v string) {
		for _, widenings := range of(e) {
			for i := range widenings {
				set(&widenings[i], v)
			}
		}
	})
}

// in puts controls into a group, advanced into one that can be folded.
func in(group string, knobs ...Knob) []Knob {
	for i := range knobs {
		knobs[i].Group = group
	}
	return knobs
}

func advanced(group string, knobs ...Knob) []Knob {
	for i := range knobs {
		knobs[i].Advanced = true
	}
	return in(group, knobs...)
}
