package experiment

import (
	"fmt"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/task"
)

const groupTask = "Task"

// Which labels of facts count.
const (
	labelsAll     = "all"
	labelsAnswers = "answers"
)

// taskKnobs are the sizes of what is learnt; a text has none.
func taskKnobs(e Experiment) []Knob {
	letters := func(help string) Knob {
		return whole("letters", "Letters", help, task.MinLetters, task.MaxLetters,
			func(e *Experiment) *int { return &e.Task.Letters })
	}
	table := func(help string) Knob {
		return seeded("table", "Table", help, func(e *Experiment) *uint64 { return &e.Task.Table })
	}
	switch e.Task.Kind {
	case task.KindFacts:
		return []Knob{
			letters("A fact is two letters and their answer: of n letters there are n² facts."),
			table("Where the random numbers of the table begin. Some tables are harder than others."),
			labelsKnob(),
		}
	case task.KindLanguages:
		return []Knob{
			whole("languages", "Languages", "How many languages there are, all over one alphabet.", task.MinLanguages,
				task.MaxLanguages, func(e *Experiment) *int { return &e.Task.Languages }),
			letters("Of n letters each language has n rules: which two letters may follow each."),
			table("Where the random numbers of the languages begin. Some are harder than others."),
		}
	case task.KindSums:
		return []Knob{
			whole("modulus", "Modulus p", "Sums are (a + b) mod p for all a and b below p: there are p² of them.",
				task.MinModulus, task.MaxModulus, func(e *Experiment) *int { return &e.Task.Modulus }),
			real("held-out", "Held out", "The fraction of pairs that is never trained on, each in both orders. What "+
				"is said of these shows who can calculate.", 0, task.MaxValidation,
				func(e *Experiment) *float64 { return &e.Task.Validation }),
			table("Where the random numbers begin that say which pairs are held out."),
		}
	case task.KindInduction:
		return []Knob{letters("Strings are of so many letters, none of them twice.")}
	}
	return nil
}

func labelsKnob() Knob {
	labels := choice("labels", "Labels", "Which symbols the network is trained to foresee: all, of which the letters "+
		"that are asked with cannot be, or the answers only.",
		[]Choice{{labelsAnswers, "answers only"}, {labelsAll, "all symbols"}})
	labels.Get = func(e Experiment) string {
		if e.Task.Answers {
			return labelsAnswers
		}
		return labelsAll
	}
	return labels.chooses(func(e *Experiment, v string) { e.Task.Answers = v == labelsAnswers })
}

// seeded is a control for where random numbers begin.
func seeded(id, label, help string, field func(*Experiment) *uint64) Knob {
	k := Knob{ID: id, Label: label, Help: help, Kind: KnobSeed}
	k.Get = func(e Experiment) string { return strconv.FormatUint(*field(&e), 10) }
	k.Set = func(e *Experiment, s string) error {
		n, err := ParseSeed(s)
		if err != nil {
			return fmt.Errorf("%s is %q; %w", label, s, err)
		}
		*field(e) = n
		return nil
	}
	return k
}
