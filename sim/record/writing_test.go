package record_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// words is what an arm wrote at a step.
func words(arm, step int, prompt, text string) record.Writing {
	w := record.Writing{Arm: arm, Step: step, Written: text,
		Prompt: record.Prompt{Text: prompt, Temperature: 0.8, Seed: 1}}
	for range text {
		w.Sure = append(w.Sure, 0.25)
		w.Count++
	}
	return w
}

func TestWritingsComeBackWithTheRecord(t *testing.T) {
	r := record.New(trial.Valid(trial.Short(12)))
	asked := words(2, 8, "b", "z")
	asked.Asked = true
	r.AddWriting(asked)
	for _, w := range []record.Writing{words(0, 3, "a", "光影\n�"), words(1, 8, "b", "x"), words(0, 8, "b", "y")} {
		r.AddWriting(w)
	}
	got, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err)
	require.Len(t, got.Writings, 4)
	assert.Equal(t, r.Writings, got.Writings)
}

func TestTheNewestWritingAtAStepIsShown(t *testing.T) {
	e := trial.Short(100) // widened at 50
	r := record.New(trial.Valid(e))
	for _, w := range []record.Writing{words(0, 20, "a", "early"), words(0, 60, "a", "late"), words(2, 70, "a", "own"),
		words(0, 40, "a", "before")} {
		r.AddWriting(w)
	}
	says := func(arm, step int) string {
		w, _ := r.WritingAt(arm, step)
		return w.Written
	}
	for arm := range e.Arms {
		assert.Empty(t, says(arm, 19))
		assert.Equal(t, "early", says(arm, 39), "the shared small phase is every arm's that forks")
		assert.Equal(t, "before", says(arm, 50))
	}
	assert.Equal(t, []string{"late", "before", "own"}, []string{says(0, 100), says(1, 100), says(2, 100)})
	r.Cut(0, 50, true)
	assert.Equal(t, "before", says(0, 100))
	r.Cut(2, 50, false)
	assert.Equal(t, "before", says(2, 100))
}

func TestOnlyTheNewestWritingsOfAnArmAreKept(t *testing.T) {
	r := record.New(trial.Valid(trial.Short(12)))
	r.AddWriting(words(1, 0, "of another arm", "x"))
	for i := range 100 {
		r.AddWriting(words(0, i/10, fmt.Sprint(i), "x"))
	}
	assert.Len(t, r.Writings, 65)
	w, _ := r.WritingAt(0, 12)
	assert.Equal(t, "99", w.Text)
	_, ok := r.WritingAt(0, 2)
	assert.False(t, ok)
	r.AddWriting(words(0, 9, "99", "y"))
	assert.Len(t, r.Writings, 65, "the same prompt at the same step has one answer")
	w, _ = r.WritingAt(0, 12)
	assert.Equal(t, "y", w.Written)
}

func TestWritingsThatAreNoneAreRefused(t *testing.T) {
	for why, spoil := range map[string]func(w *record.Writing){
		"temperature is NaN":             func(w *record.Writing) { w.Temperature = math.NaN() },
		"temperature is 2.5":             func(w *record.Writing) { w.Temperature = 2.5 },
		"temperature is -1":              func(w *record.Writing) { w.Temperature = -1 },
		"prompt has 201":                 func(w *record.Writing) { w.Text = strings.Repeat("ä", record.MaxPrompt+1) },
		"prompt is not in UTF-8":         func(w *record.Writing) { w.Text = "\xff" },
		"prompt of 0":                    func(w *record.Writing) { w.Text = "" },
		"401 characters are":             func(w *record.Writing) { *w = words(0, 3, "a", strings.Repeat("x", 401)) },
		"0 characters are":               func(w *record.Writing) { *w = words(0, 3, "a", "") },
		"probability of NaN":             func(w *record.Writing) { w.Sure[0] = float32(math.NaN()) },
		"probability of 1.5":             func(w *record.Writing) { w.Sure[0] = 1.5 },
		"with 1 probabilities":           func(w *record.Writing) { w.Sure = w.Sure[:1] },
		"text of 3 characters":           func(w *record.Writing) { w.Written = "abc" },
		"writing 0 is of arm 9":          func(w *record.Writing) { w.Arm = 9 },
		"writing 0 is of arm 0, step 13": func(w *record.Writing) { w.Step = 13 },
	} {
		r := record.New(trial.Valid(trial.Short(12)))
		r.AddWriting(words(0, 3, "a", "xy"))
		spoil(&r.Writings[0])
		_, err := record.Decode(bytes.NewReader(encode(t, r)))
		assert.ErrorContains(t, err, why)
	}
}

func TestPromptsHaveBounds(t *testing.T) {
	most := record.Prompt{Text: strings.Repeat("光", record.MaxPrompt), Temperature: record.MaxTemperature,
		Count: record.MaxWritten}
	assert.NoError(t, most.Validate())
	assert.NoError(t, record.Prompt{Count: experiment.WriteCount}.Validate())
}

// The numbers of a run are the same whoever watches it: only what a reader asked for is among them.
func TestNumbersHaveWhatAReaderAskedFor(t *testing.T) {
	numbers := func(r *record.Record) string {
		var b bytes.Buffer
		require.NoError(t, r.WriteCSV(&b))
		return b.String()
	}
	r := tiny(t)
	before := numbers(r)
	r.AddWriting(words(0, 4, "light ", "seen"))
	assert.Equal(t, before, numbers(r))
	asked := words(0, 4, "=light\n", "of, the\nsun")
	asked.Asked = true
	r.AddWriting(asked)
	assert.Contains(t, numbers(r), `,'=light\u000a,0.8,"of, the\u000asun"`)
	again := asked
	again.Asked = false
	r.AddWriting(again)
	w, ok := r.AskedAt(0, 4)
	assert.True(t, ok && w.Asked, "it was asked for, whoever watches afterwards")
}
