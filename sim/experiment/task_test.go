package experiment

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/task"
)

func facts(t *testing.T) Experiment {
	t.Helper()
	e, err := Named("facts")
	require.NoError(t, err)
	return e
}

func TestADocumentOfBeforeThereWereTasksMeansOpticks(t *testing.T) {
	named := string(Default().JSON())
	old := strings.Replace(named, "\n    \"kind\": \"text\",", "", 1)
	require.NotEqual(t, named, old)
	v, err := Parse([]byte(old))
	require.NoError(t, err)
	assert.Equal(t, Default(), v.e)
	assert.Equal(t, task.Symbols, v.e.Vocab())
}

func TestADocumentSaysInOneSentenceWhichTaskItCannotHave(t *testing.T) {
	doc := string(facts(t).JSON())
	for change, want := range map[[2]string]string{
		{`"kind": "facts"`, `"kind": "proofs"`}:  `task.kind is "proofs"; allowed are facts, languages, sums`,
		{`"kind": "facts"`, `"kind": "sums"`}:    `task.letters is there; it is for facts, languages and induction`,
		{`"letters": 36`, `"letters": 99`}:       "task.letters is 99; allowed are 4 to 36",
		{`"seq": 16`, `"seq": 18`}:               "task.seq is 18; allowed are multiples of 4 up to 4096",
		{`"letters": 36`, `"text": "opticks"`}:   "task.text is there; it is for text, and this is facts",
		{`"letters": 36`, `"digits": 36`}:        "unknown field",
		{`"answers": true`, `"answers": "only"`}: "not valid JSON",
		{`"table": 1`, `"table": -1`}:            "not valid JSON",
	} {
		changed := strings.Replace(doc, change[0], change[1], 1)
		require.NotEqual(t, doc, changed, change)
		_, err := Parse([]byte(changed))
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "\n")
	}
}

func TestTheLiveLossIsMeasuredAsOftenAsItsCostAllows(t *testing.T) {
	assert.Equal(t, ProbeEvery, Default().ValEvery())
	for letters := task.MinLetters; letters <= task.MaxLetters; letters++ {
		e := facts(t)
		e.Task.Letters = letters
		every := e.ValEvery()
		assert.Zero(t, every%25)
		assert.LessOrEqual(t, e.asking()/float64(every), valFraction, "%d letters", letters)
		assert.True(t, every == 25 || e.asking()/float64(every-25) > valFraction, "and not more seldom: %d letters",
			letters)
	}
	assert.Equal(t, 25, facts(t).ValEvery())
	few := facts(t)
	few.Task.Batch = 8
	assert.Equal(t, 100, few.ValEvery(), "updates that are a quarter as long")
}

func TestAKnobOfFactsChangesWhatItSaysAndNothingElse(t *testing.T) {
	for id, want := range map[string][2]string{
		"letters": {"24", ".task.letters"}, "table": {"7", ".task.table"}, "labels": {"all", ".task.answers"},
	} {
		before, after := facts(t), facts(t)
		require.NoError(t, after.Turn(id, want[0]), id)
		paths := changed(t, before, after)
		assert.Contains(t, paths, want[1])
		for _, path := range paths {
			assert.Contains(t, []string{want[1], ".name", ".about"}, path, id)
		}
		for _, k := range Knobs(before) {
			if k.ID == id {
				assert.Equal(t, want[0], k.Get(after))
				require.NoError(t, after.Turn(id, k.Get(before)))
			}
		}
		assert.Equal(t, before, after, "%s and back", id)
	}
	e := facts(t)
	assert.ErrorContains(t, e.Turn("letters", "37"), "from 4 to 36")
	for _, k := range Knobs(Default()) {
		assert.NotContains(t, []string{"letters", "table", "labels"}, k.ID, "a text has no such sizes")
	}
}
