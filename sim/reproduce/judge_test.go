package reproduce

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/statistics"
)

// The rule on made-up differences: eight seeds around a mean, with a spread that leaves the interval on one side of
// zero or across it.
func TestAPartIsJudgedByWhereItsIntervalLies(t *testing.T) {
	around := func(mean, spread float64) []float64 {
		var x []float64
		for _, d := range []float64{-1, 1, -1, 1, -1, 1, -1, 1} {
			x = append(x, mean+spread*d)
		}
		return x
	}
	within := Part{Kind: Within, Bound: 0.5}
	for name, c := range map[string]struct {
		part   Part
		values []float64
		want   Verdict
	}{
		"clearly below":                  {Part{}, around(-0.03, 0.01), Reproduces},
		"clearly above":                  {Part{}, around(0.03, 0.01), DoesNot},
		"across zero":                    {Part{}, around(-0.003, 0.01), NotResolved},
		"exactly nothing":                {Part{}, around(0, 0), NotResolved},
		"one seed":                       {Part{}, []float64{-9}, NotResolved},
		"no seed":                        {Part{}, nil, NotMeasured},
		"all zero":                       {Part{Kind: Zero}, []float64{0, 0, 0}, Reproduces},
		"one not zero":                   {Part{Kind: Zero}, []float64{0, 1e-9, 0}, DoesNot},
		"well within the bound":          {within, around(0.1, 0.1), Reproduces},
		"beyond the bound":               {within, around(0.9, 0.05), DoesNot},
		"beyond the bound, on the other": {within, around(-0.9, 0.05), DoesNot},
		"across the bound":               {within, around(0.5, 0.05), NotResolved},
		"not zero, but within the bound": {within, around(0.37, 0.1), Reproduces},
		"aside":                          {Part{Aside: true}, around(0.03, 0.01), Aside},
		"aside, no seed":                 {Part{Aside: true}, nil, NotMeasured},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, judge(c.part, by(c.values), 1).Verdict)
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				f := judge(c.part, append(by(c.values), value{77, bad}), 1)
				assert.Equal(t, NotMeasured, f.Verdict, "one value is %g", bad)
				assert.Equal(t, []uint64{77}, f.Seeds)
				assert.Equal(t, 1, f.NonFinite)
				assert.False(t, f.Weak())
				assert.Len(t, f.Each, len(c.values), "the others are shown")
			}
		})
	}
	weak := func(p Part, values []float64) bool { return judge(p, by(values), 1).Weak() }
	assert.True(t, weak(within, around(0.37, 0.1)), "what is not zero for certain is told, also where the claim stands")
	assert.True(t, weak(within, around(-0.2, 0.1)))
	assert.False(t, weak(within, around(0.05, 0.1)))
	assert.False(t, weak(within, around(0.9, 0.05)))
	assert.False(t, weak(Part{}, around(-0.03, 0.01)), "a difference is meant to be off zero")
}

// by gives values the seeds from 1 on.
func by(values []float64) (out []value) {
	for i, v := range values {
		out = append(out, value{uint64(i + 1), v})
	}
	return out
}

// The bound is in the words of the rule, which are printed, and only a rank correlation has one.
func TestTheRuleInWordsIsTheRule(t *testing.T) {
	assert.Contains(t, WithinText, fmt.Sprintf("between −%g and +%g", spikeBound, spikeBound))
	assert.Contains(t, RuleText, fmt.Sprintf("%g %%", 100*Confidence))
	for _, c := range Claims() {
		for _, p := range c.Parts {
			assert.Equal(t, p.Kind == Within, strings.HasPrefix(p.Name, "rank correlation"), p.Name)
			assert.Equal(t, p.Kind == Within, p.Bound > 0, p.Name)
		}
	}
}

func TestTheFirstSeedsAreJudgedByThemselves(t *testing.T) {
	s, r := made(map[string]float64{Asym: 1.70, Copy: 1.74, Drop: 1.75}) // seeds 0 to 7
	assert.Equal(t, []uint64{0, 1, 2}, r.First(2).Seeds(s))
	assert.Equal(t, 3, Judge(reset(), s, r.First(2)).Findings[1].N)
	assert.Equal(t, 8, Judge(reset(), s, r).Findings[1].N, "all are still there")
}

func TestMoreChancesToFailNeedMoreEvidence(t *testing.T) {
	x := []float64{-3, 1, -3, 1, -3, 1, -3, 1} // t = −1/(2/sqrt(7)) = −1.32
	for i := range x {
		x[i] -= 1.1 // −2.1 / 0.756 = −2.78: beyond 2.36, within 3.50
	}
	assert.Equal(t, Reproduces, judge(Part{}, by(x), 1).Verdict)
	assert.Equal(t, NotResolved, judge(Part{}, by(x), 5).Verdict)
}

func TestAClaimStandsWithAllItsPartsAndFallsWithOne(t *testing.T) {
	of := func(v ...Verdict) (f []Finding) {
		for _, x := range v {
			f = append(f, Finding{Verdict: x})
		}
		return f
	}
	assert.Equal(t, Reproduces, overall(of(Reproduces, Reproduces)))
	assert.Equal(t, NotResolved, overall(of(Reproduces, NotResolved)))
	assert.Equal(t, DoesNot, overall(of(Reproduces, NotResolved, DoesNot)))
	assert.Equal(t, NotMeasured, overall(of(Reproduces, NotMeasured)))
	assert.Equal(t, NotMeasured, overall(of(NotResolved, NotMeasured)))
	assert.Equal(t, NotMeasured, overall(nil))
	aside := of(DoesNot, Reproduces)
	aside[0].Part.Aside = true
	assert.Equal(t, Reproduces, overall(aside), "what is shown aside does not count")
}

