package reproduce

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

func quickPlan() []Job {
	return Plan([]Claim{lock(), reset()}, Settings()[:1], []uint64{1, 2}, true)
}

func TestOnlyWhatAClaimNeedsIsPlanned(t *testing.T) {
	var names []string
	for _, j := range Plan([]Claim{reset()}, Settings()[:1], []uint64{7}, false) {
		names = append(names, j.Group.Name)
		assert.Equal(t, uint64(7), j.Experiment.Seed)
	}
	assert.Equal(t, []string{"states"}, names)
	j := Plan([]Claim{reset()}, Settings()[1:2], []uint64{7}, false)[0]
	assert.Equal(t, 0.95, j.Experiment.Optimizer.Beta2)
	assert.Equal(t, 500, j.Experiment.Fork())
	assert.Equal(t, 10, j.Experiment.Arms[4].Widen[0].Rewarm.Tau(500))
	assert.Equal(t, 500+8*500, j.Updates())
}

func TestWhatIsFinishedIsNotRunAgainAndGoesOnToTheSameResults(t *testing.T) {
	jobs := quickPlan()
	whole := Runner{Store: Store{Dir: t.TempDir(), Arithmetic: "a", Revision: "r"}, Workers: 2}
	all := NewResults()
	made, err := whole.Run(context.Background(), jobs, all)
	require.NoError(t, err)
	assert.Equal(t, map[Provenance]int{{"r", "a"}: len(jobs)}, made)

	// Interrupted after the first finished run.
	cut := Runner{Store: Store{Dir: t.TempDir(), Arithmetic: "a", Revision: "r"}, Workers: 1}
	_, err = cut.Run(context.Background(), jobs[:1], NewResults())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cut.Report = func(Progress) { cancel() } // the rest has begun, or is about to
	part := NewResults()
	_, err = cut.Run(ctx, jobs, part)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, []uint64{1}, part.Seeds(jobs[0].Setting), "what is finished is there")
	files, err := filepath.Glob(filepath.Join(cut.Store.Dir, "*.json"))
	require.NoError(t, err)
	assert.Len(t, files, 1)
	left, err := filepath.Glob(filepath.Join(cut.Store.Dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, left)
	stamp, err := os.Stat(files[0])
	require.NoError(t, err)

	var share []float64
	cut.Report = func(p Progress) { share = append(share, p.Share) }
	again := NewResults()
	_, err = cut.Run(context.Background(), jobs, again)
	require.NoError(t, err)
	same, err := os.Stat(files[0])
	require.NoError(t, err)
	assert.Equal(t, stamp.ModTime(), same.ModTime(), "the finished run was not made anew")
	assert.IsNonDecreasing(t, share)
	for _, j := range jobs {
		for _, e := range j.Group.Entries {
			a, ok := all.Of(j.Setting, j.Seed, e.Key)
			require.True(t, ok)
			b, ok := again.Of(j.Setting, j.Seed, e.Key)
			require.True(t, ok)
			x, err := json.Marshal(a)
			require.NoError(t, err)
			y, err := json.Marshal(b)
			require.NoError(t, err)
			assert.Equal(t, string(x), string(y), "%s, %s, seed %d", e.Key, j.Setting.ID, j.Seed)
		}
	}
}

// The numbers of a short run are what the claims are about: locks that hold, halves that part, curves that reach the
// end.
func TestResultsHoldWhatTheRunMeasured(t *testing.T) {
	r := NewResults()
	_, err := Runner{Store: Store{Dir: t.TempDir()}, Workers: 2}.Run(context.Background(), quickPlan(), r)
	require.NoError(t, err)
	s := Settings()[0]
	assert.Equal(t, Reproduces, Judge(lock(), s, r).Verdict)
	small, _ := r.Of(s, 1, Small)
	asym, _ := r.Of(s, 1, Asym)
	locked, _ := r.Of(s, 1, Copy)
	assert.Empty(t, small.Failed)
	assert.Empty(t, small.Pairs)
	assert.Equal(t, 128, locked.StillLocked())
	assert.Zero(t, locked.MaxUnlocked)
	assert.Zero(t, asym.StillLocked())
	assert.Equal(t, 128, asym.MaxUnlocked)
	assert.Greater(t, asym.FLOPs, small.FLOPs)
	assert.Equal(t, 0, asym.ValLoss[0].Step, "the shared phase is part of the curve")
	assert.Equal(t, 24, asym.ValLoss[len(asym.ValLoss)-1].Step)
	assert.InDelta(t, 0, asym.Spike(), 1e-5, "copy-copy at 2x computes the same")
	assert.Len(t, asym.RatiosAfter, 4)
	assert.Len(t, r.Values(s, Asym, (*Result).FinalLoss), 2)
}

