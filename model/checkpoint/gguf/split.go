package gguf

import (
	"encoding/json"

	"github.com/sparkling-lab/sparkling/internal/plain"
)

// step is one step of a tokenizer, of any kind that is looked at here.
type step struct {
	Type           string `json:"type"`
	AddPrefixSpace *bool  `json:"add_prefix_space"`
	UseRegex       *bool  `json:"use_regex"`
	Individual     bool   `json:"individual_digits"`
	Behavior       string `json:"behavior"`
	Invert         bool   `json:"invert"`
	Pattern        struct {
		Regex  *string `json:"Regex"`
		String *string `json:"String"`
	} `json:"pattern"`
	Normalizers   []step            `json:"normalizers"`
	Pretokenizers []step            `json:"pretokenizers"`
	Processors    []json.RawMessage `json:"processors"`
	Single        []struct {
		Special *struct {
			ID string `json:"id"`
		} `json:"SpecialToken"`
		Sequence *struct{} `json:"Sequence"`
	} `json:"single"`
}

// steps are the steps of one part of a tokenizer; none where it is null.
func steps(what string, text json.RawMessage) ([]step, error) {
	var s *step
	if len(text) > 0 {
		if err := json.Unmarshal(text, &s); err != nil {
			return nil, unsaid("%s of %s is not what it is elsewhere: %w", what, tokenizerName, err)
		}
	}
	switch {
	case s == nil:
		return nil, nil
	case s.Type != "Sequence":
		return []step{*s}, nil
	case what == "normalizer":
		return s.Normalizers, nil
	}
	return s.Pretokenizers, nil
}

// The ways to cut a text into words that llama.cpp knows by a name, by their regular expressions: those of Qwen2 and 3,
// and of Llama 3.
const (
	wordsQwen = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|` +
		`\s+(?!\S)|\s+`
	wordsLlama = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|` +
		`\s*[\r\n]+|\s+(?!\S)|\s+`
)

// words is llama.cpp's name of the way in which a byte-level tokenizer cuts a text into words.
func (t *tokenizer) words() (string, error) {
	all, err := steps("pre_tokenizer", t.Pre)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", unsaid("%s has no pre_tokenizer, and llama.cpp cuts every text into words", tokenizerName)
	}
	last := all[len(all)-1]
	if last.Type != "ByteLevel" {
		return "", unsaid("the pre_tokenizer of %s ends with %q; allowed is ByteLevel", tokenizerName,
			plain.Line(last.Type))
	}
	if last.AddPrefixSpace == nil || *last.AddPrefixSpace {
		return "", unsaid("the pre_tokenizer of %s adds a space in front, which llama.cpp does not do", tokenizerName)
	}
	cuts := last.UseRegex == nil || *last.UseRegex
	merges := t.Model.IgnoreMerges
	switch {
	case len(all) == 1 && cuts && !merges:
		return "gpt-2", nil
	case len(all) == 2 && all[0].Type == "Digits" && all[0].Individual && cuts && !merges:
		return "smollm", nil
	case len(all) == 2 && all[0].Type == "Split" && all[0].Behavior == "Isolated" && !all[0].Invert && !cuts &&
		all[0].Pattern.Regex != nil:
		switch *all[0].Pattern.Regex {
		case wordsQwen:
			if !merges {
				return "qwen2", nil
			}
		case wordsLlama:
			if merges {
				return "llama-bpe", nil
			}
			return "dbrx", nil
		}
	}
	return "", unsaid("the pre_tokenizer of %s cuts texts in a way that has no name in llama.cpp; allowed are those "+
		"of GPT-2, Qwen2, Llama 3 and SmolLM", tokenizerName)
}

// changes are notes on what the tokenizer does to a text first. Only what leaves most texts as they are is let pass.
func (t *tokenizer) changes() (notes []string, err error) {
	all, err := steps("normalizer", t.Normalizer)
	for _, s := range all {
		if s.Type != "NFC" {
			return nil, unsaid("the normalizer of %s is %q; allowed are none and NFC", tokenizerName,
				plain.Line(s.Type))
		}
		notes = append(notes, "The tokenizer composes characters (NFC) first, and llama.cpp does not: texts that are "+
			"not composed become other tokens.")
	}
	return notes, err
}

// around are the special tokens that a text begins and ends with; empty for none.
func (t *tokenizer) around() (first, last string, err error) {
	if len(t.Post) == 0 || string(t.Post) == "null" {
		return "", "", nil
	}
	var s step
	if err := json.Unmarshal(t.Post, &s); err != nil {
		return "", "", unsaid("post_processor of %s is not what it is elsewhere: %w", tokenizerName, err)
	}
	all := []step{s}
	if s.Type == "Sequence" {
		all = nil
		for _, text := range s.Processors {
			var one step
			if err := json.Unmarshal(text, &one); err != nil {
				return "", "", unsaid("post_processor of %s is not what it is elsewhere: %w", tokenizerName, err)
			}
			all = append(all, one)
		}
	}
	for _, s := range all {
		if s.Type == "ByteLevel" {
			continue // it moves offsets, and no token
		}
		if s.Type != "TemplateProcessing" {
			return "", "", unsaid("the post_processor of %s is %q; allowed are ByteLevel and TemplateProcessing",
				tokenizerName, plain.Line(s.Type))
		}
		text := false
		for _, piece := range s.Single {
			switch {
			case piece.Special == nil:
				text = true
			case !text && first == "":
				first = piece.Special.ID
			case text && last == "":
				last = piece.Special.ID
			default:
				return "", "", unsaid("the post_processor of %s adds more than one token at an end", tokenizerName)
			}
		}
	}
	return first, last, nil
}
