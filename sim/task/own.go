package task

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// Bounds of a reader's own text: of the file in bytes, and of the symbols that a network tells apart.
const (
	MinText    = 2000
	MaxText    = 8_000_000
	MaxSymbols = 512
)

// sharedSymbol stands for all characters that share a symbol.
const sharedSymbol = utf8.RuneError

// ParseText reads a reader's own text in UTF-8, of any alphabet. A byte order mark is no part of it, and every line
// ends with a newline, whatever it ended with. It errs, in a sentence, where the text is too short or too long or not
// in UTF-8.
func ParseText(data []byte) (*Text, error) {
	if len(data) < MinText || len(data) > MaxText {
		return nil, fmt.Errorf("the text has %d bytes; allowed are %d to %d", len(data), MinText, MaxText)
	}
	text := Normal(data)
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("the text is not in UTF-8, first in its line %d; save it in UTF-8", badLine(text))
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, errors.New("the text has bytes that are 0, as other files have and texts in UTF-16; save " +
			"it in UTF-8")
	}
	t := number([]rune(string(text)))
	if t.Vocab() < 2 {
		return nil, errors.New("the text has one symbol only, which needs no learning")
	}
	return t, nil
}

// Normal is a text as it is learnt, in bytes: without a byte order mark, its lines ended by newlines.
func Normal(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
}

// badLine is the line, counted from 1, of the first byte that is not UTF-8.
func badLine(text []byte) int {
	line := 1
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		text = text[n:]
	}
	return line
}

// SHA256 is [crypto/sha256.Sum256]. Who takes texts brings it along, so that programs that take none do not link it.
type SHA256 func([]byte) [32]byte

// name names a text by what is learnt: two files that differ in nothing but their line ends and a mark have the same.
func (hash SHA256) name(data []byte) string {
	sum := hash(Normal(data))
	return ownPrefix + hex.EncodeToString(sum[:])
}

// Fits errs, in a sentence, where a text is too short for rows of seq characters: both of its parts have to hold one,
// and the character after it.
func (t *Text) Fits(seq int) error {
	if all, train := t.Len(); min(train, all-train) <= seq+1 {
		return fmt.Errorf("the text has %d characters; rows of %d need at least %d", all, seq, valPart*(seq+2))
	}
	return nil
}

// Shared is the share of a text's characters that have no symbol of their own, because it has more than [MaxSymbols]
// less one.
func (t *Text) Shared() float64 { return float64(t.shared) / float64(len(t.ids)) }

// ownPrefix begins the name of a reader's own text in a spec; the hash follows.
const ownPrefix = "sha256:"

// library has the readers' own texts that this program was given, by their names.
var library sync.Map

// Own reports whether the task is a text of the reader's own, which is no part of the document.
func (s Spec) Own() bool { return s.Kind == KindText && strings.HasPrefix(s.Text, ownPrefix) }

// TakeText reads a reader's own text and keeps it for tasks that name it, for as long as the program runs. It returns
// the spec of that task, with rows as s has them. A function, not a method: where values are reflected upon, methods
// are linked that nobody calls.
func TakeText(s Spec, data []byte, hash SHA256) (Spec, *Text, error) {
	t, err := ParseText(data)
	if err == nil {
		err = t.Fits(s.Seq)
	}
	if err != nil {
		return s, nil, err
	}
	own := Spec{Kind: KindText, Text: hash.name(data), Symbols: t.Vocab(), Seq: s.Seq, Batch: s.Batch}
	library.Store(own.Text, t)
	return own, t, nil
}

// kept is the reader's own text of a spec.
func (s Spec) kept() (Task, error) {
	kept, ok := library.Load(s.Text)
	if !ok {
		return nil, fmt.Errorf("the experiment learns a text of its reader's own, %s, which is no part of it and has "+
			"to be given again", s.Text)
	}
	t := kept.(*Text)
	if t.Vocab() != s.Symbols {
		return nil, fmt.Errorf("task.symbols is %d; the text has %d", s.Symbols, t.Vocab())
	}
	return t, t.Fits(s.Seq)
}

// named errs where there is no text of that name.
func (s Spec) named() error {
	switch {
	case s.Text == TextOpticks && s.Symbols == 0:
		return nil
	case s.Text == TextOpticks:
		return fmt.Errorf("task.symbols is %d; those of %s are known, leave it out", s.Symbols, TextOpticks)
	case len(s.Text) != len(ownPrefix)+2*len([32]byte{}) || !s.Own() ||
		strings.Trim(s.Text[len(ownPrefix):], "0123456789abcdef") != "":
		return fmt.Errorf("task.text is %q; allowed are %s, and %s with the 64 hexadecimal digits of a text "+
			"of your own",
			s.Text, TextOpticks, ownPrefix)
	case s.Symbols < 2 || s.Symbols > MaxSymbols:
		return fmt.Errorf("task.symbols is %d; allowed are 2 to %d", s.Symbols, MaxSymbols)
	}
	return nil
}