// Results of eight made-up seeds, in which arms end where they are told.
func made(finals map[string]float64) (Setting, *Results) {
	s := Settings()[0]
	r := NewResults()
	for seed := range uint64(8) {
		shared := 0.02 * float64(seed%3) // seeds differ; the pairs do not mind
		own := 0.001 * float64(seed%2)
		for k, x := range finals {
			r.Add(Job{Setting: s, Seed: seed}, []Result{{Key: k,
				FinalValLoss: Number(x + shared + own*float64(len(k)%5)), Pairs: []Pairs{{Count: 4}}}})
		}
	}
	return s, r
}

func TestJudgePairsSeedsAndSaysNothingOfWhatDiverged(t *testing.T) {
	s, r := made(map[string]float64{Asym: 1.70, Copy: 1.74, Drop: 1.75})
	j := Judge(reset(), s, r)
	assert.Equal(t, Reproduces, j.Verdict)
	assert.Equal(t, 8, j.Findings[1].N)
	assert.InDelta(t, -0.04, j.Findings[1].Mean, 0.01)
	assert.Less(t, j.Findings[1].Err, 0.002, "what seeds share is gone")

	bad, _ := r.Of(s, 3, Drop)
	bad.Failed = "diverged"
	j = Judge(reset(), s, r)
	assert.Equal(t, []Verdict{Reproduces, Reproduces, NotMeasured},
		[]Verdict{j.Findings[0].Verdict, j.Findings[1].Verdict, j.Findings[2].Verdict})
	assert.Equal(t, []uint64{3}, j.Findings[2].Seeds, "the seed is named, and the other seven are not taken "+
		"for the whole")
	assert.Equal(t, NotMeasured, j.Verdict)
	assert.Equal(t, 1, Difference(r, s, Asym, Drop).NonFinite)
	assert.Equal(t, 1, statistics.Estimated(r.Values(s, Drop, (*Result).FinalLoss)).NonFinite)

	bad.Failed, bad.FinalValLoss = "", Number(math.Inf(1))
	assert.Equal(t, NotMeasured, Judge(reset(), s, r).Findings[2].Verdict, "an infinity is no number either")
	locked, _ := r.Of(s, 5, Asym)
	locked.Pairs = nil
	assert.Equal(t, NotMeasured, Judge(reset(), s, r).Findings[0].Verdict,
		"no pair that was looked at is no pair that is still locked")

	s, r = made(map[string]float64{Asym: 1.75, Copy: 1.74, Drop: 1.70})
	assert.Equal(t, DoesNot, Judge(reset(), s, r).Verdict)
	s, r = made(map[string]float64{Asym: 1.70, Copy: 1.74})
	assert.Equal(t, NotMeasured, Judge(reset(), s, r).Verdict)
}

func TestTheClaimsAreWellFormed(t *testing.T) {
	held := map[string]int{}
	for _, g := range groups() {
		assert.LessOrEqual(t, len(g.Entries), 8, g.Name)
		for _, e := range g.Entries {
			held[e.Key]++
			assert.NotEmpty(t, e.Name())
		}
	}
	for k, n := range held {
		assert.Equal(t, 1, n, "%s is run once", k)
	}
	ids := map[string]bool{}
	for _, c := range Claims() {
		assert.False(t, ids[c.ID], c.ID)
		ids[c.ID] = true
		for _, p := range c.Parts {
			assert.NotEmpty(t, p.Name)
			for _, a := range p.Arms {
				assert.Equal(t, 1, held[a], "%s of %s is in no group", a, p.Name)
			}
		}
	}
	for _, c := range Table6() {
		assert.Equal(t, 1, held[c.Arm], c.Arm)
	}
	for _, s := range Settings() {
		for _, g := range groups() {
			for _, quick := range []bool{false, true} {
				_, err := job(s, g, 1, quick).Experiment.Validate()
				assert.NoError(t, err, "%s, %s, quick: %v", g.Name, s.Name, quick)
			}
		}
	}
}

func TestTheBuiltInResetIsTheCandidate(t *testing.T) {
	e, err := experiment.Named("reset")
	require.NoError(t, err)
	for _, c := range Candidates() {
		if !c.Builtin() {
			continue
		}
		want := job(c.Setting, searchGroup(c.Axis), e.Seed, false).Experiment
		assert.Equal(t, want.Arms[0], e.Arms[1])
		assert.Equal(t, want.Arms[1], e.Arms[2])
		want.Name, want.About, want.Arms = e.Name, e.About, e.Arms
		assert.Equal(t, want, e, "all else")
		return
	}
	t.Fatal("there is no such candidate")
}

func TestTheSurestAreConfirmedWithTheBuiltInOne(t *testing.T) {
	var tried []Tried
	for i, c := range Candidates() {
		tried = append(tried,
			Tried{Candidate: c, Finding: Finding{Estimate: statistics.Estimate{N: 4, Mean: -0.02},
				High: -0.001 * float64(i)}})
	}
	tried[len(tried)-1].Mean = -0.005 // sure, but too little
	var ids []string
	for _, c := range Surest(tried) {
		ids = append(ids, c.ID)
	}
	assert.Equal(t, []string{"confirm hidden", "confirm experts", "confirm narrow", "confirm at 15"}, ids)
	assert.Empty(t, Surest(nil))
}
