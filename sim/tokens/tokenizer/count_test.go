package tokenizer

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokensAreCountedInFilesOfEveryKind(t *testing.T) {
	data, err := os.ReadFile("testdata/tokenizer.json")
	require.NoError(t, err)
	read, err := Read(data)
	require.NoError(t, err)
	n, err := Count(data)
	require.NoError(t, err)
	assert.Equal(t, read.Symbols(), n)
	for file, want := range map[string]int{
		`{"model": {"type": "WordPiece", "vocab": {"a": 0, "##b": 4}}}`:                                         5,
		`{"model": {"type": "Unigram", "vocab": [["a", -1.5], ["b", -2]]}, "added_tokens": [{"id": 1}]}`:        2,
		`{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "added_tokens": [{"id": 7, "lstrip": 1}]}`: 8,
	} {
		n, err := Count([]byte(file))
		require.NoError(t, err, file)
		assert.Equal(t, want, n, file)
	}
	for _, file := range []string{"", "<html>", "[]", "{}", `{"model": {"vocab": 3}}`,
		`{"model": {"vocab": {"a": "b"}}}`} {
		_, err := Count([]byte(file))
		assert.ErrorContains(t, err, "it is no tokenizer.json", file)
	}
}
