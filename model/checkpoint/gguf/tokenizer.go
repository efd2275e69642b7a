package gguf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/internal/plain"
)

// tokenizerName is the file of a folder that says how text becomes tokens.
const tokenizerName = "tokenizer.json"

// maxTokenizer bounds it, in bytes: several times the largest that are published.
const maxTokenizer = 64 << 20

// tokenizer is what is read of tokenizer.json.
type tokenizer struct {
	Normalizer json.RawMessage `json:"normalizer"`
	Pre        json.RawMessage `json:"pre_tokenizer"`
	Post       json.RawMessage `json:"post_processor"`
	Added      []added         `json:"added_tokens"`
	Model      struct {
		Type         string         `json:"type"`
		Vocab        map[string]int `json:"vocab"`
		Merges       []merge        `json:"merges"`
		Unknown      *string        `json:"unk_token"`
		Dropout      *float64       `json:"dropout"`
		Prefix       *string        `json:"continuing_subword_prefix"`
		Suffix       *string        `json:"end_of_word_suffix"`
		ByteFallback bool           `json:"byte_fallback"`
		IgnoreMerges bool           `json:"ignore_merges"`
	} `json:"model"`
}

// added is a token that is found in a text before all others.
type added struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Special    bool   `json:"special"`
}

// merge is two tokens that become one; older files have them as one text with a space between.
type merge [2]string

// UnmarshalJSON reads both spellings.
func (m *merge) UnmarshalJSON(data []byte) error {
	var two []string
	var one string
	switch {
	case json.Unmarshal(data, &two) == nil && len(two) == 2:
		*m = merge(two)
		return nil
	case json.Unmarshal(data, &one) == nil && strings.Count(one, " ") == 1:
		m[0], m[1], _ = strings.Cut(one, " ")
		return nil
	}
	return fmt.Errorf("a merge is %s; it takes two tokens", plain.Line(string(data[:min(len(data), 80)])))
}

// readTokenizer reads tokenizer.json; nil where the folder has none.
func readTokenizer(dir string) (*tokenizer, error) {
	path := filepath.Join(dir, tokenizerName)
	data, err := input.Small(path, maxTokenizer)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	t, err := parseTokenizer(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// parseTokenizer reads the text of the file, and errs where a part of it asks for what a vocabulary of llama.cpp does
// not do.
func parseTokenizer(data []byte) (*tokenizer, error) {
	t := &tokenizer{}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("it is no tokenizer: %w", err)
	}
	m := t.Model
	switch {
	case m.Type != "BPE" && m.Type != "WordLevel":
		return nil, unsaid("model.type is %q; allowed are BPE over bytes, and WordLevel or BPE of single characters",
			plain.Line(m.Type))
	case m.Dropout != nil && *m.Dropout != 0:
		return nil, unsaid("model.dropout is %g; llama.cpp leaves no merge out", *m.Dropout)
	case m.Prefix != nil && *m.Prefix != "":
		return nil, unsaid("model.continuing_subword_prefix is %q; llama.cpp has none", plain.Line(*m.Prefix))
	case m.Suffix != nil && *m.Suffix != "":
		return nil, unsaid("model.end_of_word_suffix is %q; llama.cpp has none", plain.Line(*m.Suffix))
	case m.ByteFallback:
		return nil, unsaid("model.byte_fallback is true; in llama.cpp's BPE every byte is a token")
	}
	for _, a := range t.Added {
		if a.SingleWord || a.LStrip || a.RStrip {
			return nil, unsaid("the added token %q asks for single_word, lstrip or rstrip, which llama.cpp does not do",
				plain.Line(a.Content))
		}
	}
	return t, nil
}
