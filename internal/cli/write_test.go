package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// writings are those in what `run --json` prints.
func writings(t *testing.T, text string) (all []writing) {
	t.Helper()
	var got struct{ Arms []result }
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	for _, a := range got.Arms {
		require.NotNil(t, a.Writing, a.Name)
		all = append(all, *a.Writing)
	}
	return all
}

func TestRunPrintsWhatEachArmWrites(t *testing.T) {
	code, out, err := run("run", "--write", "the rays\nof light", "--temperature", "0", file(t, nil))
	require.Zero(t, code, err)
	_, out, found := strings.Cut(out, "Written at temperature 0, with the same random numbers in every arm:\n")
	require.True(t, found, out)
	for _, name := range []string{"Small", "Copy", "Asymmetric reset", "SPARKLING"} {
		assert.Regexp(t, `(?m)^`+name+`, at step 30; mean probability of a character 0\.\d{3}:\n  the rays\n  of light`,
			out)
	}
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, len(line), columns+1)
	}
}

func TestWhatArmsWroteIsInTheJSONTheRecordAndTheNumbers(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	args := []string{"run", "--json", "--out", out, "--write", "light ", file(t, nil)}
	code, text, err := run(args...)
	require.Zero(t, code, err)
	all := writings(t, text)
	for _, w := range all {
		assert.Equal(t, []any{30, "light ", 0.5, uint64(1)}, []any{w.Step, w.Prompt, w.Temperature, w.Seed})
		assert.Len(t, []rune(w.Text), experiment.WriteCount)
		assert.Len(t, w.Probabilities, experiment.WriteCount)
	}
	code, again, err := run("run", "--json", "--resume", out)
	require.Zero(t, code, err)
	assert.JSONEq(t, text, again, "the record has it")
	code, other, err := run("run", "--json", "--resume", out, "--write", "", "--temperature", "2")
	require.Zero(t, code, err)
	assert.Contains(t, err, "nothing is trained again", "the networks are there still")
	for _, w := range writings(t, other) {
		assert.NotEmpty(t, w.Prompt, "how the validation split begins")
	}
	code, again, err = run("run", "--json", "--resume", out)
	require.Zero(t, code, err)
	assert.JSONEq(t, other, again)

	f, oops := os.Open(filepath.Join(out, numbersName))
	require.NoError(t, oops)
	defer f.Close()
	table, oops := csv.NewReader(f).ReadAll()
	require.NoError(t, oops)
	at := slices.Index(table[0], "written")
	require.Positive(t, at)
	count := 0
	for _, row := range table[1:] {
		if row[at] != "" {
			assert.Equal(t, "30", row[slices.Index(table[0], "step")])
			assert.Equal(t, "2", row[at-1], "the last that was asked for")
			count++
		}
	}
	assert.Equal(t, 4, count)
}

func TestWhatCannotBeWrittenIsSaidBeforeTheRun(t *testing.T) {
	doc := file(t, nil)
	for want, args := range map[string][]string{
		"learns facts": {"run", "facts", "--write", "a"},
		"the text that is learnt has no 'L' (it has 'l')": {"run", doc, "--write", "Light"},
		"201 characters; at most 200":                     {"run", doc, "--write", strings.Repeat("x", 201)},
		"temperature is 3; allowed are 0 to 2":            {"run", doc, "--write", "x", "--temperature", "3"},
		"allowed is a number":                             {"run", doc, "--write", "x", "--temperature", "NaN"},
		"--write says after what":                         {"run", doc, "--temperature", "1"},
	} {
		code, out, err := run(args...)
		assert.NotZero(t, code, want)
		assert.Empty(t, out)
		assert.Contains(t, err, want)
	}
}

// begins tells of the networks that only write: they alone read rows one by one.
type begins struct {
	cpu.Factory
	writer func() error
}

func (f begins) New(s learner.Setup) (learner.Learner, error) {
	if s.Batch == 1 {
		if err := f.writer(); err != nil {
			return nil, err
		}
	}
	return f.Factory.New(s)
}

// writers lets f be called before a network writes.
func writers(t *testing.T, f func() error) {
	was := factory
	factory = begins{writer: f}
	t.Cleanup(func() { factory = was })
}

// leaves expects the files that a finished run leaves.
func leaves(t *testing.T, out string) {
	t.Helper()
	for _, name := range []string{stateName, numbersName, "experiment.json"} {
		assert.FileExists(t, filepath.Join(out, name))
	}
}

func TestARunIsKeptAndPrintedAlthoughItsArmsCannotWrite(t *testing.T) {
	writers(t, func() error { return errors.New("the memory is full") })
	out := filepath.Join(t.TempDir(), "out")
	code, text, err := run("run", "--json", "--out", out, "--write", "light", file(t, nil))
	assert.NotZero(t, code)
	assert.Contains(t, err, "there is no place for a network that writes: the memory is full")
	var got struct{ Arms []result }
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	assert.Len(t, got.Arms, 4)
	leaves(t, out)
	factory = cpu.Factory{}
	code, text, err = run("run", "--json", "--resume", out, "--write", "light")
	require.Zero(t, code, err)
	assert.Contains(t, err, "nothing is trained again")
	assert.Len(t, writings(t, text), 4)
}

func TestAnInterruptEndsTheWaitForWhatArmsWrite(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	writers(t, func() error { end(); return nil })
	prompt, out := "light", filepath.Join(t.TempDir(), "out")
	var said strings.Builder
	err := runVerb{Experiment: file(t, nil), Out: out, Write: &prompt, Quiet: true,
		engineFlags: engineFlags{Engine: "cpu"}}.Run(
		&env{ctx: ctx, out: io.Discard, err: &said, screen: io.Discard})
	assert.ErrorIs(t, err, errInterrupted)
	assert.Contains(t, said.String(), "Interrupted at step 30 of 30; the same command goes on from there.")
	leaves(t, out)
}
