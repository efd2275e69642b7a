package statistics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMeanAndStandardErrorAreThoseOfTheTextbook(t *testing.T) {
	e := Estimated([]float64{2, 4, 4, 4, 5, 5, 7, 9})
	assert.Equal(t, 8, e.N)
	assert.InDelta(t, 5, e.Mean, 1e-15)
	assert.InDelta(t, math.Sqrt(32.0/7/8), e.Err, 1e-15)
	assert.True(t, math.IsNaN(Estimated(nil).Mean))
	assert.True(t, math.IsNaN(Estimated([]float64{1}).Err))
	low, high := Estimated([]float64{1}).Interval(0.95)
	assert.True(t, math.IsInf(low, -1) && math.IsInf(high, 1), "one value bounds nothing")
}

// A value that is no number is not passed over, and no statistic of its sample is a number.
func TestNoStatisticOfALostValueIsANumber(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		e := Estimated([]float64{1, bad, 3})
		assert.Equal(t, [2]int{3, 1}, [2]int{e.N, e.NonFinite})
		assert.True(t, math.IsNaN(e.Mean) && math.IsNaN(e.Err))
		low, high := e.Interval(0.95)
		assert.True(t, math.IsInf(low, -1) && math.IsInf(high, 1), "it bounds nothing: %g to %g", low, high)
		assert.True(t, math.IsNaN(Spearman([]float64{1, 2, bad, 4}, []float64{1, 2, 3, 4})), "%g has no rank", bad)
		assert.True(t, math.IsNaN(Spearman([]float64{1, 2, 3, 4}, []float64{bad, 2, 3, 4})))
	}
}

// One degree of freedom is Cauchy's distribution and two have a root: t = tan(π(p−½)) and (2p−1)·sqrt(2/(4p(1−p))). The
// others are from tables.
func TestStudentsQuantilesAreThoseOfClosedFormsAndTables(t *testing.T) {
	for _, p := range []float64{0.6, 0.9, 0.975, 0.995, 0.9999} {
		assert.InEpsilon(t, math.Tan(math.Pi*(p-0.5)), studentQuantile(p, 1), 1e-9, "1 df, %g", p)
		assert.InEpsilon(t, (2*p-1)*math.Sqrt(2/(4*p*(1-p))), studentQuantile(p, 2), 1e-9, "2 df, %g", p)
	}
	for _, c := range []struct {
		p    float64
		df   int
		want float64
	}{{0.975, 3, 3.1824}, {0.975, 7, 2.3646}, {0.995, 7, 3.4995}, {0.975, 10, 2.2281}, {0.95, 15, 1.7531},
		{0.975, 30, 2.0423}, {0.975, 1000, 1.9623}} {
		assert.InDelta(t, c.want, studentQuantile(c.p, c.df), 6e-5, "%d df, %g", c.df, c.p)
	}
	assert.InDelta(t, 0, studentQuantile(0.5, 7), 1e-9)
}

func TestTheIntervalIsMeanAndQuantileTimesError(t *testing.T) {
	low, high := Estimate{N: 8, Mean: 1, Err: 0.5}.Interval(0.95)
	assert.InDelta(t, 1-0.5*2.3646, low, 1e-4)
	assert.InDelta(t, 1+0.5*2.3646, high, 1e-4)
}

func TestRankCorrelation(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5}
	assert.InDelta(t, 1, Spearman(x, []float64{1, 8, 27, 64, 1000}), 1e-12, "any rising function")
	assert.InDelta(t, -1, Spearman(x, []float64{5, 4, 3, 2, 1}), 1e-12)
	// 1 − 6Σd²/(n(n²−1)) without ties: d = 1, −1, 1, −1, 0.
	assert.InDelta(t, 1-6*4.0/(5*24), Spearman(x, []float64{2, 1, 4, 3, 5}), 1e-12)
	// With a tie the ranks are 1.5, 1.5, 3: Pearson's correlation of them with 1, 2, 3.
	assert.InDelta(t, 1.5/math.Sqrt(2*1.5), Spearman([]float64{1, 2, 3}, []float64{7, 7, 9}), 1e-12)
	assert.True(t, math.IsNaN(Spearman(x, []float64{1, 1, 1, 1, 1})))
}
