package sim

import (
	"fmt"
	"strconv"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
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

// Knob is one control of an experiment. The page and the desktop build their controls from the same table. Set changes this one thing
// and nothing else; it errs, in a sentence, where the value is not one of the choices or not a number.
type Knob struct {
	ID, Label, Help, Group string
	Kind                   KnobKind
	Min, Max, Step         float64
	Choices                []Choice
	Get                    func(Experiment) string
	Set                    func(*Experiment, string) error
}

// The groups of controls.
const (
	groupRun   = "Run"
	groupWiden = "Widening"
	groupArms  = "Arms"
)

// Knobs are the controls of an experiment.
func Knobs(e Experiment) []Knob {
	knobs := []Knob{
		number(groupRun, "seed", "Seed", "Where the random numbers begin. The same seed gives the same bits.", 0, 1<<31, 1,
			func(e Experiment) float64 { return float64(e.Seed) }, func(e *Experiment, v float64) { e.Seed = uint64(v) }),
		number(groupRun, "steps", "Steps", "Updates of the whole run. The learning rate falls to its end over them.", 20, 20000, 1,
			func(e Experiment) float64 { return float64(e.Steps) }, func(e *Experiment, v float64) { e.Steps = int(v) }),
		shared(number(groupWiden, "widen-at", "Widen at step", "After how many updates the network is made wider.", 1, 20000, 1,
			func(e Experiment) float64 { return float64(e.firstWidening().Step) }, nil), func(w *Widening, v string) { w.Step, _ = strconv.Atoi(v) }),
		shared(choice("axis", "Axis", "What grows: the neurons of each expert, the residual stream, or both.",
			[]Choice{{string(model.Inner), "Inner: neurons of each expert"}, {string(model.Hidden), "Hidden: residual stream"}, {string(model.Joint), "Joint: both"}},
			func(e Experiment) string { return string(e.firstWidening().Axis) }), func(w *Widening, v string) { w.Axis = model.Axis(v) }),
		shared(choice("factor", "Factor", "New width over old.", []Choice{{"1.5", "1.5 times"}, {"2", "2 times"}, {"3", "3 times"}, {"4", "4 times"}},
			func(e Experiment) string { return format(e.firstWidening().Factor) }), func(w *Widening, v string) { w.Factor, _ = strconv.ParseFloat(v, 64) }),
		shared(choice("init", "New weights", "What new rows and new columns hold at first.", initChoices(),
			func(e Experiment) string { return string(e.firstWidening().Init) }), func(w *Widening, v string) { w.Init = widen.Init(v) }),
		shared(number(groupWiden, "rho", "Re-warmup peak ρ", "How far a re-warmed learning rate rises above the present one.", 1, 3, 0.05,
			func(e Experiment) float64 { return e.firstWidening().Rewarm.Rho }, nil), func(w *Widening, v string) { w.Rewarm.Rho, _ = strconv.ParseFloat(v, 64) }),
		shared(number(groupWiden, "tau", "Re-warmup steps τw", "Over how many updates it rises.", 0, 1000, 1,
			func(e Experiment) float64 { return float64(e.firstWidening().Rewarm.Steps) }, nil), func(w *Widening, v string) { w.Rewarm.Steps, _ = strconv.Atoi(v) }),
	}
	for i := range e.Arms {
		knobs = append(knobs, treatment(i))
	}
	return knobs
}

func initChoices() []Choice {
	var out []Choice
	for _, i := range widen.Inits {
		out = append(out, Choice{string(i), string(i)})
	}
	return out
}

func treatment(arm int) Knob {
	var choices []Choice
	for _, t := range Treatments {
		choices = append(choices, Choice{t.ID, t.Name + ": " + t.About})
	}
	k := choice(fmt.Sprintf("arm%d.treatment", arm), fmt.Sprintf("Arm %d", arm+1), "What this arm does at the widening.", choices,
		func(e Experiment) string {
			t, _ := TreatmentOf(e.Arms[arm])
			return t.ID
		})
	k.Group = groupArms
	k.Set = func(e *Experiment, v string) error { return e.setTreatment(arm, v) }
	return k
}

func format(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// number is a control for a number; whole numbers have step 1.
func number(group, id, label, help string, low, high, step float64, get func(Experiment) float64, set func(*Experiment, float64)) Knob {
	k := Knob{ID: id, Label: label, Help: help, Group: group, Kind: KnobFloat, Min: low, Max: high, Step: step}
	if step == 1 {
		k.Kind = KnobInt
	}
	k.Get = func(e Experiment) string { return format(get(e)) }
	k.Set = func(e *Experiment, s string) error {
		if err := k.check(s); err != nil {
			return err
		}
		v, _ := strconv.ParseFloat(s, 64)
		set(e, v)
		return nil
	}
	return k
}

// check says why a value is not allowed.
func (k Knob) check(s string) error {
	if k.Kind == KnobChoice {
		for _, c := range k.Choices {
			if c.Value == s {
				return nil
			}
		}
		return fmt.Errorf("%s cannot be %q", k.Label, s)
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= k.Min && v <= k.Max) || k.Kind == KnobInt && v != float64(int64(v)) {
		kind := "a number"
		if k.Kind == KnobInt {
			kind = "a whole number"
		}
		return fmt.Errorf("%s is %q; allowed is %s from %s to %s", k.Label, s, kind, format(k.Min), format(k.Max))
	}
	return nil
}

func choice(id, label, help string, choices []Choice, get func(Experiment) string) Knob {
	return Knob{ID: id, Label: label, Help: help, Group: groupWiden, Choices: choices, Get: get}
}

// shared makes a control set a field of the first widening of every arm that has one.
func shared(k Knob, set func(*Widening, string)) Knob {
	k.Set = func(e *Experiment, v string) error {
		if err := k.check(v); err != nil {
			return err
		}
		for i := range e.Arms {
			if len(e.Arms[i].Widen) > 0 {
				set(&e.Arms[i].Widen[0], v)
			}
		}
		return nil
	}
	return k
}

// Turn sets one control by its name.
func (e *Experiment) Turn(id, value string) error {
	for _, k := range Knobs(*e) {
		if k.ID == id {
			return k.Set(e, value)
		}
	}
	return fmt.Errorf("there is no control called %s", id)
}
