package task

import (
	"fmt"
	"strconv"
)

// Words are how pictures, tables and sentences speak of a task.
type Words struct {
	Unit    string // what a loss is of, in nats: "a character"
	Live    string // what the live validation loss is measured on
	Fixed   string // the same, said in full
	Title   string // of a picture of the validation loss
	Said    string // in a sentence, what the losses of a table are measured on before the end
	Ended   string // and at the end
	Measure string // what the right answers are
	Shown   string // and, where some questions are held out, those to the others
	Items   string // what there is to know, where that is asked: "facts"
	Known   string // what is said of one whose answer is right, in a word
	Classes string // of what it is counted which expert gets them, class by class: "what share of …"
	Class   string // what stands before the name of a class where a sentence speaks of its symbols
}

// Words are those of the task.
func (s Spec) Words() Words {
	switch s.Kind {
	case KindFacts:
		asked := fmt.Sprintf("%s facts, each asked alone", Thousands(s.Letters*s.Letters))
		said := fmt.Sprintf("Val: the validation loss, of the answers to %s. Nothing is held out: what is to be seen "+
			"is memory.", asked)
		return Words{
			Unit: "an answer", Live: asked, Fixed: asked, Title: "Loss of facts that are asked alone",
			Said: said, Ended: said, Measure: "facts known", Items: "facts", Known: "known",
			Classes: "the questions that end in each letter", Class: "questions ",
		}
	case KindSums:
		return s.sumWords()
	case KindLanguages:
		return s.drawn("all languages", "letters foreseen", "the letters of each language", "")
	case KindInduction:
		return s.drawn("strings that never come again", "letters found", "the letters that come again",
			"letters read the ")
	case KindTokens:
		return s.tokenWords()
	}
	return Words{
		Unit: "a character", Live: fmt.Sprintf("%d windows", ValWindows),
		Title: "Loss on text that is never trained on",
		Fixed: fmt.Sprintf("%d fixed windows of the validation split", ValWindows), Measure: "characters foreseen",
		Classes: "each kind of character",
		Said: fmt.Sprintf("Val: the validation loss on %d windows of text that is never trained on; on the full split "+
			"once, at the end.", ValWindows),
		Ended: fmt.Sprintf("Full val: the validation loss on all of the text that is never trained on, once, at the "+
			"end; until then the losses are those of %d windows of it.", ValWindows),
	}
}

// tokenWords are those of token files.
func (s Spec) tokenWords() Words {
	live := fmt.Sprintf("%d windows of %d tokens", ValWindows, s.Seq)
	return Words{
		Unit: "a token", Live: live, Fixed: fmt.Sprintf("%s of the validation files", live),
		Title: "Loss on tokens that are never trained on", Measure: "tokens foreseen", Classes: "the tokens",
		Said: fmt.Sprintf("Val: the validation loss on %s of the validation files; once, at the end, on all of them "+
			"or on %s tokens.", live, Thousands(FullTokens)),
		Ended: fmt.Sprintf("Full val: the validation loss on the validation files, or on %s tokens of them where they "+
			"have more, once, at the end; until then the losses are those of %s of them.", Thousands(FullTokens), live),
	}
}

// sumClasses are the classes of sums.
const sumClasses = "the sums, trained on and held out,"

// sumWords are those of sums, of which some are held out.
func (s Spec) sumWords() Words {
	held := 0
	for _, out := range s.Split() {
		if out {
			held++
		}
	}
	if held == 0 {
		asked := fmt.Sprintf("%s sums, each asked alone", Thousands(s.Questions()))
		said := fmt.Sprintf("Val: the validation loss, of the answers to %s. None is held out: what is to be seen is "+
			"memory.", asked)
		return Words{
			Unit: "an answer", Live: asked, Fixed: asked, Title: "Loss of sums that are asked alone",
			Said: said, Ended: said, Measure: "sums right", Items: "sums", Known: "right", Classes: sumClasses,
		}
	}
	asked := fmt.Sprintf("%s sums that are never trained on", Thousands(held))
	said := fmt.Sprintf("Val: the validation loss, of the answers to %s, each asked alone. Whoever only remembers "+
		"the other %s has these by chance at most.", asked, Thousands(s.Questions()-held))
	return Words{
		Unit: "an answer", Live: asked, Fixed: asked, Title: "Loss of sums that are never trained on",
		Said: said, Ended: said, Measure: "held-out sums right", Shown: "sums right that are trained on",
		Items: "sums", Known: "right", Classes: sumClasses,
	}
}

// drawn are those of a task whose rows are drawn anew.
func (s Spec) drawn(of, measure, classes, class string) Words {
	live := fmt.Sprintf("%d rows", LiveRows)
	return Words{
		Unit: "a letter", Live: live, Fixed: fmt.Sprintf("%d fixed rows that are never trained on", LiveRows),
		Title: "Loss on rows that are never trained on", Measure: measure, Classes: classes, Class: class,
		Said: fmt.Sprintf("Val: the validation loss on %s, of %s, that are never trained on; on %d others once, at "+
			"the end.", live, of, FullRows),
		Ended: fmt.Sprintf("Full val: the validation loss on %d rows that are never trained on, once, at the end; "+
			"until then the losses are those of %d others.", FullRows, LiveRows),
	}
}

// Question is what the network is asked for one of [Spec.Questions], as a reader writes it.
func (s Spec) Question(i int) string {
	a, b := s.Letter(i/s.Side()), s.Letter(i%s.Side())
	if s.Kind == KindSums {
		return a + " + " + b
	}
	return a + " " + b
}

// Example is something that a network reads, by symbols, and what it then says; and both in words, long and short.
type Example struct {
	In         []string
	Out        string
	Read, Said []string
}

// Example is one of the task.
func (s Spec) Example() Example {
	answer := []string{"the answer comes out", "answer", ""}
	switch s.Kind {
	case KindFacts:
		return Example{[]string{"a", "b"}, "c", []string{"two letters go in", "letters", ""}, answer}
	case KindSums:
		return Example{[]string{"3", "4", "="}, "7", []string{"a sum goes in", "sum", ""}, answer}
	case KindLanguages, KindInduction:
		return Example{[]string{"t", "h"}, "e", []string{"letters go in, one by one", "letters go in", "letters", ""},
			[]string{"the next letter comes out", "next letter", "next", ""}}
	}
	if s.Kind == KindTokens {
		return Example{[]string{"re", "fr"}, "ac", []string{"tokens go in, one by one", "tokens go in", "tokens", ""},
			[]string{"the next token comes out", "next token", "next", ""}}
	}
	return Example{[]string{"t", "h"}, "e", []string{"text goes in, symbol by symbol", "text goes in", "text", ""},
		[]string{"the next symbol comes out", "next symbol", "next", ""}}
}

// Thousands is a whole number as a person reads it: 1,296.
func Thousands[T int | int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
