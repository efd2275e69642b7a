package task

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The kinds of task.
const (
	KindText      = "text"
	KindFacts     = "facts"
	KindLanguages = "languages"
	KindSums      = "sums"
	KindInduction = "induction"
	KindTokens    = "tokens"
)

// Kinds lists all.
var Kinds = []string{KindFacts, KindLanguages, KindSums, KindInduction, KindText, KindTokens}

// TextOpticks names the text that the program brings along.
const TextOpticks = "opticks"

// Bounds of letters, of which there are as many as a to z and 0 to 9, of languages and of the modulus of sums.
const (
	MinLetters   = 4
	MaxLetters   = 36
	MinLanguages = 2
	MaxLanguages = 16
	MinModulus   = 5
	MaxModulus   = 59
)

// maxAccumulate bounds the batches of an update.
const maxAccumulate = 1024

// MaxValidation is how much of the sums may be held out at most.
const MaxValidation = 0.9

// MaxQuestions bounds [Spec.Questions].
const MaxQuestions = MaxModulus * MaxModulus

// LiveRows and FullRows are the numbers of rows of the validation sets of what is drawn anew for every row.
const (
	LiveRows = 32
	FullRows = 512
)

// letters are those that facts, languages and strings are written with.
const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

// maxSeq bounds the symbols of a row.
const maxSeq = 4096

// Spec says in a document what is learnt.
type Spec struct {
	Kind string `json:"kind,omitempty"` // always there but in documents of before there were kinds

	Text    string `json:"text,omitempty"`    // of a text: which, a reader's own by its hash
	Symbols int    `json:"symbols,omitempty"` // of a reader's own text, and of token files: how many it has,
	Length  int    `json:"length,omitempty"`  // how many characters, 0 in documents of before that was said,
	Content string `json:"content,omitempty"` // and the text itself, where that is short

	Letters    int     `json:"letters,omitempty"`    // of facts, letters² of them; of languages and of induction
	Languages  int     `json:"languages,omitempty"`  // of languages: how many
	Modulus    int     `json:"modulus,omitempty"`    // of sums: modulus² of them
	Validation float64 `json:"validation,omitempty"` // of sums: the fraction of pairs held out
	Table      uint64  `json:"table,omitempty"`      // the seed of facts, of languages, of what is held out
	Answers    bool    `json:"answers,omitempty"`    // of facts: only answers count as labels

	TrainFiles      []string `json:"train_files,omitempty"`      // of token files: their paths, from the document's
	ValidationFiles []string `json:"validation_files,omitempty"` // folder on
	Tokenizer       string   `json:"tokenizer,omitempty"`        // and that of the tokenizer.json, if any

	Seq   int `json:"seq"`   // symbols a row
	Batch int `json:"batch"` // rows that are read at once
	// batches whose mean gradient makes one update; 0 is 1, as in documents of before it could be more
	Accumulate int `json:"accumulate,omitempty"`
}

// Batches is how many batches make one update.
func (s Spec) Batches() int { return max(s.Accumulate, 1) }

// Rows is how many rows an update reads.
func (s Spec) Rows() int { return s.Batch * s.Batches() }

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
	case KindLanguages:
		return s.Letters + s.Languages
	case KindSums:
		return s.Modulus + 1
	case KindInduction:
		return s.Letters
	case KindTokens:
		return s.Symbols
	}
	return 0
}

// LiveTokens is the number of symbols in the live validation set, or, where more is asked, in its questions.
func (s Spec) LiveTokens() int {
	switch s.Kind {
	case KindFacts:
		return s.Questions() * factLen
	case KindSums:
		return s.Questions() * sumLen
	case KindLanguages, KindInduction:
		return LiveRows * s.Seq
	}
	return ValWindows * s.Seq
}

// Questions is the number of them where all there is to know is asked while a network learns, else 0.
func (s Spec) Questions() int { return s.Side() * s.Side() }

// Side is the number of rows, and of columns, of the table that the questions make: question a·Side + b is in row a and
// column b. It is 0 where there are none.
func (s Spec) Side() int {
	switch s.Kind {
	case KindFacts:
		return s.Letters
	case KindSums:
		return s.Modulus
	}
	return 0
}

// Letter is what a row or a column of the table is called, by its number from 0.
func (s Spec) Letter(i int) string {
	if s.Kind == KindSums {
		return strconv.Itoa(i)
	}
	return letters[i : i+1]
}

// LiveIsFull reports whether the live validation set is the full one, because that is small.
func (s Spec) LiveIsFull() bool { return s.Questions() > 0 }

// field is one of a task, and the kinds that have it.
type field struct {
	name string
	is   bool // it is there
	of   []string
}

