package task

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func filed() Spec {
	return Spec{Kind: KindTokens, Symbols: 50257, TrainFiles: []string{"a.bin", "more/b.bin"},
		ValidationFiles: []string{"../val.bin"}, Seq: 64, Batch: 8}
}

func TestTokenFilesAreNamedFromTheDocumentOn(t *testing.T) {
	require.NoError(t, filed().Validate())
	for path, why := range map[string]string{
		"": "it is empty", "/data/a.bin": "it is not relative", "C:/a.bin": "it is not relative",
		`more\a.bin`: "a backslash", "a//b.bin": "the shortest way", "./a.bin": "the shortest way",
		"..": "the shortest way", "../..": "the shortest way", ".": "the shortest way", "a/": "the shortest way",
		"a\nb.bin": "a control character", strings.Repeat("a", 1025): "1025 bytes; a path may have 1024",
	} {
		for field, put := range map[string]func(*Spec){
			"task.train_files[1]":      func(s *Spec) { s.TrainFiles[1] = path },
			"task.validation_files[0]": func(s *Spec) { s.ValidationFiles[0] = path },
			"task.tokenizer":           func(s *Spec) { s.Tokenizer = path },
		} {
			s := filed()
			if put(&s); s.Tokenizer == "" && field == "task.tokenizer" {
				continue // there is none
			}
			err := s.Validate()
			require.ErrorContains(t, err, field, path)
			assert.ErrorContains(t, err, why)
			assert.NotContains(t, err.Error(), "\n")
		}
	}
}

func TestATaskOfTokenFilesIsRefusedInOneSentence(t *testing.T) {
	for want, change := range map[string]func(*Spec){
		"task.symbols is 1; allowed are 2 to 65536":     func(s *Spec) { s.Symbols = 1 },
		"task.symbols is 65537; allowed are 2 to 65536": func(s *Spec) { s.Symbols = 1<<16 + 1 },
		"task.train_files has 0 entries; allowed are 1 to 2048": func(s *Spec) {
			s.TrainFiles = nil
		},
		"task.validation_files has 2049 entries": func(s *Spec) { s.ValidationFiles = make([]string, 2049) },
		`task.train_files[1] is "a.bin", which is named before`: func(s *Spec) {
			s.TrainFiles = []string{"a.bin", "a.bin"}
		},
		`task.validation_files[0] is "a.bin", which is trained on`: func(s *Spec) {
			s.ValidationFiles = []string{"a.bin"}
		},
		"task.letters is there; it is for facts, languages and induction, and this is tokens": func(s *Spec) {
			s.Letters = 4
		},
		"task.train_files is there; it is for tokens, and this is text": func(s *Spec) {
			s.Kind, s.Text, s.Symbols = KindText, TextOpticks, 0
		},
		"task.seq is 1; allowed are 2 to 4096": func(s *Spec) { s.Seq = 1 },
	} {
		s := filed()
		change(&s)
		err := s.Validate()
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "\n")
	}
}

// What cannot open files, as the page, says so and begins nothing.
func TestTokenFilesHaveToBeOpenedBySomebody(t *testing.T) {
	s := filed()
	_, err := New(s)
	require.ErrorContains(t, err, "the page reads no files")
	Keep(s, Opticks())
	defer Drop(s)
	got, err := New(s)
	require.NoError(t, err)
	assert.Same(t, Opticks(), got)
	other := filed()
	other.Symbols++
	_, err = New(other)
	require.Error(t, err, "these are other files")
	Drop(s)
	_, err = New(s)
	require.Error(t, err)
}

// failing is a task whose files fail.
type failing struct{ *Text }

func (failing) Err() error { return errors.New("gone") }

func TestATaskSaysWhetherItsFilesFailed(t *testing.T) {
	assert.NoError(t, Err(Opticks()))
	assert.EqualError(t, Err(failing{Opticks()}), "gone")
}

// A vocabulary that divides well is larger than the tokenizer's; in other tasks that is a mistake.
func TestAVocabularyMayBeLargerThanATokenizer(t *testing.T) {
	s := filed()
	assert.True(t, s.Knows(50257) && s.Knows(50304))
	assert.False(t, s.Knows(50256))
	assert.False(t, Spec{Kind: KindText, Text: TextOpticks}.Knows(48))
}

func TestACopyOfATaskHasFilesOfItsOwn(t *testing.T) {
	s := filed()
	c := s.Clone()
	c.TrainFiles[0], c.ValidationFiles[0] = "x", "y"
	assert.Equal(t, filed(), s)
	data, err := json.Marshal(Spec{Kind: KindText, Text: TextOpticks, Seq: 64, Batch: 8})
	require.NoError(t, err)
	assert.JSONEq(t, `{"kind":"text","text":"opticks","seq":64,"batch":8}`, string(data), "others have none")
}
