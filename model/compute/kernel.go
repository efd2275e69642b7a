package compute

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// kernel is one way to compute the inner loops of a matrix product. All kernels of one machine that this package
// chooses between on its own round alike: a product fused with its sum, or not, and sums over ascending k that begin
// with c when they add to it.
type kernel struct {
	name  string // as [NewCPUWith] takes it
	about string // for people
	whole int    // it reads columns of b in multiples of so many, a power of two
	part  bool   // and yet writes any number of columns of c

	wide func(n int) int // how many columns to a panel, of n
	mul  func(p *product)
}

// product is what a kernel computes: c (m, n), set or added to, of a, whose element (i, p) is a[i*aRow+p*aCol], and b
// (k, n), whose columns lie in panels of wide columns, next apart, with row stride ldb. None of m, n and k is 0.
type product struct {
	c               []float32
	ldc             int
	a               []float32
	aRow, aCol      int
	b               []float32
	ldb, wide, next int
	m, n, k         int
	acc             bool
}

// at is where column j of b begins.
func (p *product) at(j int) int { return j/p.wide*p.next + j%p.wide }

// kernels are those that this build has and this machine can run, the fastest first.
func kernels() []kernel { return append(append(asmKernels(), portableKernels()...), scalarKernel) }

// Kernels lists the names that [NewCPUWith] takes here, the fastest first: of "avx512", "avx2" (amd64), "wasm", "simd"
// (what the portable vectors of the SIMD experiment give) and "scalar" those that this build has and this machine can
// run.
func Kernels() []string {
	var names []string
	for _, k := range kernels() {
		names = append(names, k.name)
	}
	return names
}

// Platform names what computes here: results are the same to the last bit where it is the same. A number at its end
// says that they have changed since the first version of this package; with AVX-512, and without vectors, they have
// not.
func Platform() string {
	names := Kernels()
	p := runtime.GOARCH + ": " + strings.Join(names, ", ")
	if names[0] != "avx512" && slices.Contains(names, "simd") {
		p += "; 2"
	}
	return p
}

// NewCPU is the fastest engine of this build on this machine, on one thread.
func NewCPU() Engine { return NewThreaded(1) }

// NewCPUWith is [NewCPU] with the matrix products of the kernel of that name, one of [Kernels]; so that kernels can be
// compared, with each other and with peers that are held to the same instructions. All other operations are the same.
func NewCPUWith(name string) (Engine, error) {
	for _, k := range kernels() {
		if k.name == name {
			return newThreaded(k, 1), nil
		}
	}
	return nil, fmt.Errorf("no kernel %q on this machine: it has %s", name, strings.Join(Kernels(), ", "))
}

// Name implements [Engine].
func (e *cpu) Name() string { return e.kernel.about }
