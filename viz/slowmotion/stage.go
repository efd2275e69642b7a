package slowmotion

import (
	"strings"

	"github.com/sparkling-lab/sparkling/sim/look"
)

// Weight says which weight of a neuron is followed: of which of its rows, in the order of [look.Parts], and which
// channel of the residual stream it belongs to.
type Weight struct{ Row, Channel int }

// Alike says how the halves of a pair stand to each other.
type Alike int

// The ways.
const (
	Alone  Alike = iota // there is one half
	Shared              // what is told is of neither half, but of the network that both are in
	Same                // the same bits
	Other               // other bits
)

// Line is one formula: symbols, and for each half the same with its numbers, and the result.
type Line struct {
	Name   string   // of the result: "m′"
	Rule   string   // "β₁ × m + (1−β₁) × g"; empty where the number is given
	Words  string   // what that is
	Filled []string // the rule with the numbers of each half; empty where the number is given
	Values []float32
	Alike  Alike
}

// Stage is a part of the update.
type Stage struct {
	Title string
	Says  string // what happens in it, in a sentence or two
	Lines []Line
	Alike Alike // of its last line
}

// Told is an update as it is told.
type Told struct {
	Stages         []Stage
	Short, Verdict string // what it comes to for the two halves, in a few words and in a sentence or two
	Exact          bool   // the last line has the bits of the engine's next weight, in every half
}

// Next is what a button says that goes on from a stage.
func (t *Told) Next(stage int) string {
	if stage+1 >= len(t.Stages) {
		return "Done"
	}
	title := t.Stages[stage+1].Title
	return "Next: " + strings.ToLower(title[:1]) + title[1:]
}

// The stages, by place. Under Muon the two moments are its momentum and the direction that it makes of it.
const (
	Forward = iota
	Loss
	Backward
	First
	Second
	Update
	Stages
)

// Tell tells an update of a weight, with all digits of every number or those that can be taken in at a glance.
func Tell(u *look.Update, w Weight, digits Digits) Told {
	t := teller{u: u, w: w, digits: digits}
	for i := range u.Sides {
		row := &u.Sides[i].Rows[w.Row]
		t.traces = append(t.traces, u.Rule.Trace(row, w.Channel))
	}
	out := Told{Stages: []Stage{t.forward(), t.loss(), t.backward()}, Exact: true}
	if u.Rule.Muon {
		out.Stages = append(out.Stages, t.momentum(), t.direction(), t.muon())
	} else {
		out.Stages = append(out.Stages, t.first(), t.second(), t.adamW())
	}
	for i := range out.Stages {
		s := &out.Stages[i]
		s.Alike = s.Lines[len(s.Lines)-1].Alike
	}
	for i, tr := range t.traces {
		out.Exact = out.Exact && look.Same(tr.After, u.Sides[i].Rows[w.Row].After[w.Channel])
	}
	last := &out.Stages[Update].Lines[len(out.Stages[Update].Lines)-1]
	if last.Words += "; the network’s own next weight has the same bits"; !out.Exact {
		last.Words = "the weight after the update; the network’s own differs in its last digits, for its engine " +
			"rounds otherwise"
	}
	out.Short, out.Verdict = t.verdict()
	return out
}

// teller makes the lines of one update.
type teller struct {
	u      *look.Update
	w      Weight
	digits Digits
	traces []look.Trace // of the halves
}

// line adds what is computed: of each half its result, and its rule with the numbers that it has there.
func (t *teller) line(name, rule, words string, of func(side int) (filled string, value float32)) Line {
	l := Line{Name: name, Rule: rule, Words: words, Alike: Alone}
	for i := range t.u.Sides {
		filled, value := of(i)
		if filled != "" {
			l.Filled = append(l.Filled, filled)
		}
		l.Values = append(l.Values, value)
	}
	if len(l.Values) > 1 {
		if l.Alike = Other; look.Same(l.Values[0], l.Values[1]) {
			l.Alike = Same
		}
	}
	return l
}

// given is a number that the run has.
func (t *teller) given(name, words string, of func(side int) float32) Line {
	return t.line(name, "", words, func(i int) (string, float32) { return "", of(i) })
}

// common is a number of the whole network.
func common(name, rule, words, filled string, value float32) Line {
	l := Line{Name: name, Rule: rule, Words: words, Values: []float32{value}, Alike: Shared}
	if filled != "" {
		l.Filled = []string{filled}
	}
	return l
}

func (t *teller) num(x float32) string { return t.digits.Number(x) }

// arg is a number within a formula: a negative one in brackets.
func (t *teller) arg(x float32) string {
	if s := t.num(x); x >= 0 {
		return s
	} else {
		return "(" + s + ")"
	}
}
