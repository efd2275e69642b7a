package gguf_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/gguf"
)

type object = map[string]any

// letters are the bytes that a tokenizer over bytes needs for its tests, as it spells them, and what joins them.
var letters = []string{"h", "e", "l", "o", "Ġ", "w", "r", "d", "Ċ", "'", "s", "1", "2", "Ã", "©", "é"}

// overBytes is a tokenizer.json over bytes with a few merges, which cuts texts as GPT-2 does.
func overBytes() object {
	vocab := object{}
	tokens := append(letters[:15:15], "he", "ll", "hell", "hello", "Ġw", "'s", "Ã©")
	for i, token := range tokens {
		vocab[token] = i
	}
	return object{
		"version":       "1.0",
		"added_tokens":  []object{{"id": len(tokens), "content": "<|end|>", "special": true, "normalized": false}},
		"normalizer":    nil,
		"pre_tokenizer": object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
		"decoder":       object{"type": "ByteLevel"},
		"model": object{"type": "BPE", "vocab": vocab, "unk_token": nil, "merges": []any{"h e", "l l",
			[]string{"he", "ll"}, "hell o", "Ġ w", "' s", "Ã ©"}},
	}
}

// with is a folder of a network with a tokenizer.
func with(t testing.TB, vocab int, tokenizer any, config object) string {
	t.Helper()
	c := small
	c.Vocab, c.Hidden, c.Layers = vocab, 8, 1
	dir := filepath.Join(t.TempDir(), "small")
	require.NoError(t, checkpoint.Save(context.Background(), dir, nil, model.Init(c, 1)))
	text, err := json.Marshal(tokenizer)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tokenizer.json"), text, 0o644))
	path := filepath.Join(dir, checkpoint.ConfigName)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	all := object{}
	require.NoError(t, json.Unmarshal(data, &all))
	for k, v := range config {
		all[k] = v
	}
	data, err = json.Marshal(all)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return dir
}

// What llama.cpp would do otherwise is refused by its name.
func TestATokenizerThatLlamaHasNotIsRefusedByName(t *testing.T) {
	change := func(path string, value any) object {
		all := overBytes()
		at, names := all, strings.Split(path, ".")
		for _, name := range names[:len(names)-1] {
			at = at[name].(object)
		}
		at[names[len(names)-1]] = value
		return all
	}
	for _, c := range []struct {
		tokenizer any
		says      string
	}{
		{[]int{}, "it is no tokenizer"},
		{change("model.type", "Unigram"), `model.type is "Unigram"`},
		{change("model.dropout", 0.1), "model.dropout is 0.1"},
		{change("model.end_of_word_suffix", "</w>"), `end_of_word_suffix is "</w>"`},
		{change("model.continuing_subword_prefix", "##"), "continuing_subword_prefix"},
		{change("model.byte_fallback", true), "byte_fallback is true"},
		{change("model.ignore_merges", true), "has no name in llama.cpp"},
		{change("model.merges", []any{"a b c"}), "it takes two tokens"},
		{change("model.vocab", object{"h": 0, "e": 0}), `"e" and "h" both have the number 0`},
		{change("model.vocab", object{"h": 24}), `token "h" has the number 24; the network has 0 to 23`},
		{change("normalizer", object{"type": "Lowercase"}), `the normalizer of tokenizer.json is "Lowercase"`},
		{change("pre_tokenizer", nil), "has no pre_tokenizer"},
		{change("pre_tokenizer", object{"type": "Metaspace"}), `ends with "Metaspace"`},
		{change("pre_tokenizer.add_prefix_space", true), "adds a space in front"},
		{change("pre_tokenizer", object{"type": "Sequence", "pretokenizers": []object{
			{"type": "Split", "pattern": object{"Regex": "x+"}, "behavior": "Isolated"},
			{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}}}), "cuts texts in a way"},
		{change("post_processor", object{"type": "BertProcessing"}),
			`post_processor of tokenizer.json is "BertProcessing"`},
		{change("post_processor", object{"type": "TemplateProcessing", "single": []object{
			{"SpecialToken": object{"id": "<s>", "type_id": 0}}, {"Sequence": object{"id": "A", "type_id": 0}}}}),
			`adds "<s>", which is no token`},
		{change("added_tokens", []object{{"id": 22, "content": "<mask>", "lstrip": true}}),
			"single_word, lstrip or rstrip"},
	} {
		folder, err := checkpoint.ReadFolder(context.Background(), with(t, 24, c.tokenizer, nil))
		require.NoError(t, err)
		_, err = gguf.New(folder)
		assert.ErrorContains(t, err, c.says)
	}
}
