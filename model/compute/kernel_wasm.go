package compute

// asmKernels are written in assembly: compiled Go spills its vectors at every turn of a loop, and jumps through a table
// to the next.
func asmKernels() []kernel {
	return []kernel{{"wasm", "WebAssembly, tiles of 2 x 16", 4, true, func(int) int { return 16 }, mulWasm}}
}

// panel is what the assembly gets: all rows of a few columns. Distances are in bytes.
type panel struct {
	c, a, b              *float32
	ldc, aRow, aCol, ldb int
	m, k                 int
	acc                  int // 1: add to c
	part                 int // columns of panelPart
}

// panel4, panel2 and panel1 compute 16, 8 and 4 columns.
//
//go:noescape
func panel4(p *panel)

//go:noescape
func panel2(p *panel)

//go:noescape
func panel1(p *panel)

// panelPart computes one, two or three columns of c; rows of b have four.
//
//go:noescape
func panelPart(p *panel)

func mulWasm(p *product) {
	// What the assembly will read and write, checked once.
	_, _, _ = p.c[(p.m-1)*p.ldc+p.n-1], p.a[(p.m-1)*p.aRow+(p.k-1)*p.aCol], p.b[p.at((p.n-1)|3)+(p.k-1)*p.ldb]
	to := panel{a: &p.a[0], ldc: 4 * p.ldc, aRow: 4 * p.aRow, aCol: 4 * p.aCol, ldb: 4 * p.ldb, m: p.m, k: p.k}
	if p.acc {
		to.acc = 1
	}
	j, at := 0, 0
	for ; j+16 <= p.n; j, at = j+16, at+p.next {
		to.c, to.b = &p.c[j], &p.b[at]
		panel4(&to)
	}
	for wide := 0; j < p.n; j, at = j+wide, at+wide { // what no panel is left of, in narrower ones
		to.c, to.b, wide = &p.c[j], &p.b[at], 4
		switch left := p.n - j; {
		case left >= 8:
			wide = 8
			panel2(&to)
		case left >= 4:
			panel1(&to)
		default:
			to.part = left
			panelPart(&to)
		}
	}
}
