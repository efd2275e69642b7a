package gguf

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Whatever tokenizer.json holds, it is refused in words or makes a vocabulary of as many tokens as the network has.
func FuzzTokenizersAreReadOrRefused(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"model": {"type": "WordLevel", "vocab": {"a": 0, "é": 1, "?": 2}, "unk_token": "?"}}`,
		`{"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "model": {"type": "BPE",
			"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}, "normalizer": {"type": "NFC"},
			"post_processor": {"type": "Sequence", "processors": [{"type": "TemplateProcessing", "single":
			[{"SpecialToken": {"id": "a"}}, {"Sequence": {}}]}]}, "added_tokens": [{"id": 3, "content": "<s>"}]}`,
		`{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "x"}}]}}`,
		`{"model": {"type": "BPE", "merges": [["a", "b"], "a"]}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tokenizer, err := parseTokenizer(data)
		if err != nil {
			return
		}
		const rows = 6
		v, err := tokenizer.vocabulary(rows)
		if err != nil {
			return
		}
		assert.Len(t, v.tokens, rows)
		for id, text := range v.tokens {
			assert.NotEmpty(t, text)
			assert.NotZero(t, v.types[id])
		}
		pairs, _, err := v.pairs(spelt{})
		if err == nil {
			_, err = head(pairs, nil)
		}
		if err != nil {
			assert.NotEmpty(t, err.Error())
		}
	})
}
