package workload

import "github.com/sparkling-lab/sparkling/internal/bench/peak"

// MeasureRates measures what arithmetic can do at most; Bytes is left to what an operation moves.
func MeasureRates() Rates {
	return Rates{
		Flops:     peak.Limits()[0].Measure(),
		Divisions: peak.Rate(divisions(1), func(n int) { divisions(n) }),
		Roots:     peak.Rate(roots(1), func(n int) { roots(n) }),
	}
}

// best is the higher of each rate.
func (r Rates) best(s Rates) Rates {
	return Rates{max(r.Flops, s.Flops), max(r.Divisions, s.Divisions), max(r.Roots, s.Roots), max(r.Bytes, s.Bytes)}
}

// positive is n numbers from 1 to 2.
func positive(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = 1 + float32(i)/float32(n)
	}
	return x
}
