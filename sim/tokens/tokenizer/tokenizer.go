package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	tiktoken "github.com/pkoukk/tiktoken-go"
	"golang.org/x/text/unicode/norm"

	"github.com/sparkling-lab/sparkling/sim/tokens"
)

// MaxSymbols is how many tokens there may be: files have 16 bits for each.
const MaxSymbols = tokens.MaxSymbols

// MaxFile bounds a tokenizer.json in bytes.
const MaxFile = 64 << 20

// Tokenizer makes tokens of text. It is not changed once it is made.
type Tokenizer struct {
	data    []byte // of its tokenizer.json
	symbols int

	alphabet map[rune]uint16 // of characters; nil of BPE
	unknown  int             // of characters: the token of those that have none; -1 where that is an error

	bpe           *tiktoken.Tiktoken
	raw, composed finder // what is looked for in the text before and after it is composed
	nfc           bool
	digits        bool
}

// Read reads a tokenizer.json. It errs, in one sentence, where the file asks for what is not done here, or is no such
// file.
func Read(data []byte) (*Tokenizer, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("it has more than %d bytes, and no more are read", MaxFile)
	}
	var f file
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("it is no tokenizer.json: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("it goes on after its end")
	}
	t := &Tokenizer{data: data}
	var err error
	if f.Model.Type == "WordLevel" {
		err = t.characters(&f)
	} else {
		err = t.merging(&f)
	}
	if err != nil {
		return nil, err
	}
	strict := json.NewDecoder(bytes.NewReader(data)) // last: what a part is says more than what one of its fields is
	strict.DisallowUnknownFields()
	if err := strict.Decode(&file{}); err != nil {
		return nil, fmt.Errorf("it has what is not read: %w", err)
	}
	return t, nil
}

// merging makes a tokenizer of byte-level BPE.
func (t *Tokenizer) merging(f *file) error {
	if err := f.refuse(); err != nil {
		return err
	}
	s, err := f.PreTokenizer.splits(splitting{})
	if err == nil && !s.bytes {
		err = fmt.Errorf("its pre_tokenizer has no ByteLevel: only byte-level BPE is read")
	}
	if err != nil {
		return err
	}
	if t.nfc, err = f.Normalizer.composes(); err != nil {
		return err
	}
	t.digits = s.digits
	ranks, err := f.ranks()
	if err != nil {
		return err
	}
	pairs, err := f.Model.pairs()
	if err != nil {
		return err
	}
	if err := follows(ranks, pairs); err != nil {
		return err
	}
	for _, id := range f.Model.Vocab {
		t.symbols = max(t.symbols, id+1)
	}
	for _, a := range f.AddedTokens {
		t.symbols = max(t.symbols, a.ID+1)
	}
	if t.raw, err = finding(f.AddedTokens, false); err != nil {
		return err
	}
	if t.composed, err = finding(f.AddedTokens, true); err != nil {
		return err
	}
	t.bpe, err = newBPE(ranks, s.pattern)
	return err
}

// Symbols is how many tokens there are: one more than the highest.
func (t *Tokenizer) Symbols() int { return t.symbols }

// JSON is the tokenizer.json.
func (t *Tokenizer) JSON() []byte { return t.data }

// Encode appends the tokens of a text, which is valid UTF-8. It errs, with the byte of the text, where that has a
// character that the tokenizer does not know, or a word that is too long to be merged.
func (t *Tokenizer) Encode(out []uint16, text string) ([]uint16, error) {
	if t.alphabet != nil {
		return t.spell(out, text)
	}
	if at := endless(text); at >= 0 {
		return out, &PlaceError{at, fmt.Sprintf("a word of more than %d bytes begins, which is no text", maxWord)}
	}
	t.raw.each(text, func(text string, id int) {
		if id >= 0 {
			out = append(out, uint16(id))
			return
		}
		if t.nfc {
			text = norm.NFC.String(text)
		}
		t.composed.each(text, func(text string, id int) {
			if id >= 0 {
				out = append(out, uint16(id))
				return
			}
			out = t.words(out, text)
		})
	})
	return out, nil
}

// words appends the tokens of a text in which nothing is looked for any more.
func (t *Tokenizer) words(out []uint16, text string) []uint16 {
	for text != "" {
		n := len(text)
		if t.digits {
			if r, size := utf8.DecodeRuneInString(text); unicode.IsNumber(r) {
				n = size
			} else if i := strings.IndexFunc(text, unicode.IsNumber); i > 0 {
				n = i
			}
		}
		for _, id := range t.bpe.EncodeOrdinary(text[:n]) {
			out = append(out, uint16(id))
		}
		text = text[n:]
	}
	return out
}

// PlaceError says what is wrong at a byte of a text.
type PlaceError struct {
	At  int
	Why string
}

// Error says it without the place, which whoever gave the text knows better.
func (e *PlaceError) Error() string { return e.Why }

// maxWord bounds a word in bytes: to merge one takes a time that grows with the square of it.
const maxWord = 16 << 10

// endless is where a word, or a gap between two, begins that is too long; -1 where none does.
func endless(text string) int {
	from, space := 0, false
	for i, r := range text {
		if is := unicode.IsSpace(r); is != space {
			from, space = i, is
		}
		if i-from >= maxWord {
			return from
		}
	}
	return -1
}

// finder looks for added tokens in a text: of those that begin first the longest.
type finder struct {
	any *regexp.Regexp // nil where there are none
	ids map[string]int
}

// finding is one of the added tokens that are looked for in what is composed, or in what is not yet.
func finding(all []added, composed bool) (f finder, err error) {
	f.ids = map[string]int{}
	var quoted []string
	for _, a := range all {
		if a.Normalized == composed {
			f.ids[a.Content] = a.ID
			quoted = append(quoted, regexp.QuoteMeta(a.Content))
		}
	}
	if len(quoted) > 0 {
		if f.any, err = regexp.Compile(strings.Join(quoted, "|")); err == nil {
			f.any.Longest()
		}
	}
	return f, err
}

// each calls do with the parts of a text: what is no added token, with -1, and each added token with its number.
func (f *finder) each(text string, do func(text string, id int)) {
	at := 0
	if f.any != nil {
		for _, m := range f.any.FindAllStringIndex(text, -1) {
			if m[0] > at {
				do(text[at:m[0]], -1)
			}
			do("", f.ids[text[m[0]:m[1]]])
			at = m[1]
		}
	}
	if at < len(text) {
		do(text[at:], -1)
	}
}
