package seeds

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// of is an experiment of so many arms, the first of them the baseline.
func of(arms int) experiment.Experiment {
	e := experiment.Default().Rescale(40)
	e.Arms = e.Arms[1 : 1+arms] // Small comes first
	return e
}

// end is a run whose arms have these losses at their end; NaN is an arm that diverges there.
func end(t *testing.T, seed uint64, losses ...float64) Run {
	t.Helper()
	e := of(len(losses))
	e.Seed = seed
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	arms := make([]record.ArmStatus, len(e.Arms))
	for i, x := range losses {
		nan := float32(math.NaN())
		last := record.ArmFrame{Arm: i, Step: 40, ValLoss: float32(x), FullValLoss: float32(x)}
		arms[i].State = record.Finished
		if math.IsNaN(x) {
			last.NotFinite, arms[i].State = "the loss", record.Failed
		}
		r.Tracks[i] = []record.ArmFrame{
			{Arm: i, Step: 30, ValLoss: float32(5 + float64(e.Seed)), FullValLoss: nan},
			{Arm: i, Step: 33, ValLoss: 99, FullValLoss: nan}, // of no step at which curves are compared
			last,
		}
	}
	return Read(r, arms, true)
}

func TestMeansAndPairedDifferencesAreThoseComputedByHand(t *testing.T) {
	// Differences −1, −2 and −3: their mean is −2, its standard error 1/√3, and t with two degrees of freedom 4.3027.
	s := Summarize(of(2), []Run{end(t, 1, 5, 4), end(t, 2, 7, 5), end(t, 3, 9, 6)})
	require.Equal(t, 0, s.Base)
	assert.Equal(t, 3, s.Ended)
	assert.InDelta(t, 7, s.Arms[0].Loss.Mean, 1e-12)
	assert.InDelta(t, 7-4.3027*2/math.Sqrt(3), s.Arms[0].Loss.Low, 1e-4, "5, 7 and 9 vary by 2")
	d := s.Arms[1].LossDiff
	assert.Equal(t, 3, d.N)
	assert.InDelta(t, -2, d.Mean, 1e-12)
	assert.InDelta(t, -2-4.3027/math.Sqrt(3), d.Low, 1e-4)
	assert.InDelta(t, -2+4.3027/math.Sqrt(3), d.High, 1e-4)
	assert.Equal(t, 3, s.Arms[1].Lower)
	assert.Zero(t, s.Arms[0].LossDiff.N, "the baseline is not compared with itself")
	assert.Equal(t, []string{"-2.0000", "-4.4841 to +0.4841", "3 of 3"},
		[]string{s.Rows()[1].Diff, s.Rows()[1].DiffRange, s.Rows()[1].Better})
	assert.Contains(t, s.Say(1), "it may be 0")

	curve := s.Arms[0].Curve
	require.Len(t, curve, 2, "what lies between the common steps is left out")
	assert.Equal(t, 30, curve[0].Step)
	assert.InDelta(t, 7, curve[0].Mean.Mean, 1e-12, "6, 7 and 8")
	assert.InDelta(t, 4.3027/math.Sqrt(3), curve[0].High-7, 1e-4)
	gap := s.Arms[1].Gap
	require.Len(t, gap, 2)
	assert.InDelta(t, 0, gap[0].Mean.Mean, 1e-12, "both arms have the same loss there")
	assert.Less(t, gap[1].Mean.Mean, 0.0)
}

func TestWhatDivergedIsSaidAndIsNoPartOfAMean(t *testing.T) {
	nan := math.NaN()
	s := Summarize(of(3),
		[]Run{end(t, 1, 5, 4, 3), end(t, 2, 7, nan, 5), end(t, 3, nan, 6, 6), end(t, 4, 9, 6, 7)})
	assert.Equal(t, []uint64{2}, s.Arms[1].Lost)
	assert.Equal(t, []uint64{3}, s.Arms[0].Lost)
	assert.Equal(t, 3, s.Arms[1].Loss.N)
	assert.InDelta(t, 16.0/3, s.Arms[1].Loss.Mean, 1e-12, "4, 6 and 6")
	assert.Equal(t, 2, s.Arms[1].LossDiff.N, "neither the seed where it diverged, nor that where the baseline did")
	assert.InDelta(t, -2, s.Arms[1].LossDiff.Mean, 1e-12, "−1 and −3")
	assert.Equal(t, 3, s.Arms[2].LossDiff.N)
	assert.Contains(t, s.Describe(), "diverged or stopped in seed 2, which no mean of it has in it.")
	assert.Equal(t, "diverged", s.Cell(1, 1))
	assert.Equal(t, "5.0000", s.Cell(1, 2))
	for _, a := range s.Arms {
		for _, p := range append(a.Curve, a.Gap...) {
			assert.True(t, record.Finite(p.Mean.Mean), "%s at step %d", a.Name, p.Step)
		}
	}
	var b strings.Builder
	require.NoError(t, s.WriteCSV(&b))
	assert.NotContains(t, b.String(), "NaN")
	assert.Contains(t, b.String(), ",diverged at step 40: the loss\n")

	all := Summarize(of(2), []Run{end(t, 1, 5, nan), end(t, 2, 7, nan)})
	assert.Zero(t, all.Arms[1].Loss.N)
	assert.Equal(t, Row{Arm: 1, Name: all.Arms[1].Name, Lost: all.Rows()[1].Lost}, all.Rows()[1], "there is no number")
	assert.Contains(t, all.Rows()[1].Lost, "seeds 1 and 2")
}

func TestOneSeedBoundsNothingAndWhatIsUnderWayCountsForNothing(t *testing.T) {
	e := of(2)
	under := end(t, 2, 7, 5)
	under.Ended = false
	under.Arms[0].Loss, under.Arms[1].Loss = math.NaN(), math.NaN()
	s := Summarize(e, []Run{end(t, 1, 5, 4), under, Waiting(e, 3)})
	assert.Equal(t, 1, s.Ended)
	assert.Equal(t, 1, s.Arms[1].LossDiff.N)
	assert.True(t, math.IsInf(s.Arms[1].LossDiff.Low, -1))
	assert.Equal(t, "", s.Rows()[1].DiffRange)
	assert.Contains(t, s.Say(1), "one seed says nothing of chance")
	assert.Len(t, s.Arms[0].Curve, 2, "of the seed that has ended")
	assert.InDelta(t, (1+1+0)/3.0, s.Progress(), 1e-12)
	assert.Equal(t, "1 of 3 seeds run to the end.", strings.SplitAfter(s.Describe(), ".")[0])
}

func TestExperimentsAreTheSameButForTheirSeedsAndNames(t *testing.T) {
	a, b := experiment.Default(), experiment.Default()
	b.Seed = 1000
	assert.True(t, Same(a, b))
	assert.Equal(t, Key(a), Key(b))
	assert.Equal(t, uint64(1000), b.Seed)
	b.Arms[1].Name, b.Name, b.About = "Mine", "my own", "Of my own."
	assert.True(t, Same(a, b))
	assert.Equal(t, Key(a), Key(b))
	assert.Equal(t, "Mine", b.Arms[1].Name)
	b.Optimizer.LR /= 2
	assert.False(t, Same(a, b))
	assert.NotEqual(t, Key(a), Key(b))
}
