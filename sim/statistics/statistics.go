// Package statistics says how well a mean over seeds is known, and whether two measures rise together. It knows numbers
// only: no run, no arm and no experiment.
package statistics

import (
	"cmp"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
)

// Estimate is the mean of a sample over seeds, and how well it is known.
type Estimate struct {
	N         int     // values
	NonFinite int     // of these, values that are no finite number: of a sample with such a value nothing is known
	Mean      float64 // NaN of no values, or where one is lost
	Err       float64 // standard error of the mean; NaN below two values, or where one is lost
}

// Estimated are the mean of x and its standard error, sqrt(Σ(x−mean)²/(n−1)/n).
func Estimated(x []float64) Estimate {
	lost := 0
	for _, v := range x {
		if !model.Finite(v) {
			lost++
		}
	}
	if lost > 0 {
		return Estimate{N: len(x), NonFinite: lost, Mean: math.NaN(), Err: math.NaN()}
	}
	n := float64(len(x))
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	mean := sum / n
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	e := Estimate{N: len(x), Mean: mean, Err: math.NaN()}
	if len(x) > 1 {
		e.Err = math.Sqrt(squares / (n - 1) / n)
	}
	return e
}

// Interval is the two-sided confidence interval of the mean by Student's t: the truth lies outside with probability 1 −
// level. Below two values, and where one is lost, it is unbounded.
func (e Estimate) Interval(level float64) (low, high float64) {
	if e.N < 2 || e.NonFinite > 0 {
		return math.Inf(-1), math.Inf(1)
	}
	half := e.Err * studentQuantile(0.5+level/2, e.N-1)
	return e.Mean - half, e.Mean + half
}

// studentQuantile is the t that a Student variable with df degrees of freedom stays below with probability p, for p of
// at least one half.
func studentQuantile(p float64, df int) float64 {
	low, high := 0.0, 1.0
	for studentCDF(high, df) < p && high < 1e12 {
		high *= 2
	}
	for {
		mid := (low + high) / 2
		switch {
		case mid <= low || mid >= high: // no number lies between the two
			return mid
		case studentCDF(mid, df) < p:
			low = mid
		default:
			high = mid
		}
	}
}

// studentCDF is the distribution function at t ≥ 0 for whole df: the finite sums of Abramowitz and Stegun, 26.7.3 and
// 26.7.4.
func studentCDF(t float64, df int) float64 {
	sin, cos := math.Sincos(math.Atan(t / math.Sqrt(float64(df))))
	within := 0.0 // probability of lying between −t and t
	term := 1.0
	first := 1
	if df%2 == 1 {
		first, term = 2, cos
	}
	for k := first; k < df; k += 2 {
		within += term
		term *= cos * cos * float64(k) / float64(k+1)
	}
	within *= sin
	if df%2 == 1 {
		within = 2 / math.Pi * (math.Atan(t/math.Sqrt(float64(df))) + within)
	}
	return (1 + within) / 2
}

// Spearman is the rank correlation of x and y, which have the same length; equal values share their mean rank. NaN
// where one does not vary, or where a value is no finite number, which has no rank.
func Spearman(x, y []float64) float64 {
	if !all(x, model.Finite) || !all(y, model.Finite) {
		return math.NaN()
	}
	a, b := ranks(x), ranks(y)
	mean := float64(len(x)+1) / 2
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - mean) * (b[i] - mean)
		aa += (a[i] - mean) * (a[i] - mean)
		bb += (b[i] - mean) * (b[i] - mean)
	}
	return ab / math.Sqrt(aa*bb)
}

func all(x []float64, is func(float64) bool) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return !is(v) })
}

// ranks are those of finite numbers.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	out := make([]float64, len(x))
	for i := 0; i < len(order); {
		k := i + 1
		for k < len(order) && x[order[k]] == x[order[i]] {
			k++
		}
		for _, j := range order[i:k] {
			out[j] = float64(i+k+1) / 2 // ranks i+1 to k
		}
		i = k
	}
	return out
}
