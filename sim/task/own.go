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

// Bounds of a reader's own text: in bytes as it is learnt, of one that a document carries, and of the symbols that a
// network tells apart. A file may be longer, by a byte order mark and by a byte in every line. A link may have 32,768
// characters, and what carries addresses from one person to another often stops at a few thousand: a text within
// MaxContent makes a link of about that.
const (
	MinText    = 2000
	MaxText    = 8_000_000
	MaxFile    = 2*MaxText + 3
	MaxContent = 4000
	MaxSymbols = 512
)

// mark is the byte order mark.
const mark = "\ufeff"

// sharedSymbol stands for all characters that share a symbol.
const sharedSymbol = utf8.RuneError

// ParseText reads a reader's own text in UTF-8, of any alphabet. A byte order mark is no part of it, and every line
// ends with a newline, whatever it ended with. It errs, in a sentence, where the text is too short or too long or not
// in UTF-8.
func ParseText(data []byte) (*Text, error) {
	if len(data) > MaxFile {
		return nil, errTooLong // and cut off, perhaps
	}
	text := Normal(data)
	if len(text) > MaxText {
		return nil, errTooLong
	}
	if len(text) < MinText {
		return nil, fmt.Errorf("the text has %d bytes; at least %d are needed", len(text), MinText)
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("the text is not in UTF-8, first in its line %d; save it in UTF-8", badLine(text))
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, errors.New("the text has bytes that are 0, as other files have and texts in UTF-16; save " +
			"it in UTF-8")
	}
	t := number(string(text))
	if t.Vocab() < 2 {
		return nil, errors.New("the text has one symbol only, which needs no learning")
	}
	return t, nil
}

var errTooLong = fmt.Errorf("the text has more than %d bytes, and no more are allowed", MaxText)

// Normal is a text as it is learnt, in bytes: without a byte order mark, its lines ended by newlines. That of what is
// normal is the same: a document carries it, and what carries it is read as any text is.
func Normal(data []byte) []byte {
	for bytes.HasPrefix(data, []byte(mark)) { // some programs put one before another
		data = data[len(mark):]
	}
	if bytes.IndexByte(data, '\r') < 0 {
		return data // without another 8 MB
	}
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
func (t *Text) Fits(seq int) error { return fits(len(t.ids), seq) }

func fits(all, seq int) error {
	train := split(all)
	if min(train, all-train) > seq+1 {
		return nil
	}
	need := valPart * (seq + 2)
	if seq+1 < minVal {
		need = minVal + seq + 2
	}
	return fmt.Errorf("the text has %d characters; rows of %d need at least %d", all, seq, need)
}

// ownPrefix begins the name of a reader's own text in a spec; the hash follows.
const ownPrefix = "sha256:"

// library has the readers' own texts that this program was given, by their names.
var library sync.Map

// Own reports whether the task is a text of the reader's own.
func (s Spec) Own() bool { return s.Kind == KindText && strings.HasPrefix(s.Text, ownPrefix) }

// TakeText reads a reader's own text and keeps it for tasks that name it, for as long as the program runs. It returns
// the spec of that task, with rows as s has them, and errs where s is of a text of its reader's own which is not this
// one. A function, not a method: where values are reflected upon, methods are linked that nobody calls.
func TakeText(s Spec, data []byte, hash SHA256) (Spec, *Text, error) {
	t, err := ParseText(data)
	if err == nil {
		err = t.Fits(s.Seq)
	}
	if err != nil {
		return s, nil, err
	}
	text := Normal(data)
	own := Spec{Kind: KindText, Text: hash.name(data), Symbols: t.Vocab(), Length: len(t.ids), Seq: s.Seq,
		Batch: s.Batch, Accumulate: s.Accumulate}
	if len(text) <= MaxContent {
		own.Content = string(text)
	}
	if s.Own() && s.Text != own.Text {
		return s, nil, fmt.Errorf("this is another text than the experiment learns: it has %s, and that has %s",
			own.Which(), s.Which())
	}
	library.Store(own.Text, t)
	return own, t, nil
}

// TakeContent is [TakeText] of the text that a document carries; it does nothing where that carries none.
func TakeContent(s Spec, hash SHA256) error {
	if s.Content == "" {
		return nil
	}
	_, _, err := TakeText(s, []byte(s.Content), hash)
	return err
}

// Which says in words which text of its reader's own a task learns, as far as its spec knows.
func (s Spec) Which() string {
	length := ""
	if s.Length > 0 {
		length = fmt.Sprintf("%d characters, ", s.Length)
	}
	return fmt.Sprintf("%s%d symbols and a SHA-256 that begins with %.12s", length, s.Symbols,
		strings.TrimPrefix(s.Text, ownPrefix))
}

// kept is the reader's own text of a spec.
func (s Spec) kept() (Task, error) {
	kept, ok := library.Load(s.Text)
	if !ok {
		return nil, fmt.Errorf("the experiment learns a text of its reader's own, which is not in it and has to be "+
			"given again: one with %s", s.Which())
	}
	t := kept.(*Text)
	if t.Vocab() != s.Symbols {
		return nil, fmt.Errorf("task.symbols is %d; the text has %d", s.Symbols, t.Vocab())
	}
	if s.Length != 0 && len(t.ids) != s.Length {
		return nil, fmt.Errorf("task.length is %d; the text has %d characters", s.Length, len(t.ids))
	}
	return t, t.Fits(s.Seq)
}

// named errs where there is no text of that name, or what is said of it cannot be.
func (s Spec) named() error {
	switch {
	case s.Text == TextOpticks && (s.Symbols != 0 || s.Length != 0 || s.Content != ""):
		return fmt.Errorf("task has symbols, a length or content; those of %s are known, leave them out", TextOpticks)
	case s.Text == TextOpticks:
		return nil
	case len(s.Text) != len(ownPrefix)+2*len([32]byte{}) || !s.Own() ||
		strings.Trim(s.Text[len(ownPrefix):], "0123456789abcdef") != "":
		return fmt.Errorf("task.text is %q; allowed are %s, and %s with the 64 hexadecimal digits of a text "+
			"of your own",
			s.Text, TextOpticks, ownPrefix)
	case s.Symbols < 2 || s.Symbols > MaxSymbols:
		return fmt.Errorf("task.symbols is %d; allowed are 2 to %d", s.Symbols, MaxSymbols)
	case s.Length < 0 || s.Length > MaxText:
		return fmt.Errorf("task.length is %d; allowed are up to %d, or none", s.Length, MaxText)
	case len(s.Content) > MaxContent:
		return fmt.Errorf("task.content has %d bytes; a document may carry a text of at most %d", len(s.Content),
			MaxContent)
	case s.Length > 0:
		return fits(s.Length, s.Seq)
	}
	return nil
}
