package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// cosine is the closed form of the fall from peak to final over total steps.
func cosine(t, total, peak, final float64) float64 {
	return final + (peak-final)*0.5*(1+math.Cos(math.Pi*t/total))
}

var base = Config{Kind: AdamW, LR: 0.01, Warmup: 0.1, MinLRRatio: 0.01}

func rates(s *Schedule, t, stages int) []float64 {
	into := make([]float64, stages)
	s.Rates(t, into)
	return into
}

func TestTheBaselineWarmsUpAndFallsByACosine(t *testing.T) {
	s := NewSchedule(base, 200)
	assert.Zero(t, s.Base(0))
	assert.InDelta(t, 0.005, s.Base(10), 1e-15)
	assert.InDelta(t, 0.01, s.Base(20), 1e-15)
	for _, at := range []int{21, 77, 150, 199} {
		assert.InDelta(t, cosine(float64(at-20), 180, 0.01, 1e-4), s.Base(at), 1e-15)
	}
	assert.InDelta(t, 1e-4, s.Base(200), 1e-15)
}

// Eq. 25–28: from the present rate to ρ times it in τw steps, then a cosine to the same end.
func TestNewParametersAreWarmedUpAgain(t *testing.T) {
	for scope, who := range map[Scope][2]bool{RewarmNone: {false, false}, RewarmNew: {false, true},
		RewarmAll: {true, true}} {
		s := NewSchedule(base, 200)
		s.Widen(100, Rewarm{Scope: scope, Rho: 1.3, Steps: 10})
		eta := s.Base(100)
		for _, at := range []int{100, 105, 110, 140, 200} {
			again := eta + 0.3*eta*float64(at-100)/10
			if at > 110 {
				again = cosine(float64(at-110), 90, 1.3*eta, 1e-4)
			}
			got := rates(s, at, 2)
			for k := range got {
				want := s.Base(at)
				if who[k] {
					want = again
				}
				if !(math.Abs(got[k]-want) <= 1e-15) {
					t.Fatalf("With re-warmup of %s, parameters of growth stage %d have the rate %.5g at step %d and "+
						"not %.5g: new ones go from the rate at the widening, %.5g, up to ρ times that, and then "+
						"down to the end (Eq. 25–28).", scope, k, got[k], at, want, eta)
				}
			}
		}
	}
}

func TestAReWarmupCanBeAFractionOfTheStepsLeft(t *testing.T) {
	r := Rewarm{Scope: RewarmNew, Rho: 1.3, Fraction: DefaultFraction}
	assert.NoError(t, r.Validate())
	assert.Equal(t, 10, r.Tau(500))
	assert.Equal(t, MinTau, r.Tau(100))
	assert.Equal(t, 250, Rewarm{Steps: 250}.Tau(10))
	assert.Zero(t, Rewarm{}.Tau(500), "no warm-up at all is allowed")
	a, b := NewSchedule(base, 1000), NewSchedule(base, 1000)
	a.Widen(500, r)
	b.Widen(500, Rewarm{Scope: RewarmNew, Rho: 1.3, Steps: 10})
	assert.Equal(t, rates(b, 507, 2), rates(a, 507, 2))
}

func TestParametersOfAnEarlierStageKeepTheirSchedule(t *testing.T) {
	one, two := NewSchedule(base, 200), NewSchedule(base, 200)
	one.Widen(60, Rewarm{Scope: RewarmNew, Rho: 1.3, Steps: 10})
	two.Widen(60, Rewarm{Scope: RewarmNew, Rho: 1.3, Steps: 10})
	two.Widen(120, Rewarm{Scope: RewarmNew, Rho: 1.5, Steps: 20})
	eta := two.Base(120)
	for _, at := range []int{120, 130, 140, 170} {
		got := rates(two, at, 3)
		assert.Equal(t, rates(one, at, 2), got[:2], "step %d", at)
		want := eta + 0.5*eta*float64(at-120)/20
		if at > 140 {
			want = cosine(float64(at-140), 60, 1.5*eta, 1e-4)
		}
		assert.InDelta(t, want, got[2], 1e-15, "from the baseline's rate at the widening, step %d", at)
	}
}

// App. K, 25 % and 50 % faster.
func TestFasterDecayEndsAfterItsFractionOfTheStepsLeftAndStays(t *testing.T) {
	for _, share := range []float64{0.75, 0.5} {
		s := NewSchedule(base, 200)
		before := s.Base(99)
		eta := s.Base(100)
		s.WidenFaster(100, share)
		assert.Equal(t, before, s.Base(99), "what was is not changed")
		for at := 100; at <= 200; at += 5 {
			want := 1e-4
			if float64(at-100) < share*100 {
				want = cosine(float64(at-100), share*100, eta, 1e-4)
			}
			got := rates(s, at, 2)
			assert.InDelta(t, want, got[0], 1e-15, "share %g, step %d", share, at)
			assert.Equal(t, got[0], got[1], "new parameters follow")
		}
	}
}

func TestARemappedRateGoesOnFromItsPlaceAndIsCompressed(t *testing.T) {
	first := NewSchedule(base, 200)
	s := NewSchedule(base, 200)
	s.WidenRemapped(100, 50)
	for at := 100; at <= 200; at += 10 {
		place := 50 + 1.5*float64(at-100)
		got := rates(s, at, 2)
		assert.InDelta(t, cosine(place-20, 180, 0.01, 1e-4), got[0], 1e-15, "step %d", at)
		assert.Equal(t, got[0], got[1])
	}
	assert.Equal(t, first.Base(50), s.Base(100))
	assert.InDelta(t, first.Base(200), s.Base(200), 1e-15)
	s = NewSchedule(base, 200)
	s.WidenRemapped(100, 10)
	assert.InDelta(t, 0.005, s.Base(100), 1e-15, "a place within the warm-up")
}

// A later stage begins from the baseline as it then is, and one that changes the baseline changes it for all.
func TestDynamicsAndStagesMix(t *testing.T) {
	s := NewSchedule(base, 200)
	s.WidenFaster(100, 0.5)
	eta := s.Base(120)
	s.Widen(120, Rewarm{Scope: RewarmNew, Rho: 1.3, Steps: 10})
	assert.InDelta(t, 1.3*eta, rates(s, 130, 3)[2], 1e-15)
	assert.InDelta(t, s.Base(130), rates(s, 130, 3)[1], 1e-15)

	s = NewSchedule(base, 200)
	s.Widen(60, Rewarm{Scope: RewarmNew, Rho: 1.3, Steps: 10})
	s.WidenRemapped(120, 80)
	got := rates(s, 130, 3)
	assert.Equal(t, []float64{s.Base(130), s.Base(130), s.Base(130)}, got)
}
