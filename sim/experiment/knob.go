package experiment

import (
	"errors"
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
	KnobSeed
	KnobName
)

// Choice is one value of a control and what people call it.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Knob is one control of an experiment. The page and the desktop build their controls from the same table. Get is empty
// where the control stands for several things that differ, or for a mixture that has no name. Set changes what the help
// says and nothing else; it errs, in a sentence, where the value is not one of the choices or not a number.
// [Experiment.Turn] also checks what comes of it.
type Knob struct {
	ID, Label, Help, Group string
	Advanced               bool // of a group that is for the curious, and can be folded
	Kind                   KnobKind
	Min, Max               float64
	Above                  bool // Min itself is not allowed
	Choices                []Choice
	Usual                  []string // of a number: values that people try first
	Mixed                  string   // what an empty value is called, if there can be one
	Get                    func(Experiment) string
	Set                    func(*Experiment, string) error
}

func format(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// choose errs where a value is not one of the choices.
func (k Knob) choose(s string) error {
	var allowed []string
	for _, c := range k.Choices {
		if c.Value == s {
			return nil
		}
		allowed = append(allowed, c.Value)
	}
	return fmt.Errorf("%s is %q; allowed are %s", k.Label, s, strings.Join(allowed, ", "))
}

// within errs where a number that was read, or the error in reading it, is not allowed.
func (k Knob) within(s string, x float64, err error) error {
	wrong := (*parseError)(nil)
	if !errors.As(err, &wrong) {
		if x >= k.Min && x <= k.Max && !(k.Above && x == k.Min) {
			return nil
		}
		wrong = &parseError{kind: map[KnobKind]string{KnobInt: wholeNumber, KnobFloat: realNumber}[k.Kind]}
	}
	if between := " from %s to %s"; wrong.bounds == "" {
		if k.Above {
			between = " above %s and up to %s"
		}
		wrong.bounds = fmt.Sprintf(between, format(k.Min), format(k.Max))
	}
	return fmt.Errorf("%s is %q; %w", k.Label, s, wrong)
}

// whole is a control for a whole number, real one for any number; what they change is what field points to.
func whole(id, label, help string, low, high int, field func(*Experiment) *int) Knob {
	k := number(KnobInt, id, label, help, float64(low), float64(high))
	k.Get = func(e Experiment) string { return strconv.Itoa(*field(&e)) }
	return k.counts(func(e *Experiment, n int) { *field(e) = n })
}

func real(id, label, help string, low, high float64, field func(*Experiment) *float64) Knob {
	k := number(KnobFloat, id, label, help, low, high)
	k.Get = func(e Experiment) string { return format(*field(&e)) }
	return k.measures(func(e *Experiment, x float64) { *field(e) = x })
}

func number(kind KnobKind, id, label, help string, low, high float64) Knob {
	return Knob{ID: id, Label: label, Help: help, Kind: kind, Min: low, Max: high}
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

// chooses makes a control do what set does with one of its choices, counts with a whole number that is allowed, and
// measures with any number that is.
func (k Knob) chooses(set func(*Experiment, string)) Knob {
	k.Set = func(e *Experiment, s string) error {
		err := k.choose(s)
		if err == nil {
			set(e, s)
		}
		return err
	}
	return k
}

func (k Knob) counts(set func(*Experiment, int)) Knob {
	k.Set = func(e *Experiment, s string) error {
		n, err := ParseInt(s)
		if err = k.within(s, float64(n), err); err == nil {
			set(e, n)
		}
		return err
	}
	return k
}

func (k Knob) measures(set func(*Experiment, float64)) Knob {
	k.Set = func(e *Experiment, s string) error {
		x, err := ParseReal(s)
		if err = k.within(s, x, err); err == nil {
			set(e, x)
		}
		return err
	}
	return k
}

// mixed is what a control shows for things that differ.
const mixed = "not the same everywhere"

// common makes a control show a field that some widenings have in common.
func (k Knob) common(of func(*Experiment) [][]Widening, get func(Widening) string) Knob {
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
	return k
}

// at sets a field of all of some widenings.
func at[T any](of func(*Experiment) [][]Widening, set func(*Widening, T)) func(*Experiment, T) {
	return func(e *Experiment, v T) {
		for _, widenings := range of(e) {
			for i := range widenings {
				set(&widenings[i], v)
			}
		}
	}
}

// everywhere makes a control show one of its choices that some widenings have in common, and set it at all of them.
func (k Knob) everywhere(of func(*Experiment) [][]Widening, get func(Widening) string,
	set func(*Widening, string)) Knob {
	return k.common(of, get).chooses(at(of, set))
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
