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
	if e.Task.Kind != task.KindFacts {
		return nil
	}
	labels := choice("labels", "Labels", "Which symbols the network is trained to foresee: all, of which the letters "+
		"that are asked with cannot be, or the answers only.",
		[]Choice{{labelsAnswers, "answers only"}, {labelsAll, "all symbols"}})
	labels.Get = func(e Experiment) string {
		if e.Task.Answers {
			return labelsAnswers
		}
		return labelsAll
	}
	return []Knob{
		whole("letters", "Letters", "A fact is two letters and their answer: of n letters there are n² facts.",
			task.MinLetters, task.MaxLetters,
			func(e *Experiment) *int { return &e.Task.Letters }),
		seeded("table", "Table", "Where the random numbers of the table begin. Some tables are harder than others.",
			func(e *Experiment) *uint64 { return &e.Task.Table }),
		labels.chooses(func(e *Experiment, v string) { e.Task.Answers = v == labelsAnswers }),
	}
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
