package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/task"
)

// onTokens is an experiment that learns token files.
func onTokens() Experiment {
	e := Default()
	e.Task = task.Spec{Kind: task.KindTokens, Symbols: 50257, TrainFiles: []string{"train_1.bin", "train_2.bin"},
		ValidationFiles: []string{"val.bin"}, Tokenizer: "tokenizer.json", Seq: 64, Batch: 8}
	e.Model.Vocab = 50304
	return e
}

// A document names the files that it learns; a link, which comes without them, is refused in one sentence.
func TestADocumentOfTokenFilesIsAFileAndNoLink(t *testing.T) {
	v, err := Parse(onTokens().JSON())
	require.NoError(t, err)
	e := v.Experiment()
	assert.Equal(t, onTokens(), e)
	assert.Equal(t, 50304, e.Vocab())
	e.Task.TrainFiles[0] = "x"
	assert.Equal(t, onTokens(), v.Experiment(), "a copy has its own list")

	_, err = FromLink(onTokens().Link())
	require.ErrorContains(t, err, "learns token files, and a link carries none")
	assert.NotContains(t, err.Error(), "\n")
}

func TestTokenFilesHaveNoKnobsOfTheirOwn(t *testing.T) {
	for _, k := range Knobs(onTokens()) {
		assert.NotEqual(t, groupTask, k.Group, k.Label)
	}
}