// A run in which arms diverge is a result: it says so, and is kept and read like any other.
func TestARunThatDivergesIsAResultThatSaysSo(t *testing.T) {
	j := quickPlan()[0]
	j.Experiment.Optimizer.LR, j.Experiment.Optimizer.WeightDecay = 10, 1
	s, r := Store{Dir: t.TempDir(), Arithmetic: "a"}, NewResults()
	_, err := Runner{Store: s, Workers: 1}.Run(context.Background(), []Job{j}, r)
	require.NoError(t, err)
	again := NewResults()
	made, err := s.LoadAll([]Job{j}, again)
	require.NoError(t, err)
	require.Len(t, made, 1)
	for _, e := range j.Group.Entries {
		x, ok := again.Of(j.Setting, j.Seed, e.Key)
		require.True(t, ok)
		assert.NotEmpty(t, x.Failed, e.Key)
		assert.False(t, record.Finite(x.FinalLoss()), e.Key)
	}
	for _, c := range []Claim{lock(), reset()} {
		for _, f := range Judge(c, j.Setting, again).Findings {
			assert.Equal(t, NotMeasured, f.Verdict, f.Part.Name)
		}
	}
}

func TestTheStoreTakesWhatIsItsOwn(t *testing.T) {
	j := quickPlan()[0]
	s := Store{Dir: t.TempDir(), Arithmetic: "a"}
	_, _, ok, err := s.Load(j.Experiment)
	require.NoError(t, err)
	assert.False(t, ok)
	res := make([]Result, len(j.Experiment.Arms))
	for i := range res {
		res[i].FLOPs = j.Experiment.FLOPs(i, j.Experiment.End(i))
	}
	res[0].Key, res[0].FinalValLoss = "x", 1.5
	require.NoError(t, s.Save(j.Experiment, res))
	got, _, ok, err := s.Load(j.Experiment)
	require.NoError(t, err)
	assert.True(t, ok)
	res[0].Provenance = Provenance{"", "a"}
	assert.Equal(t, res[0], got[0], "and what made it")

	_, _, ok, err = Store{Dir: s.Dir, Arithmetic: "b"}.Load(j.Experiment)
	require.NoError(t, err)
	assert.False(t, ok, "other arithmetic, other run")

	_, by, ok, err := Store{Dir: s.Dir}.Load(j.Experiment)
	require.NoError(t, err)
	assert.True(t, ok, "whatever made it")
	assert.Equal(t, Provenance{"", "a"}, by)

	// A run in which an arm ended elsewhere, because compute was counted otherwise, is not there; what only looks at it
	// takes it as it is.
	old := append([]Result(nil), res...)
	old[1].FLOPs /= 2
	require.NoError(t, s.Save(j.Experiment, old))
	_, _, ok, err = s.Load(j.Experiment)
	require.NoError(t, err)
	assert.False(t, ok)
	_, _, ok, err = Store{Dir: s.Dir}.Load(j.Experiment)
	require.NoError(t, err)
	assert.True(t, ok)
	for _, arithmetic := range []string{"0", "z"} { // whatever the order of their names, that of now is preferred
		now := Store{Dir: s.Dir, Arithmetic: arithmetic}
		require.NoError(t, now.Save(j.Experiment, res))
		_, by, _, err := Store{Dir: s.Dir}.Load(j.Experiment)
		require.NoError(t, err)
		assert.Equal(t, arithmetic, by.Arithmetic)
		require.NoError(t, os.Remove(now.path(j.Experiment, arithmetic)))
	}
	old[1].Failed = "diverged"
	assert.False(t, stale(j.Experiment, old), "an arm that diverged ended early for that")
	require.NoError(t, s.Save(j.Experiment, res))

}

func TestArithmeticIsTheSameEachTime(t *testing.T) {
	a, err := Arithmetic()
	require.NoError(t, err)
	b, err := Arithmetic()
	require.NoError(t, err)
	assert.Equal(t, a, b)
	assert.Len(t, a, 16)
}

// On facts the arms of the built-in experiment are those that it has, so that a reader's own run with a seed is that
// seed's run.
func TestFactsAreTheBuiltInExperiment(t *testing.T) {
	s, err := SettingsOf([]string{"facts"})
	require.NoError(t, err)
	b, err := experiment.Named("facts")
	require.NoError(t, err)
	j := Plan([]Claim{reset()}, s[:1], []uint64{b.Seed}, false)[0]
	e := j.Experiment.Clone()
	e.Name, e.About = b.Name, b.About
	e.Arms = nil
	for i, entry := range j.Group.Entries {
		if slices.Contains([]string{Small, Copy, Asym, Sparkling}, entry.Key) {
			e.Arms = append(e.Arms, j.Experiment.Arms[i])
		}
	}
	assert.Equal(t, b, e)
	assert.Equal(t, optim.Muon, s[1].Experiment().Optimizer.Kind)
	assert.Equal(t, MuonRate, s[1].Experiment().Optimizer.LR)
	for _, e := range Settings() {
		assert.Equal(t, e.Task, e.Experiment().Task.Kind, e.ID)
	}
	_, err = SettingsOf([]string{"hamlet"})
	assert.ErrorContains(t, err, "allowed are text and facts")
}
