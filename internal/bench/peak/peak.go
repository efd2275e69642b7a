// Package peak measures what this machine's arithmetic can do at most: independent multiply-adds in registers, no memory, no waiting.
// It is the limit that kernels are held against in the same run. No kernel lives here, and nothing is remembered from one run to
// the next.
package peak

import "time"

// Limit is the fastest mix of instructions that one kind of kernel could be made of.
type Limit struct {
	Name string // of the kernel, as in compute.Kernels
	What string // the instructions, for people

	flops int            // floating-point operations of one turn
	run   func(turn int) // that many turns
}

// turns of one run take about a tenth of a millisecond, which a busy machine seldom interrupts.
const turns = 20_000

// Measure returns flop/s on one thread: the best of short runs, which go on until none has been better for a fifth of a second. A browser
// needs that long to compile the loop well, on a busy machine longer: measure before and after what is held against the limit.
func (l Limit) Measure() float64 {
	best, since := time.Duration(1<<62), time.Now()
	for time.Since(since) < 200*time.Millisecond {
		start := time.Now()
		for range 10 { // clocks of browsers are coarse
			l.run(turns)
		}
		if took := time.Since(start); took > 0 && took < best-best/100 {
			best, since = took, time.Now()
		}
	}
	return float64(10*turns*l.flops) / best.Seconds()
}

// For is the limit of the kernel of that name; a kernel without one of its own is held against the widest vectors.
func For(kernel string) Limit {
	all := Limits()
	for _, l := range all {
		if l.Name == kernel {
			return l
		}
	}
	return all[0]
}

// Limits lists the limits of this build and machine, the highest first.
func Limits() []Limit {
	return append(vectors(), Limit{"scalar", "scalar multiply and add", 12 * 2, scalar})
}

// sink keeps the compiler from leaving the arithmetic out.
var sink float32

// scalar turns twelve independent chains.
func scalar(n int) {
	x := sink
	var a, b, c, d, e, f, g, h, i, j, k, l float32
	for range n {
		a, b, c, d = a*x+x, b*x+x, c*x+x, d*x+x
		e, f, g, h = e*x+x, f*x+x, g*x+x, h*x+x
		i, j, k, l = i*x+x, j*x+x, k*x+x, l*x+x
	}
	sink = a + b + c + d + e + f + g + h + i + j + k + l
}
