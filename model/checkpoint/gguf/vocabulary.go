package gguf

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/internal/plain"
)

// Types of tokens, as llama.cpp counts them.
const (
	tokenNormal  = 1
	tokenControl = 3
	tokenAdded   = 4
	tokenUnused  = 5
)

// vocabulary is the file's part about tokens: of the folder's tokenizer.json, or without one the tokens' numbers.
func (f *File) vocabulary(s spelt) ([]pair, error) {
	t, err := readTokenizer(f.folder.Dir)
	if err != nil {
		return nil, err
	}
	rows := f.folder.Table.Config.Vocab
	if t == nil {
		f.result.Notes = append(f.result.Notes, fmt.Sprintf("%s holds no %s: to llama.cpp token 7 is the text "+
			"<|7|>, and so are the others.", filepath.Base(f.folder.Dir), tokenizerName))
		pairs, _, err := numbered(rows).pairs(s)
		return pairs, err
	}
	v, err := t.vocabulary(rows)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(f.folder.Dir, tokenizerName), err)
	}
	f.result.Tokens = v.known
	pairs, notes, err := v.pairs(s)
	f.result.Notes = append(f.result.Notes, notes...)
	return pairs, err
}

// vocabulary is a byte-level BPE vocabulary as llama.cpp has it, gpt2 by its name there.
type vocabulary struct {
	pre         string   // how a text is cut into words
	tokens      []string // by number, bytes as characters (see [spell]); the network's rows that have no token too
	types       []int32
	merges      []string
	known       int    // tokens that have a text
	first, last string // special tokens that a text begins and ends with; empty for none
	unknown     int    // the token of what no other is for; −1 for none
	notes       []string
}

// numbered has the tokens' numbers for text.
func numbered(rows int) vocabulary {
	v := vocabulary{pre: "qwen2", unknown: -1}
	for id := range rows {
		v.tokens, v.types = append(v.tokens, fmt.Sprintf("<|%d|>", id)), append(v.types, tokenAdded)
	}
	return v
}

// vocabulary is the tokenizer's for a network of so many rows.
func (t *tokenizer) vocabulary(rows int) (v vocabulary, err error) {
	v = vocabulary{tokens: make([]string, rows), types: make([]int32, rows), unknown: -1}
	if v.notes, err = t.changes(); err != nil {
		return v, err
	}
	if v.first, v.last, err = t.around(); err != nil {
		return v, err
	}
	characters := t.characters()
	if characters {
		v.pre = "qwen2" // without merges between characters it does not matter where a text is cut
	} else if v.pre, err = t.words(); err != nil {
		return v, err
	}
	text := func(token string) string {
		if characters {
			return spell(token)
		}
		return token
	}
	joined := map[string]bool{}
	for _, token := range slices.Sorted(maps.Keys(t.Model.Vocab)) {
		if err := v.put(t.Model.Vocab[token], text(token), tokenNormal); err != nil {
			return v, err
		}
		if !characters {
			continue
		}
		for _, m := range joins(token) {
			if !joined[m] {
				v.merges, joined[m] = append(v.merges, m), true
			}
		}
	}
	for _, m := range t.Model.Merges {
		v.merges = append(v.merges, m[0]+" "+m[1])
	}
	for _, a := range t.Added {
		kind := int32(tokenAdded)
		if a.Special {
			kind = tokenControl
		}
		if a.ID >= 0 && a.ID < rows && v.types[a.ID] != 0 && v.tokens[a.ID] == text(a.Content) {
			v.types[a.ID] = 0 // it is in the vocabulary too
		}
		if err := v.put(a.ID, a.Content, kind); err != nil {
			return v, err
		}
	}
	if u := t.Model.Unknown; u != nil {
		if id, ok := t.Model.Vocab[*u]; ok {
			v.unknown = id
		}
	}
	for id, kind := range v.types {
		if kind == 0 { // rows that round the vocabulary up, which no text has
			v.tokens[id], v.types[id] = fmt.Sprintf("[PAD%d]", id), tokenUnused
		} else {
			v.known++
		}
	}
	return v, nil
}

