package record_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestLargestChangeIsSaidInDigitsThatAPersonReads(t *testing.T) {
	for change, want := range map[float64]string{0: "0 %", 1e-7: "less than 0.1 %", 0.00123: "0.123 %",
		0.123456: "12.3 %",
		3.5761:   "358 %", 1234: "123400 %"} {
		assert.Equal(t, want, record.RMSRatios{Largest: change}.Change())
	}
}

// What a report says of the widening without its factor is what an arm that is widened so measures, bit for bit; and
// where there is nothing to leave out it says nothing.
func TestTheWideningWithoutItsFactorIsTheOneThatAnArmGoesThrough(t *testing.T) {
	for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		for _, init := range widen.Inits {
			e := trial.Of(axis, 20, 10, "sparkling", "unscaled")
			for i := range e.Arms {
				e.Arms[i].Widen[0].Init = init
			}
			if _, err := e.Validate(); err != nil { // an init that has but one scaling, or not this axis
				e.Arms = e.Arms[:1]
				if init == widen.FPRandom {
					e.Arms[0].Widen[0].Scale = widen.Unscaled
				}
				if _, err := e.Validate(); err != nil {
					continue
				}
			}
			r := ran(t, e)
			for _, p := range r.Reports {
				x := r.RMSRatios(p)
				assert.Equal(t, model.MeanRMSRatio(p.RMSBefore), x.Before)
				assert.Equal(t, model.MeanRMSRatio(p.RMSAfter), x.After)
				assert.Equal(t, e.Arms[p.Arm].Widen[0].Scale == widen.Unscaled, x.Factorless)
			}
			first := r.RMSRatios(r.Reports[0])
			switch {
			case len(e.Arms) == 2:
				require.Len(t, r.Reports, 2)
				assert.Equal(t, r.Reports[1].RMSAfter, r.Reports[0].RMSUnscaled, "%s, %s", axis, init)
				assert.Empty(t, r.Reports[1].RMSUnscaled)
				second := r.RMSRatios(r.Reports[1])
				assert.Equal(t, second.After, second.Unscaled)
				assert.Equal(t, second.After, first.Unscaled)
				assert.NotEqual(t, first.After, first.Unscaled, "%s, %s", axis, init)
			case init == widen.FPRandom:
				assert.Empty(t, r.Reports[0].RMSUnscaled)
				assert.Equal(t, first.After, first.Unscaled)
			default:
				assert.Empty(t, r.Reports[0].RMSUnscaled, "%s is itself a scaling", init)
				assert.True(t, math.IsNaN(first.Unscaled))
			}
		}
	}
}

func TestWhatBecameOfTheSignalIsSaid(t *testing.T) {
	nan := math.NaN()
	for want, x := range map[string]record.RMSRatios{
		"The blocks add 1.35 times what flows past them, before and after the widening; without its factor it would " +
			"be 1.46.": {Before: 1.3512, After: 1.3498, Unscaled: 1.4601},
		"The blocks add 1.35 times what flows past them, and after the widening 1.46 times; it has no factor.": {
			Before: 1.35, After: 1.46, Unscaled: 1.46, Factorless: true},
		"The blocks add 1.35 times what flows past them, and after the widening that is no number.": {
			Before: 1.35, After: nan, Unscaled: nan},
		"What the blocks add beside what flows past them was no number before the widening.": {
			Before: nan, After: 1, Unscaled: nan},
	} {
		assert.Equal(t, want, x.Words())
	}
}

func TestThousandsAreReadByThrees(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1296: "1,296", 46656: "46,656", 1234567: "1,234,567",
		-296: "-296", -1296: "-1,296"} {
		assert.Equal(t, want, record.Thousands(n))
	}
	assert.Equal(t, "1,234,567", record.Thousands(int64(1234567)))
}
