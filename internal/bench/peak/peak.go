// Package peak measures what this machine's arithmetic can do at most: independent instructions in registers, no memory, no waiting.
// It is the limit that kernels are held against in the same run. No kernel lives here, and nothing is remembered from one run to
// the next.
package peak

import (
	"runtime"
	"time"
)

// Limit is what one kind of kernel could do at most.
type Limit struct {
	Name string // of the kernel, as in compute.Kernels
	What string // the instructions that products of matrices are made of, for people

	multiplyAdd loop
	mixed       loop // with additions beside, which may have units of their own
}

// loop is instructions in registers that wait for none but their own.
type loop struct {
	counts int         // floating-point operations of one turn; of a multiply-add two
	run    func(n int) // that many turns
}

// sample is how long one measurement lasts: short enough that a busy machine leaves some alone, and in a browser, whose clock has steps of a
// tenth of a millisecond, long enough for it.
func sample() time.Duration {
	if runtime.GOOS == "js" {
		return 5 * time.Millisecond
	}
	return time.Millisecond / 2
}

// Measure returns flop/s of multiply-adds on one thread.
func (l Limit) Measure() float64 { return l.multiplyAdd.measure() }

// Mixed returns flop/s on one thread of as many additions beside the multiply-adds: a processor may have other units for these, and both can
// be busy.
func (l Limit) Mixed() float64 { return l.mixed.measure() }

// Rate is how many numbers of another kind come out in a second of a loop that gives counts of them a turn.
func Rate(counts int, run func(turns int)) float64 { return loop{counts, run}.measure() }

// measure is a loop's rate: the best of short samples, which go on until none has been better for a fifth of a second. A browser needs that
// long to compile the loop well, on a busy machine longer: measure before and after what is held against the limit.
func (l loop) measure() float64 {
	best, turns, least := 0.0, 1000, sample()
	for since := time.Now(); time.Since(since) < 200*time.Millisecond; {
		start := time.Now()
		l.run(turns)
		took := time.Since(start)
		if took < least {
			turns *= 2
			continue
		}
		if rate := float64(turns*l.counts) / took.Seconds(); rate > 1.002*best {
			best, since = rate, time.Now()
		}
	}
	return best
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
	one := loop{12 * 2, scalar}
	return append(vectors(), Limit{"scalar", "scalar multiply and add", one, one})
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
