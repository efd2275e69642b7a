package reproduce

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/durable/cut"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// finished are the results of the first quick job as a run would leave them.
func finished(final Number) (Job, []Result) {
	j := quickPlan()[0]
	res := make([]Result, len(j.Experiment.Arms))
	for i := range res {
		res[i].FLOPs, res[i].FinalValLoss = j.Experiment.FLOPs(i, j.Experiment.End(i)), final
	}
	return j, res
}

// A file that is damaged, in whatever way, counts as missing: it is named, and made anew in its place.
func TestADamagedRunCountsAsMissing(t *testing.T) {
	j, res := finished(1.5)
	whole := Store{Dir: filepath.Join(t.TempDir(), "runs [1]*"), Arithmetic: "a"}
	require.NoError(t, whole.Save(j.Experiment, res))
	path := whole.path(j.Experiment, "a")
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	other := j.Experiment.Clone()
	other.Seed++
	for name, content := range map[string]string{"empty": "", "zeros": string(make([]byte, len(good))),
		"half": string(good[:len(good)/2]), "of another run": string(good)} {
		e := j.Experiment
		if name == "of another run" {
			e = other
		}
		for _, arithmetic := range []string{"a", ""} {
			require.NoError(t, os.WriteFile(whole.path(e, "a"), []byte(content), 0o644))
			var warned []string
			s := Store{Dir: whole.Dir, Arithmetic: arithmetic,
				Warn: func(says string) { warned = append(warned, says) }}
			_, _, ok, err := s.Load(e)
			require.NoError(t, err, name)
			assert.False(t, ok, name)
			require.Len(t, warned, 1, name)
			assert.Contains(t, warned[0], whole.path(e, "a")+" is damaged", name)
			assert.Contains(t, warned[0], "counts as missing", name)
		}
		require.NoError(t, whole.Save(e, res))
		got, _, ok, err := whole.Load(e)
		require.NoError(t, err)
		assert.True(t, ok, name)
		assert.Len(t, got, len(res))
	}
}

// What could not be made anew is refused before anything is trained.
func TestARunThatCannotBeKeptIsRefused(t *testing.T) {
	j, _ := finished(1.5)
	s := Store{Dir: t.TempDir(), Arithmetic: "a"}
	mine := filepath.Join(t.TempDir(), "mine")
	require.NoError(t, os.WriteFile(mine, []byte("mine"), 0o644))
	require.NoError(t, os.Symlink(mine, s.path(j.Experiment, "a")))
	_, _, _, err := s.Load(j.Experiment)
	assert.ErrorContains(t, err, "cannot be written: it is a link to something else")
	require.NoError(t, os.Remove(s.path(j.Experiment, "a")))
	require.NoError(t, os.Mkdir(s.path(j.Experiment, "a"), 0o755))
	_, _, _, err = s.Load(j.Experiment)
	assert.ErrorContains(t, err, "it is a folder")
}

func TestARunIsTheOldOrTheNewWheneverThePowerIsCut(t *testing.T) {
	j, old := finished(1)
	_, now := finished(2)
	at := func(dir string) Store {
		return Store{Dir: filepath.Join(dir, "out", "runs"), Arithmetic: "a", Warn: func(says string) { t.Error(says) }}
	}
	for _, before := range []bool{false, true} {
		seen := map[Number]int{}
		cut.Power(t, func(dir string) {
			if before {
				require.NoError(t, at(dir).Save(j.Experiment, old))
			}
		}, func(dir string) error { return at(dir).Save(j.Experiment, now) }, func(dir, when string) {
			durable.Sweep(at(dir).Dir)
			got, _, ok, err := at(dir).Load(j.Experiment)
			require.NoError(t, err, when)
			if strings.Contains(when, cut.AfterTheEnd) {
				assert.Equal(t, Number(2), got[0].FinalValLoss)
			}
			if ok {
				seen[got[0].FinalValLoss]++
			} else {
				seen[0]++
			}
		})
		if before {
			assert.Zero(t, seen[0])
			assert.Positive(t, seen[1])
		} else {
			assert.Positive(t, seen[0])
		}
		assert.Positive(t, seen[2])
	}
	cut.Full(t, func(dir string) { require.NoError(t, at(dir).Save(j.Experiment, old)) },
		func(dir string) error { return at(dir).Save(j.Experiment, now) },
		func(dir string, err error) {
			got, _, ok, wrong := at(dir).Load(j.Experiment)
			require.NoError(t, wrong)
			require.True(t, ok)
			if err != nil {
				assert.ErrorIs(t, err, syscall.ENOSPC)
				assert.Equal(t, Number(1), got[0].FinalValLoss)
			} else {
				assert.Equal(t, Number(2), got[0].FinalValLoss)
			}
		})
}

// testdata holds a finished run by a program whose documents were of version 1.
func TestARunOfAnOlderVersionIsNotMadeAnew(t *testing.T) {
	const name = "345c1bc7847e9d99d1645480-43166df29eb27be4.json"
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	var x stored
	require.NoError(t, json.Unmarshal(data, &x))
	require.Zero(t, x.Results[0].FinalValLoss, "it has another name there")
	doc, err := experiment.Parse(x.Document)
	require.NoError(t, err)
	e := doc.Experiment()
	for _, arithmetic := range []string{"", x.Arithmetic} {
		s := Store{Dir: t.TempDir(), Arithmetic: arithmetic, Warn: func(says string) { t.Error(says) }}
		require.NoError(t, os.WriteFile(filepath.Join(s.Dir, name), data, 0o644))
		got, made, ok, err := s.Load(e)
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, x.Arithmetic, made.Arithmetic)
		assert.Len(t, got, len(e.Arms))
		for _, r := range got {
			assert.InDelta(t, 2.9, float64(r.FinalValLoss), 0.1)
			assert.NotEmpty(t, r.ValLoss)
		}
		if s.Arithmetic = x.Arithmetic; arithmetic == "" {
			continue
		}
		require.NoError(t, s.Save(e, got))
		assert.FileExists(t, s.path(e, s.Arithmetic))
		require.NoError(t, os.Remove(filepath.Join(s.Dir, name)))
		again, _, ok, err := s.Load(e)
		require.NoError(t, err)
		require.True(t, ok)
		want, err := json.Marshal(got)
		require.NoError(t, err)
		now, err := json.Marshal(again)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(now))
	}
}

func TestWhatIsNoNumberIsNullInAFile(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		text, err := json.Marshal(Number(bad))
		require.NoError(t, err)
		assert.Equal(t, "null", string(text))
		var back Number
		require.NoError(t, json.Unmarshal(text, &back))
		assert.True(t, math.IsNaN(float64(back)))
	}
}
