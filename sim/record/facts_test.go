package record_test

import (
	"bytes"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// factsRun is a run of the built-in experiment with a small table over 60 steps, widened at 18.
func factsRun(t *testing.T) *record.Record {
	t.Helper()
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e = e.Rescale(60)
	e.Task.Letters, e.Task.Batch = 9, 8
	return ran(t, e)
}

func TestTheRecordOfFactsComesBackWithItsCounts(t *testing.T) {
	r := factsRun(t)
	got, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err)
	for arm := range r.Tracks {
		want, ok := r.MeasureAt(arm, 60)
		require.True(t, ok)
		m, ok := got.MeasureAt(arm, 60)
		require.True(t, ok)
		assert.Equal(t, want, m)
	}
	last := len(r.Tracks[0]) - 1
	for _, wrong := range [][2]int{{82, 81}, {-1, 81}, {1, -1}} {
		r.Tracks[0][last].Right, r.Tracks[0][last].Asked = wrong[0], wrong[1]
		_, err := record.Decode(bytes.NewReader(encode(t, r)))
		assert.ErrorContains(t, err, "answers right", "%v", wrong)
	}
}

func TestTheRecordOfFactsComesBackWithItsAnswersAndRefusesThoseThatCannotBe(t *testing.T) {
	r := factsRun(t)
	got, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err)
	for arm, track := range r.Tracks {
		for k, f := range track {
			require.Len(t, f.Answers, f.Asked, "arm %d, step %d", arm, f.Step)
			require.Equal(t, f.Answers, got.Tracks[arm][k].Answers)
			require.Equal(t, f.Router, got.Tracks[arm][k].Router)
			require.Equal(t, f.Gets, got.Tracks[arm][k].Gets)
		}
	}
	last := &r.Tracks[0][len(r.Tracks[0])-1]
	sound := *last
	for want, spoil := range map[string]func(){
		"80 answers":               func() { last.Answers = last.Answers[1:] },
		"0 right of 81":            func() { last.Right = 0 },
		"right of 80":              func() { last.Asked, last.Right = 80, 1 },
		"is of expert 4":           func() { last.Answers[80].Expert = 4 },
		"to 0 questions":           func() { r.Experiment = experiment.Default() },
		"a list of 8193":           func() { last.Gets = make([]int32, record.MaxGets+1) },
		"symbols of 9 classes":     func() { last.Gets = last.Gets[1:] },
		"how 8 experts divide":     func() { last.Gets = slices.Clone(last.Gets); last.Gets[3]++ },
		"experts divide the":       func() { last.Gets = slices.Clone(last.Gets); last.Gets[3] = -1 },
		"2 layers of 4 experts":    func() { last.Router = last.Router[1:] },
		"at most 3481 are allowed": func() { last.Answers = make([]record.Answer, 3482) },
	} {
		*last = sound
		last.Answers = slices.Clone(sound.Answers)
		before := *r
		spoil()
		_, err := record.Decode(bytes.NewReader(encode(t, r)))
		assert.ErrorContains(t, err, want)
		*r = before
	}
}

func TestAnswersAreThoseOfTheNewestCountAndBeforeTheForkTheTrunks(t *testing.T) {
	r := factsRun(t)
	e := r.Experiment
	every, fork := e.ValEvery(), e.Fork()
	for arm := range e.Arms {
		for step := range e.Steps + 10 {
			want := min(step, e.Steps)
			if want < e.Steps {
				want -= want % every
			}
			from := arm
			if want <= fork {
				from = e.Trunk()
			}
			f, ok := r.AnswersAt(arm, step)
			require.True(t, ok)
			require.Equal(t, []int{from, want}, []int{f.Arm, f.Step}, "%s, step %d", e.Arms[arm].Name, step)
			require.Len(t, f.Answers, 81)
		}
		_, ok := r.AnswersAt(arm, -1)
		assert.False(t, ok)
	}
	r = tiny(t)
	_, ok := r.AnswersAt(0, r.Last())
	assert.False(t, ok, "a text is not asked")
}

// testdata/version7.sparkling was written by the program that wrote records of version 7: the facts of 9 letters, 25
// steps, widened at 20, arms Small and SPARKLING.
func TestTheRecordFromBeforeAnswersWereKeptIsReadWithItsCounts(t *testing.T) {
	data, err := os.ReadFile("testdata/version7.sparkling")
	require.NoError(t, err)
	require.Equal(t, byte(7), data[len(record.Magic)], "the version")
	r, err := record.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	for arm, right := range []int{14, 15} {
		m, ok := r.MeasureAt(arm, 25)
		require.True(t, ok)
		assert.Equal(t, [2]int{right, 81}, [2]int{m.Value, m.Of})
		_, ok = r.AnswersAt(arm, 25)
		assert.False(t, ok)
	}
	again, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err, "it is written anew in the present version")
	sameBytes(t, encode(t, r), encode(t, again), "and stays as it is")
}

// testdata/version8.sparkling was written by the program that wrote records of version 8: the facts of 9 letters, 25
// steps, widened at 20, arms Small and SPARKLING.
func TestTheRecordFromBeforeExpertsWereLookedAtIsReadWithItsAnswers(t *testing.T) {
	data, err := os.ReadFile("testdata/version8.sparkling")
	require.NoError(t, err)
	require.Equal(t, byte(8), data[len(record.Magic)], "the version")
	r, err := record.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	for arm := range r.Tracks {
		f, ok := r.AnswersAt(arm, 25)
		require.True(t, ok)
		assert.Len(t, f.Answers, 81)
		assert.Nil(t, f.Router)
		assert.Nil(t, f.Gets)
	}
	again, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err, "it is written anew in the present version")
	sameBytes(t, encode(t, r), encode(t, again), "and stays as it is")
}

func TestARecordSaysHowOftenItWasCounted(t *testing.T) {
	r := factsRun(t)
	assert.Equal(t, r.Experiment.ValEvery(), r.ValEvery())
	for _, track := range r.Tracks {
		for k := range track {
			if f := &track[k]; f.Step > 0 && f.Step < 60 {
				f.ValLoss = float32(math.NaN())
			}
		}
	}
	assert.Equal(t, 60, r.ValEvery(), "that of a program that counted at the end alone")
}
