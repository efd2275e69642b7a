package tokenizer

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// oneCharacter is the pattern by which a tokenizer of characters splits: any, also a newline.
const oneCharacter = `[\s\S]`

// Alphabet gathers the characters of a text.
type Alphabet struct{ has map[rune]struct{} }

// Add adds those of a piece of text.
func (a *Alphabet) Add(text string) {
	if a.has == nil {
		a.has = map[rune]struct{}{}
	}
	for _, r := range text {
		if _, ok := a.has[r]; !ok {
			a.has[r] = struct{}{}
		}
	}
}

// Tokenizer has a token for each character, in ascending order; see [Characters].
func (a *Alphabet) Tokenizer() (*Tokenizer, error) {
	all := make([]rune, 0, len(a.has))
	for r := range a.has {
		all = append(all, r)
	}
	slices.Sort(all)
	return Characters(all, false)
}

// Characters is the tokenizer of which these characters are the tokens, by their places. Its file is one of Hugging
// Face's: every character is a word, and what is not among them is an error there too, or, where they share the last
// one, that. It errs where there are too many, fewer than two, or one of them twice.
func Characters(all []rune, shared bool) (*Tokenizer, error) {
	if n := len(all); n < 2 || n > MaxSymbols {
		return nil, fmt.Errorf("the text has %d different characters; allowed are 2 to %d", n, MaxSymbols)
	}
	unknown := noCharacter
	if shared {
		unknown = string(all[len(all)-1])
	}
	vocab := map[string]int{}
	for id, r := range all {
		if first, twice := vocab[string(r)]; twice {
			return nil, fmt.Errorf("%q is both token %d and token %d, which no text could tell apart", r, first, id)
		}
		vocab[string(r)] = id
	}
	data, err := json.MarshalIndent(map[string]any{
		"version": "1.0", "truncation": nil, "padding": nil, "added_tokens": []any{}, "normalizer": nil,
		"pre_tokenizer": map[string]any{"type": "Split", "pattern": map[string]string{"Regex": oneCharacter},
			"behavior": "Isolated", "invert": false},
		"post_processor": nil,
		"decoder":        map[string]string{"type": "Fuse"},
		"model":          map[string]any{"type": "WordLevel", "vocab": vocab, "unk_token": unknown},
	}, "", "  ")
	if err != nil {
		panic(err) // plain data
	}
	return Read(append(data, '\n'))
}

// noCharacter is the token that the format wants for what has none. It is not among the tokens, so that a character
// without one is an error, as in Hugging Face's programs.
const noCharacter = "[UNK]"

// characters makes a tokenizer of single characters of a file.
func (t *Tokenizer) characters(f *file) error {
	p := f.PreTokenizer
	if f.Version != "1.0" || there(f.Truncation) || there(f.Padding) || f.Normalizer != nil || there(f.PostProcessor) ||
		len(f.AddedTokens) > 0 || p == nil || p.Type != "Split" || p.Pattern.Regex != oneCharacter || p.Invert ||
		p.Behavior != "Isolated" {
		return fmt.Errorf("its model is WordLevel, which is read where a text is split by %q and nothing else is done",
			oneCharacter)
	}
	if n := len(f.Model.Vocab); n < 2 || n > MaxSymbols {
		return fmt.Errorf("it has %d tokens; allowed are 2 to %d", n, MaxSymbols)
	}
	t.alphabet = map[rune]uint16{}
	taken := make([]bool, len(f.Model.Vocab))
	for token, id := range f.Model.Vocab {
		r, size := utf8.DecodeRuneInString(token)
		switch {
		case size == 0 || size != len(token) || r == utf8.RuneError && size == 1:
			return fmt.Errorf("its token %q is not one character", token)
		case id < 0 || id >= len(taken) || taken[id]:
			return fmt.Errorf("its token %q has the number %d; allowed are 0 to %d, each once", token, id, len(taken)-1)
		}
		taken[id], t.alphabet[r] = true, uint16(id)
	}
	t.symbols, t.unknown = len(taken), -1
	if id, ok := f.Model.Vocab[f.Model.Unknown]; ok {
		t.unknown = id
	}
	return nil
}

// spell appends the tokens of characters.
func (t *Tokenizer) spell(out []uint16, text string) ([]uint16, error) {
	for i, r := range text {
		id, ok := t.alphabet[r]
		if !ok && t.unknown >= 0 {
			id, ok = uint16(t.unknown), true
		}
		if !ok {
			return out, &PlaceError{i, fmt.Sprintf("the character %q is none of the tokenizer's", r)}
		}
		out = append(out, id)
	}
	return out, nil
}
