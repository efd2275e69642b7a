package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// smallFacts is a document of a small table, over a few steps.
func smallFacts(t *testing.T) string {
	t.Helper()
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e = e.Rescale(100)
	e.Task.Letters, e.Task.Batch = 8, 4
	path := filepath.Join(t.TempDir(), "facts.json")
	require.NoError(t, os.WriteFile(path, e.JSON(), 0o644))
	return path
}

func TestRunSaysHowManyFactsEachArmKnows(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	code, text, err := run("run", "--quiet", "--json", "--out", out, smallFacts(t))
	require.Zero(t, code, err)
	var got struct {
		Bounds struct {
			Loss    float64 `json:"chance_val_loss"`
			Measure struct {
				Name      string
				Value, Of int
			} `json:"chance_measure"`
			Floor *float64 `json:"floor_train_loss"`
		}
		Arms []struct {
			Name    string
			Measure struct {
				Name      string
				Value, Of int
			}
			Loss float64 `json:"val_loss"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	assert.Equal(t, "facts known", got.Bounds.Measure.Name)
	assert.Equal(t, 64, got.Bounds.Measure.Of)
	assert.InDelta(t, 12, got.Bounds.Measure.Value, 6, "the most frequent of 8 letters")
	assert.InDelta(t, 2.0, got.Bounds.Loss, 0.08, "a little below ln 8")
	require.NotNil(t, got.Bounds.Floor)
	assert.Less(t, *got.Bounds.Floor, 0.2, "who knows the table needs to guess only where a row begins")
	require.Len(t, got.Arms, 4)

	f, oops := os.Open(filepath.Join(out, "numbers.csv"))
	require.NoError(t, oops)
	defer f.Close()
	rows, oops := csv.NewReader(f).ReadAll()
	require.NoError(t, oops)
	at := func(name string) int { return slices.Index(rows[0], name) }
	last := map[string][]string{}
	for _, row := range rows[1:] {
		last[row[at("name")]] = row
	}
	for _, a := range got.Arms {
		assert.Equal(t, "facts known", a.Measure.Name)
		assert.Equal(t, 64, a.Measure.Of)
		assert.Positive(t, a.Measure.Value)
		assert.Equal(t, strconv.Itoa(a.Measure.Value), last[a.Name][at("right")], a.Name)
		assert.Equal(t, "64", last[a.Name][at("asked")], a.Name)
	}

	code, text, err = run("run", "--quiet", "--out", out, smallFacts(t))
	require.Zero(t, code, err)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	require.Greater(t, len(lines), 6)
	assert.Regexp(t, `val +facts +locked`, lines[0])
	assert.Regexp(t, `loss +known +pairs`, lines[1])
	for i, a := range got.Arms {
		assert.Regexp(t, `^`+a.Name+` +100 +\d\.\d{4} +`+strconv.Itoa(a.Measure.Value)+`/64 `, lines[2+i])
	}
	assert.Regexp(t, `^The best guess that never looks at the question: loss \d\.\d{4}, facts known: `+
		`\d+ of 64\.$`, lines[6])
	figure, oops := os.ReadFile(filepath.Join(out, "loss.svg"))
	require.NoError(t, oops)
	assert.Contains(t, string(figure), "64 facts, each asked alone")
}

func TestRunAndFiguresLeaveEveryAnswerOfTheLastCountOfFacts(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	code, _, err := run("run", "--quiet", "--out", out, smallFacts(t))
	require.Zero(t, code, err)
	data, oops := os.ReadFile(filepath.Join(out, "answers.csv"))
	require.NoError(t, oops)
	rows, oops := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, oops)
	require.Len(t, rows, 1+4*64)
	r, oops := readRecord(out)
	require.NoError(t, oops)
	at := func(name string) int { return slices.Index(rows[0], name) }
	table := map[string]string{}
	for i, row := range rows[1:] {
		arm, fact := i/64, i%64
		f, ok := r.AnswersAt(arm, 100)
		require.True(t, ok)
		question, answer, a := row[at("question")], row[at("answer")], f.Answers[fact]
		assert.Equal(t, string("abcdefgh"[fact/8])+string("abcdefgh"[fact%8]), question)
		if arm > 0 {
			assert.Equal(t, table[question], answer, "one table for all arms")
		}
		table[question] = answer
		assert.Equal(t, []string{strconv.Itoa(arm), r.Experiment.Arms[arm].Name, "100"}, row[at("arm"):at("step")+1])
		sure, oops := strconv.ParseFloat(row[at("sure")], 64)
		require.NoError(t, oops)
		assert.InDelta(t, float64(a.Sure)/255, sure, 0.001)
		assert.Equal(t, a.Right, row[at("right")] == "1")
		assert.Equal(t, strconv.Itoa(int(a.Expert)), row[at("expert")])
	}
	again := t.TempDir()
	code, _, err = run("figures", filepath.Join(out, "record.sparkling"), "--out", again)
	require.Zero(t, code, err)
	same, oops := os.ReadFile(filepath.Join(again, "answers.csv"))
	require.NoError(t, oops)
	assert.True(t, bytes.Equal(data, same))
	require.NoError(t, os.Remove(filepath.Join(out, "answers.csv")))
	code, _, err = run("run", "--quiet", "--out", out, smallFacts(t))
	require.Zero(t, code, err)
	assert.FileExists(t, filepath.Join(out, "answers.csv"), "it is written again where it lacks")
	plain := filepath.Join(t.TempDir(), "text")
	code, _, err = run("run", "--quiet", "--out", plain, file(t, nil))
	require.Zero(t, code, err)
	assert.NoFileExists(t, filepath.Join(plain, "answers.csv"), "a text is not asked")
}

func TestRunCountsWhatIsForeseenOfATextToo(t *testing.T) {
	code, text, err := run("run", "--quiet", "--json", file(t, nil))
	require.Zero(t, code, err)
	var got struct {
		Arms []struct {
			Measure struct {
				Name      string
				Value, Of int
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	for _, a := range got.Arms {
		assert.Equal(t, "characters foreseen", a.Measure.Name)
		assert.Greater(t, a.Measure.Of, 20000, "of the whole held-out text")
		assert.Greater(t, a.Measure.Value, a.Measure.Of/10)
	}
	assert.Contains(t, text, `"floor_train_loss": null`)
}
