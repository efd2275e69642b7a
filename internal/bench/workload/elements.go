package workload

import (
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Element is an operation whose cost is so much an element, and what our kernels of it take: their instructions, as they are. A cleverer
// formula would have fewer; the loop around them (loads, stores, copies of registers, counting) is not among them.
type Element struct {
	Name  string // of its row
	Size  string // what it was measured on
	Count int    // elements of one run
	Moves Moves  // of one run
	// Of one element: multiplications fused with their additions, other arithmetic, divisions, and roots. What a row takes once is its share
	// of that: rows do not depend on each other, so that their roots and divisions go into the lanes of vectors as any others do. A loop
	// over one root after the other would be no limit: it waits for each, and is several times as slow.
	Fused, Plain, Divisions, Roots float64
	Run                            func()
}

// across is what a row takes beside, in all lanes, to have one number of a vector's lanes: ours with AVX-512 do it for four rows together, in
// thirteen instructions. WebAssembly's has two exchanges and as much arithmetic for a row of softmax; its norm and portable vectors have little
// of it, which is not counted.
func across() float64 {
	switch compute.Kernels()[0] {
	case "avx512":
		return 13.0 / 4 * 16
	case "wasm":
		return 4 * 4
	}
	return 0
}

// exponential is what ours takes of fused steps and of other instructions: it is cut to its range twice and multiplied by its power of two,
// which two fused steps take off it; the polynomial is four fused steps and one more, with a product and a sum. To round, and to make
// the power of two, AVX-512 has an instruction each, and needs a product before; others round by a fused step and a difference, and make
// the power by a shift. Portable vectors keep a not-a-number by two more.
//
// silu is what SiLU has beside its exponential and its quotient: a sum and two products, of which WebAssembly's spares one by dividing the
// gate itself.
func exponential() (fused, plain, silu float64) {
	switch compute.Kernels()[0] {
	case "avx512":
		return 7, 7, 3
	case "wasm":
		return 8, 7, 2
	}
	return 8, 9, 3
}

// Elements are the operations on an engine, each on as much as the network of the default experiment has and on what no cache holds: several
// times as much as the largest of today, or a part of it would be read from there.
func Elements(e compute.Engine) []Element {
	var all []Element
	fused, plain, silu := exponential()
	for _, s := range []struct {
		size string
		n    int
	}{{"16 Ki", 1 << 14}, {"16 Mi", 1 << 24}} {
		n := s.n
		x, y, u := ramp(n), make([]float32, n), ramp(n)
		m, v := make([]float32, n), make([]float32, n)
		rows := func(cols int) []float32 { return make([]float32, n/cols) }
		inv, gain, labels, one := rows(32), ramp(32), make([]int32, n/64), []float32{1e-6}
		adam := compute.AdamW{Decay: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Corr1: 0.5, Corr2: 0.5}
		// Softmax has the largest, a difference, a sum and a product beside, and twice a number of a row; what is not above the largest is cut
		// on one side only.
		all = append(all,
			Element{"exp", s.size + " numbers", n, Moves{n, 1, 1, 0}, fused, plain, 0, 0, func() { compute.Exp(y, x) }},
			Element{"SiLU", s.size + " numbers, times the up projection", n, Moves{n, 2, 1, 0}, fused, plain + silu, 1, 0, func() { e.SwiGLU(y, x, u) }},
			Element{"softmax", s.size + " numbers in rows of 64, with their cross-entropy", n, Moves{n, 1, 1, 0}, fused, plain + 3 + 2*across()/64, 1.0 / 64, 0, func() { e.CrossEntropy(y, x, labels, 64, 1) }},
			Element{"RMSNorm", s.size + " numbers in rows of 32", n, Moves{n, 1, 1, 0}, 1, 2, 1.0 / 32, 1.0 / 32, func() { e.RMSNorm(y, inv, x, gain, 1e-6) }},
			Element{"AdamW", s.size + " parameters", n, Moves{n, 1, 0, 3}, 1, 11, 1, 1, func() { e.AdamW(u, x, m, v, one, adam) }},
		)
	}
	return all
}

// ramp is n numbers from −2 to 2.
func ramp(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i%997)/249 - 2
	}
	return x
}

// Rates are what one thread can do at most in a second.
type Rates struct {
	Flops     float64 // floating-point operations of multiply-adds, each two
	Divisions float64 // numbers divided, in vectors
	Roots     float64 // roots, in vectors
	Bytes     float64 // read and written, as the operation does it
}

// Limit is the time of the longest of these: its operations at the rate of multiply-adds, as everywhere here; its divisions and roots at theirs;
// and moving. They go on beside each other in units of their own, so that a run can take less than their sum.
func (e Element) Limit(r Rates) (seconds float64, binds string) {
	n := float64(e.Count)
	calculating := n * max((2*e.Fused+e.Plain)/r.Flops, e.Divisions/r.Divisions+e.Roots/r.Roots)
	moving := float64(e.Moves.Bytes()) / r.Bytes
	if calculating >= moving {
		return calculating, "arithmetic"
	}
	return moving, "memory"
}
