package compute

import machine "golang.org/x/sys/cpu"

// asmKernels are written in assembly, in which sums stay in registers and rows and columns that stick out are masked.
func asmKernels() []kernel {
	var all []kernel
	if machine.X86.HasAVX512F {
		all = append(all, kernel{"avx512", "AVX-512, tiles of 8 x 32", 1, true, wideAVX512, mulAVX512})
	}
	if machine.X86.HasAVX2 && machine.X86.HasFMA {
		all = append(all, kernel{"avx2", "AVX2, tiles of 6 x 16", 1, true, func(int) int { return 16 }, mulAVX2})
	}
	return all
}

// panel is what the assembly gets: all rows of a few columns. Distances are in bytes.
type panel struct {
	c, a, b              *float32
	ldc, aRow, aCol, ldb int
	m, k                 int
	acc                  int    // all bits set: add to c
	last                 int    // the columns of the last vector, as bits for AVX-512
	mask                 *int32 // and as a vector for AVX2
}

// set makes it the first panel of a product, and checks once what the assembly will read and write.
func (to *panel) set(p *product) {
	_, _, _ = p.c[(p.m-1)*p.ldc+p.n-1], p.a[(p.m-1)*p.aRow+(p.k-1)*p.aCol], p.b[p.at(p.n-1)+(p.k-1)*p.ldb]
	to.a = &p.a[0]
	to.ldc, to.aRow, to.aCol, to.ldb = 4*p.ldc, 4*p.aRow, 4*p.aCol, 4*p.ldb
	to.m, to.k = p.m, p.k
	if p.acc {
		to.acc = -1
	}
}

// avx512x1, x2 and x3 compute a panel of up to 16, 32 and 48 columns.
//
//go:noescape
func avx512x1(p *panel)

//go:noescape
func avx512x2(p *panel)

//go:noescape
func avx512x3(p *panel)

// wideAVX512: two vectors to a panel, unless a third saves a panel of its own.
func wideAVX512(n int) int {
	if n > 32 && n <= 48 {
		return 48
	}
	return 32
}

func mulAVX512(p *product) {
	var to panel
	to.set(p)
	for j, at := 0, 0; j < p.n; j, at = j+p.wide, at+p.next {
		cols := min(p.wide, p.n-j)
		to.c, to.b = &p.c[j], &p.b[at]
		to.last = 1<<((cols-1)%16+1) - 1
		switch {
		case cols <= 16:
			avx512x1(&to)
		case cols <= 32:
			avx512x2(&to)
		default:
			avx512x3(&to)
		}
	}
}

// avx2x1 and avx2x2 compute a panel of 8 and 16 columns, those with an m one of fewer.
//
//go:noescape
func avx2x1(p *panel)

//go:noescape
func avx2x1m(p *panel)

//go:noescape
func avx2x2(p *panel)

//go:noescape
func avx2x2m(p *panel)

// masks holds, eight numbers from index 8-n on, the mask of a vector's first n columns.
var masks = [16]int32{-1, -1, -1, -1, -1, -1, -1, -1}

func mulAVX2(p *product) {
	var to panel
	to.set(p)
	for j, at := 0, 0; j < p.n; j, at = j+p.wide, at+p.next {
		cols := min(p.wide, p.n-j)
		to.c, to.b, to.mask = &p.c[j], &p.b[at], &masks[7-(cols-1)%8]
		switch {
		case cols == 16:
			avx2x2(&to)
		case cols > 8:
			avx2x2m(&to)
		case cols == 8:
			avx2x1(&to)
		default:
			avx2x1m(&to)
		}
	}
}
