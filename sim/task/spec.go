package task

import "fmt"

// The kinds of task.
const (
	KindText  = "text"
	KindFacts = "facts"
)

// TextOpticks names the text that the program brings along.
const TextOpticks = "opticks"

// Bounds of a table of facts. There are as many letters as a to z and 0 to 9.
const (
	MinLetters = 4
	MaxLetters = 36
)

// letters are those that facts are written with.
const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

// Letter is a letter of the facts by its number from 0: fact a·Letters + b is the one of letters a and b.
func (s Spec) Letter(i int) string { return letters[i : i+1] }

// maxSeq bounds the symbols of a row.
const maxSeq = 4096

// Spec says in a document what is learnt.
type Spec struct {
	Kind string `json:"kind,omitempty"` // always there but in documents of before there were kinds

	Text    string `json:"text,omitempty"`    // of a text: which, a reader's own by its hash
	Symbols int    `json:"symbols,omitempty"` // of a reader's own text: how many it has,
	Length  int    `json:"length,omitempty"`  // how many characters, 0 in documents of before that was said,
	Content string `json:"content,omitempty"` // and the text itself, where that is short

	Letters int    `json:"letters,omitempty"` // of facts: letters² of them
	Table   uint64 `json:"table,omitempty"`   // of facts: the seed of their table
	Answers bool   `json:"answers,omitempty"` // of facts: only answers count as labels

	Seq   int `json:"seq"`   // symbols a row
	Batch int `json:"batch"` // rows an update
}

// Named is the task as documents of before there were kinds have it: a text that has a name.
func (s Spec) Named() Spec {
	if s.Kind == "" && s.Text != "" {
		s.Kind = KindText
	}
	return s
}

// Vocab is the number of symbols of the task, 0 for one that is not valid.
func (s Spec) Vocab() int {
	switch s.Kind {
	case KindText:
		if s.Own() {
			return s.Symbols
		}
		return Symbols
	case KindFacts:
		return s.Letters + 1
	}
	return 0
}

// LiveTokens is the number of symbols in the live validation set.
func (s Spec) LiveTokens() int {
	if s.Kind == KindFacts {
		return s.Questions() * factLen
	}
	return ValWindows * s.Seq
}

// Questions is the number of them where the live validation set asks for all there is to know, else 0.
func (s Spec) Questions() int {
	if s.Kind == KindFacts {
		return s.Letters * s.Letters
	}
	return 0
}

// LiveIsFull reports whether the live validation set is the full one, because that is small.
func (s Spec) LiveIsFull() bool { return s.Questions() > 0 }

// Validate says in one sentence which field is wrong and what is allowed.
func (s Spec) Validate() error {
	switch s.Kind {
	case KindText:
		if err := s.named(); err != nil {
			return err
		}
		if s.Letters != 0 || s.Table != 0 || s.Answers {
			return fmt.Errorf("task has letters, a table or answers; they are for the kind %s, and this is a %s",
				KindFacts, KindText)
		}
	case KindFacts:
		if s.Letters < MinLetters || s.Letters > MaxLetters {
			return fmt.Errorf("task.letters is %d; allowed are %d to %d", s.Letters, MinLetters, MaxLetters)
		}
		if s.Text != "" || s.Symbols != 0 || s.Length != 0 || s.Content != "" {
			return fmt.Errorf("task has a text, symbols, a length or content; they are for the kind %s, and this is %s",
				KindText, KindFacts)
		}
	default:
		return fmt.Errorf("task.kind is %q; allowed are %s and %s", s.Kind, KindFacts, KindText)
	}
	switch {
	case s.Kind == KindFacts && (s.Seq%factLen != 0 || s.Seq < factLen || s.Seq > maxSeq):
		// each row has as many answers
		return fmt.Errorf("task.seq is %d; allowed are multiples of %d up to %d", s.Seq, factLen, maxSeq)
	case s.Seq < 2 || s.Seq > maxSeq:
		return fmt.Errorf("task.seq is %d; allowed are 2 to %d", s.Seq, maxSeq)
	case s.Batch < 1 || s.Batch > 4096:
		return fmt.Errorf("task.batch is %d; allowed are 1 to 4096", s.Batch)
	}
	return nil
}

// New makes the task of a valid spec. It errs where that is a reader's own text which this program was not given, or
// another one.
func New(s Spec) (Task, error) {
	switch {
	case s.Kind == KindFacts:
		return NewFacts(s.Letters, s.Table, s.Answers), nil
	case s.Own():
		return s.kept()
	}
	return Opticks(), nil
}