// foreign names a field that is there and that the kind has not.
func (s Spec) foreign() error {
	for _, f := range []field{
		{"text", s.Text != "", []string{KindText}},
		{"symbols", s.Symbols != 0, []string{KindText, KindTokens}},
		{"length", s.Length != 0, []string{KindText}},
		{"content", s.Content != "", []string{KindText}},
		{"letters", s.Letters != 0, []string{KindFacts, KindLanguages, KindInduction}},
		{"languages", s.Languages != 0, []string{KindLanguages}},
		{"modulus", s.Modulus != 0, []string{KindSums}},
		{"validation", s.Validation != 0, []string{KindSums}},
		{"table", s.Table != 0, []string{KindFacts, KindLanguages, KindSums}},
		{"answers", s.Answers, []string{KindFacts}},
		{"train_files", s.TrainFiles != nil, []string{KindTokens}},
		{"validation_files", s.ValidationFiles != nil, []string{KindTokens}},
		{"tokenizer", s.Tokenizer != "", []string{KindTokens}},
	} {
		if f.is && !slices.Contains(f.of, s.Kind) {
			return fmt.Errorf("task.%s is there; it is for %s, and this is %s", f.name, listed(f.of), s.Kind)
		}
	}
	return nil
}

// listed is "a, b and c".
func listed(names []string) string {
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " and " + names[n]
	}
	return names[0]
}

// Validate says in one sentence which field is wrong and what is allowed.
func (s Spec) Validate() error {
	if !slices.Contains(Kinds, s.Kind) {
		return fmt.Errorf("task.kind is %q; allowed are %s", s.Kind, listed(Kinds))
	}
	if err := s.foreign(); err != nil {
		return err
	}
	switch s.Kind {
	case KindText:
		if err := s.named(); err != nil {
			return err
		}
	case KindTokens:
		if err := s.filesNamed(); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name          string
		is, low, high int
		of            []string
	}{
		{"letters", s.Letters, MinLetters, MaxLetters, []string{KindFacts, KindLanguages, KindInduction}},
		{"languages", s.Languages, MinLanguages, MaxLanguages, []string{KindLanguages}},
		{"modulus", s.Modulus, MinModulus, MaxModulus, []string{KindSums}},
		{"batch", s.Batch, 1, 4096, Kinds},
		{"accumulate", s.Accumulate, 0, maxAccumulate, Kinds},
	} {
		if slices.Contains(f.of, s.Kind) && (f.is < f.low || f.is > f.high) {
			return fmt.Errorf("task.%s is %d; allowed are %d to %d", f.name, f.is, f.low, f.high)
		}
	}
	if !(s.Validation >= 0 && s.Validation <= MaxValidation) {
		return fmt.Errorf("task.validation is %g; allowed are 0 to %g", s.Validation, MaxValidation)
	}
	return s.rows()
}

// rows errs where rows are not as long as the kind has them. In each of them as many labels count.
func (s Spec) rows() error {
	allowed := ""
	switch half := 2 * s.Letters; {
	case s.Kind == KindFacts && (s.Seq%factLen != 0 || s.Seq < factLen || s.Seq > maxSeq):
		allowed = fmt.Sprintf("allowed are multiples of %d up to %d", factLen, maxSeq)
	case s.Kind == KindSums && s.Seq != sumLen:
		allowed = fmt.Sprintf("a row is a sum, of %d symbols", sumLen)
	case s.Kind == KindInduction && (s.Seq < 4 || s.Seq > half || s.Seq%2 != 0):
		allowed = fmt.Sprintf("with %d letters, none twice in half a row, allowed are even numbers from 4 to %d",
			s.Letters, half)
	case s.Seq < 2 || s.Seq > maxSeq:
		allowed = fmt.Sprintf("allowed are 2 to %d", maxSeq)
	}
	if allowed != "" {
		return fmt.Errorf("task.seq is %d; %s", s.Seq, allowed)
	}
	return nil
}

// New makes the task of a valid spec. It errs where that is a reader's own text which this program was not given, or
// another one, and where it is of token files that nobody has opened, see [Keep].
func New(s Spec) (Task, error) {
	switch {
	case s.Kind == KindFacts:
		return NewFacts(s.Letters, s.Table, s.Answers), nil
	case s.Kind == KindLanguages:
		return NewLanguages(s.Languages, s.Letters, s.Table), nil
	case s.Kind == KindSums:
		return NewSums(s), nil
	case s.Kind == KindInduction:
		return NewInduction(s.Letters), nil
	case s.Kind == KindTokens:
		return s.opened()
	case s.Own():
		return s.kept()
	}
	return Opticks(), nil
}
