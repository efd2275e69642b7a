// Package peak measures the arithmetic peak of this machine's rooflines: independent multiply-adds in registers, no
// memory, no waiting. Kernels are held against it in the same run. No kernel lives here, and nothing is remembered
// from one run to the next.
package peak

import (
	"runtime"
	"time"
)

// Peak is the arithmetic peak of one kind of vectors, on one thread.
type Peak struct {
	Kernel string // the kernel that computes with them, as in compute.Kernels
	What   string // the instructions, for people

	flop int         // floating-point operations of one pass, a multiply-add being two
	run  func(n int) // that many passes
}

// All lists the peaks of this build and machine, the highest first.
func All() []Peak {
	return append(vectors(), Peak{"scalar", "scalar multiply and add", 12 * 2, scalar})
}

// For is the peak of the kernel of that name; a kernel without one of its own is held against the widest vectors.
func For(kernel string) Peak {
	all := All()
	for _, p := range all {
		if p.Kernel == kernel {
			return p
		}
	}
	return all[0]
}

// Measure returns flop/s: the best of short samples, which go on until none has been better for a fifth of a second.
// A browser needs that long to compile the loop well, on a busy machine longer: measure before and after what is held
// against the peak.
func (p Peak) Measure() float64 {
	least := time.Millisecond / 2 // a busy machine leaves some so short samples alone
	if runtime.GOOS == "js" {
		least = 5 * time.Millisecond // a browser's clock has steps of up to a tenth of a millisecond
	}
	best, n := 0.0, 1000
	for since := time.Now(); time.Since(since) < 200*time.Millisecond; {
		start := time.Now()
		p.run(n)
		took := time.Since(start)
		if took < least {
			n *= 2
			continue
		}
		if rate := float64(n*p.flop) / took.Seconds(); rate > 1.002*best {
			best, since = rate, time.Now()
		}
	}
	return best
}

// sink keeps the compiler from leaving the arithmetic out.
var sink float32

// scalar does n passes over twelve independent chains.
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
