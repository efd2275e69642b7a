package tokenizer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// file is a tokenizer.json. Parts that have several shapes are kept as they are until their kind is known.
type file struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"`
	Padding       json.RawMessage `json:"padding"`
	AddedTokens   []added         `json:"added_tokens"`
	Normalizer    *part           `json:"normalizer"`
	PreTokenizer  *part           `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"` // of no use for writing tokens
	Model         modelPart       `json:"model"`
}

// added is a token that is looked for in the text before anything else.
type added struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// part is a normalizer, pre-tokenizer or post-processor of any kind, with the fields of those that are read.
type part struct {
	Type             string  `json:"type"`
	Normalizers      []part  `json:"normalizers"`
	PreTokenizers    []part  `json:"pretokenizers"`
	AddPrefixSpace   bool    `json:"add_prefix_space"`
	TrimOffsets      bool    `json:"trim_offsets"` // of where words were, which nobody asks for here
	UseRegex         *bool   `json:"use_regex"`    // there since version 0.13; true before
	IndividualDigits bool    `json:"individual_digits"`
	Pattern          pattern `json:"pattern"`
	Behavior         string  `json:"behavior"`
	Invert           bool    `json:"invert"`
}

type pattern struct {
	Regex  string `json:"Regex"`
	String string `json:"String"`
}

// modelPart is what makes tokens of words.
type modelPart struct {
	Type         string            `json:"type"`
	Dropout      *float64          `json:"dropout"`
	Prefix       string            `json:"continuing_subword_prefix"`
	Suffix       string            `json:"end_of_word_suffix"`
	ByteFallback bool              `json:"byte_fallback"`
	IgnoreMerges bool              `json:"ignore_merges"`
	Vocab        map[string]int    `json:"vocab"`
	Merges       []json.RawMessage `json:"merges"`    // "a b", or, of newer files, ["a", "b"]
	Unknown      string            `json:"unk_token"` // of characters; every byte has a token
	FuseUnknown  bool              `json:"fuse_unk"`
}

// there reports whether something stands in a part of a file.
func there(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// refuse names the first thing that a file asks for and that is not done here.
func (f *file) refuse() error {
	switch m := f.Model; {
	case f.Version != "1.0":
		return fmt.Errorf("its version is %q; 1.0 is read", f.Version)
	case there(f.Truncation):
		return refused("truncation", "cut texts")
	case there(f.Padding):
		return refused("padding", "padded texts")
	case m.Type != "BPE":
		return fmt.Errorf("its model.type is %q; what is read is BPE, and WordLevel of single characters", m.Type)
	case m.Dropout != nil && *m.Dropout != 0:
		return refused("model.dropout", "tokens drawn at random")
	case m.Prefix != "":
		return refused("model.continuing_subword_prefix", "words with a prefix")
	case m.Suffix != "":
		return refused("model.end_of_word_suffix", "words with a suffix")
	case m.ByteFallback:
		return refused("model.byte_fallback", "BPE of characters")
	}
	for _, a := range f.AddedTokens {
		switch {
		case a.Content == "" || a.LStrip || a.RStrip || a.SingleWord:
			return fmt.Errorf("its added token %q is stripped, is a single word or is empty, which is not read",
				a.Content)
		case strings.ContainsAny(a.Content, "\r\n"):
			return fmt.Errorf("its added token %q has a newline, which is not read", a.Content) // pieces end there
		case a.ID < 0 || a.ID >= MaxSymbols:
			return fmt.Errorf("its added token %q has the number %d; allowed are 0 to %d", a.Content, a.ID,
				MaxSymbols-1)
		}
	}
	return processors(f.PostProcessor)
}

func refused(field, what string) error {
	return fmt.Errorf("it has a %s, and %s are not read", field, what)
}

// processors errs where what comes after the words is not known. What is known puts tokens around a text, or says where
// in it they were: a file of tokens has neither.
func processors(raw json.RawMessage) error {
	if !there(raw) {
		return nil
	}
	var p struct {
		Type       string            `json:"type"`
		Processors []json.RawMessage `json:"processors"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("its post_processor is none: %w", err)
	}
	if !slices.Contains([]string{"ByteLevel", "TemplateProcessing", "Sequence"}, p.Type) {
		return fmt.Errorf("its post_processor is %q; what is read is ByteLevel, TemplateProcessing and Sequence",
			p.Type)
	}
	for _, part := range p.Processors {
		if err := processors(part); err != nil {
			return err
		}
	}
	return nil
}

// composes reports whether texts are to be in the normal form C of Unicode.
func (p *part) composes() (bool, error) {
	switch {
	case p == nil || p.Type == "Sequence" && len(p.Normalizers) == 0:
		return false, nil
	case p.Type == "Sequence" && len(p.Normalizers) == 1:
		return p.Normalizers[0].composes()
	case p.Type == "NFC":
		return true, nil
	}
	return false, fmt.Errorf("its normalizer is %q; what is read is NFC, or none", p.Type)
}

// splitting is how a text becomes words.
type splitting struct {
	pattern string // of words; empty where a text is one
	digits  bool   // each is a word
	bytes   bool   // the words are written byte by byte
}

// splits is what a pre-tokenizer does.
func (p *part) splits(s splitting) (splitting, error) {
	if p == nil {
		return s, nil
	}
	last := s.bytes // nothing is split once bytes have become letters
	switch {
	case p.Type == "Sequence":
		for i := range p.PreTokenizers {
			var err error
			if s, err = p.PreTokenizers[i].splits(s); err != nil {
				return s, err
			}
		}
		return s, nil
	case last:
		return s, fmt.Errorf("its pre_tokenizer has a %s after ByteLevel, which is not read", p.Type)
	case p.Type == "ByteLevel" && p.AddPrefixSpace:
		return s, refused("pre_tokenizer.add_prefix_space", "spaces that are not in the text")
	case p.Type == "ByteLevel":
		s.bytes = true
		if p.UseRegex == nil || *p.UseRegex {
			return s, s.by(patternGPT2)
		}
		return s, nil
	case p.Type == "Digits" && p.IndividualDigits && s.pattern == "":
		s.digits = true
		return s, nil
	case p.Type == "Split" && p.Behavior == "Isolated" && !p.Invert && slices.Contains(patterns, p.Pattern.Regex):
		return s, s.by(p.Pattern.Regex)
	case p.Type == "Split":
		return s, fmt.Errorf("its pre_tokenizer splits by %q (%s), which is none of the patterns that are read: those "+
			"of GPT-2, GPT-4, Llama 3 and Qwen2", p.Pattern.Regex+p.Pattern.String, p.Behavior)
	}
	return s, fmt.Errorf("its pre_tokenizer has a %s, which is not read, at all or as it is there", p.Type)
}

// by splits words by a pattern, once.
func (s *splitting) by(pattern string) error {
	if s.pattern != "" {
		return fmt.Errorf("its pre_tokenizer splits twice, which is not read")
	}
	s.pattern = pattern
	return nil
}