// put sets a token.
func (v *vocabulary) put(id int, text string, kind int32) error {
	switch {
	case id < 0 || id >= len(v.tokens):
		return fmt.Errorf("token %q has the number %d; the network has 0 to %d", plain.Line(text), id, len(v.tokens)-1)
	case v.types[id] != 0:
		return fmt.Errorf("%q and %q both have the number %d", plain.Line(v.tokens[id]), plain.Line(text), id)
	case text == "":
		return fmt.Errorf("the token of number %d has no text", id)
	}
	v.tokens[id], v.types[id] = text, kind
	return nil
}

// characters reports whether the tokenizer knows single characters and joins none.
func (t *tokenizer) characters() bool {
	if t.Model.Type == "BPE" && len(t.Model.Merges) > 0 {
		return false
	}
	for token := range t.Model.Vocab {
		if utf8.RuneCountInString(token) != 1 && (t.Model.Unknown == nil || token != *t.Model.Unknown) {
			return false
		}
	}
	return t.Model.Type == "WordLevel" || !t.bytes()
}

// bytes reports whether the tokenizer sees a text as bytes.
func (t *tokenizer) bytes() bool {
	all, err := steps("pre_tokenizer", t.Pre)
	if err != nil {
		return false
	}
	for _, s := range all {
		if s.Type == "ByteLevel" {
			return true
		}
	}
	return false
}

// pairs are the keys of a vocabulary.
func (v vocabulary) pairs(s spelt) ([]pair, []string, error) {
	all := []pair{
		{"tokenizer.ggml.model", "gpt2"}, {"tokenizer.ggml.pre", v.pre}, {"tokenizer.ggml.tokens", v.tokens},
		{"tokenizer.ggml.token_type", v.types}, {"tokenizer.ggml.merges", v.merges},
	}
	notes := v.notes
	number := func(key string, id int) { all = append(all, pair{"tokenizer.ggml." + key, uint32(id)}) }
	bos, eos := v.id(s.BOS), v.id(s.EOS)
	if id := v.find(v.first); id >= 0 {
		bos = id
	}
	if eos < 0 {
		// llama.cpp takes token 11 where none is named
		eos = v.end()
		notes = append(notes, fmt.Sprintf("No token ends a text here, and llama.cpp wants one: it will be told %q, "+
			"number %d. Let it ignore that (--ignore-eos).", plain.Line(v.tokens[eos]), eos))
	}
	if bos < 0 {
		bos = eos
	}
	number("bos_token_id", bos)
	number("eos_token_id", eos)
	if id := v.id(s.Pad); id >= 0 {
		number("padding_token_id", id)
	}
	if v.unknown >= 0 {
		number("unknown_token_id", v.unknown)
	}
	for _, end := range []struct{ what, token string }{{"add_bos_token", v.first}, {"add_eos_token", v.last}} {
		if end.token != "" && v.find(end.token) < 0 {
			return nil, nil, unsaid("the post_processor of %s adds %q, which is no token", tokenizerName,
				plain.Line(end.token))
		}
		all = append(all, pair{"tokenizer.ggml." + end.what, end.token != ""})
	}
	if v.last != "" && v.find(v.last) != eos {
		return nil, nil, unsaid("the post_processor of %s ends texts with %q, and eos_token_id is another",
			tokenizerName, plain.Line(v.last))
	}
	return all, notes, nil
}

// id is the number that a key of config.json says, the first of a list; −1 where it says none that the network has.
func (v vocabulary) id(text json.RawMessage) int {
	var one *int
	var more []int
	switch {
	case json.Unmarshal(text, &one) == nil && one != nil && *one >= 0 && *one < len(v.tokens):
		return *one
	case json.Unmarshal(text, &more) == nil && len(more) > 0 && more[0] >= 0 && more[0] < len(v.tokens):
		return more[0]
	}
	return -1
}

// find is the number of a token; −1 where it is none.
func (v vocabulary) find(token string) int {
	for id, t := range v.tokens {
		if token != "" && t == token {
			return id
		}
	}
	return -1
}

// end is a token that may be called the end of a text where there is none: one that no text has, what stands for the
// unknown, the end of a line, or the last.
func (v vocabulary) end() int {
	for id, kind := range v.types {
		if kind == tokenUnused {
			return id
		}
	}
	if v.unknown >= 0 {
		return v.unknown
	}
	if id := v.find(spell("\n")); id >= 0 {
		return id
	}
	return len(v.tokens) - 1
}
