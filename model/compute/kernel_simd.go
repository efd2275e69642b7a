//go:build goexperiment.simd

package compute

import (
	"fmt"
	"simd"
)

// vectorLen is the number of float32 lanes of this machine's vectors.
func vectorLen() int { return simd.Float32s{}.Len() }

// portableKernels are written in vectors of whatever length the machine has. A product is fused with its sum, in
// WebAssembly it is rounded first; the machine's own kernels do the same.
func portableKernels() []kernel {
	lanes := vectorLen()
	return []kernel{{"simd", fmt.Sprintf("portable vectors, tiles of 4 x %d", 2*lanes), lanes, false,
		func(int) int { return 2 * lanes }, mulVectors}}
}

func mulVectors(p *product) {
	a, aRow, aCol, ldb, ldc, m, k, acc := p.a, p.aRow, p.aCol, p.ldb, p.ldc, p.m, p.k, p.acc
	for j := 0; j < p.n; j += p.wide {
		b, c, i := p.b[p.at(j):], p.c[j:], 0
		if j+p.wide <= p.n {
			for ; i+4 <= m; i += 4 {
				kernel4x2(c[i*ldc:], ldc, a[i*aRow:], aRow, aCol, b, ldb, k, acc)
			}
			for ; i < m; i++ {
				kernel1x2(c[i*ldc:], a[i*aRow:], aCol, b, ldb, k, acc)
			}
			continue
		}
		for ; i+4 <= m; i += 4 {
			kernel4x1(c[i*ldc:], ldc, a[i*aRow:], aRow, aCol, b, ldb, k, acc)
		}
		for ; i < m; i++ {
			kernel1x1(c[i*ldc:], a[i*aRow:], aCol, b, ldb, k, acc)
		}
	}
}

// start is where a sum begins: at zero, or at what was there if acc.
func start(c []float32, acc bool) (s simd.Float32s) {
	if acc {
		s = simd.LoadFloat32s(c)
	}
	return s
}

func kernel4x2(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb, k int, acc bool) {
	v := vectorLen()
	c00, c01 := start(c, acc), start(c[v:], acc)
	c10, c11 := start(c[ldc:], acc), start(c[ldc+v:], acc)
	c20, c21 := start(c[2*ldc:], acc), start(c[2*ldc+v:], acc)
	c30, c31 := start(c[3*ldc:], acc), start(c[3*ldc+v:], acc)
	a1, a2, a3 := a[aRow:], a[2*aRow:], a[3*aRow:]
	for p, ai, bi := 0, 0, 0; p < k; p, ai, bi = p+1, ai+aCol, bi+ldb {
		row := b[bi : bi+2*v]
		b0, b1 := simd.LoadFloat32s(row), simd.LoadFloat32s(row[v:])
		x := simd.BroadcastFloat32s(a[ai])
		c00, c01 = x.MulAdd(b0, c00), x.MulAdd(b1, c01)
		x = simd.BroadcastFloat32s(a1[ai])
		c10, c11 = x.MulAdd(b0, c10), x.MulAdd(b1, c11)
		x = simd.BroadcastFloat32s(a2[ai])
		c20, c21 = x.MulAdd(b0, c20), x.MulAdd(b1, c21)
		x = simd.BroadcastFloat32s(a3[ai])
		c30, c31 = x.MulAdd(b0, c30), x.MulAdd(b1, c31)
	}
	c00.Store(c)
	c01.Store(c[v:])
	c10.Store(c[ldc:])
	c11.Store(c[ldc+v:])
	c20.Store(c[2*ldc:])
	c21.Store(c[2*ldc+v:])
	c30.Store(c[3*ldc:])
	c31.Store(c[3*ldc+v:])
}

func kernel4x1(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb, k int, acc bool) {
	c0, c1, c2, c3 := start(c, acc), start(c[ldc:], acc), start(c[2*ldc:], acc), start(c[3*ldc:], acc)
	a1, a2, a3 := a[aRow:], a[2*aRow:], a[3*aRow:]
	for p, ai, bi := 0, 0, 0; p < k; p, ai, bi = p+1, ai+aCol, bi+ldb {
		b0 := simd.LoadFloat32s(b[bi:])
		c0 = simd.BroadcastFloat32s(a[ai]).MulAdd(b0, c0)
		c1 = simd.BroadcastFloat32s(a1[ai]).MulAdd(b0, c1)
		c2 = simd.BroadcastFloat32s(a2[ai]).MulAdd(b0, c2)
		c3 = simd.BroadcastFloat32s(a3[ai]).MulAdd(b0, c3)
	}
	c0.Store(c)
	c1.Store(c[ldc:])
	c2.Store(c[2*ldc:])
	c3.Store(c[3*ldc:])
}

func kernel1x2(c []float32, a []float32, aCol int, b []float32, ldb, k int, acc bool) {
	v := vectorLen()
	c0, c1 := start(c, acc), start(c[v:], acc)
	for p, ai, bi := 0, 0, 0; p < k; p, ai, bi = p+1, ai+aCol, bi+ldb {
		x := simd.BroadcastFloat32s(a[ai])
		c0, c1 = x.MulAdd(simd.LoadFloat32s(b[bi:]), c0), x.MulAdd(simd.LoadFloat32s(b[bi+v:]), c1)
	}
	c0.Store(c)
	c1.Store(c[v:])
}

func kernel1x1(c []float32, a []float32, aCol int, b []float32, ldb, k int, acc bool) {
	c0 := start(c, acc)
	for p, ai, bi := 0, 0, 0; p < k; p, ai, bi = p+1, ai+aCol, bi+ldb {
		c0 = simd.BroadcastFloat32s(a[ai]).MulAdd(simd.LoadFloat32s(b[bi:]), c0)
	}
	c0.Store(c)
}
