//go:build goexperiment.simd

package compute

import (
	"fmt"
	"simd"
)

// Name implements [Engine].
func (e *cpu) Name() string { return fmt.Sprintf("SIMD, %d x float32", vectorLen()) }

// vectorLen is the number of float32 lanes of this machine's vectors.
func vectorLen() int { return simd.Float32s{}.Len() }

// product sets or adds to c (m, n) the product of a, whose element (i, p) is a[i*aRow+p*aCol], and b (k, n) with row stride ldb;
// n is a whole number of vectors.
func product(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb, m, n, k int, acc bool) {
	lanes := vectorLen()
	for j := ownKernel(c, ldc, a, aRow, aCol, b, ldb, m, n, k, acc); j < n; {
		if j+2*lanes <= n {
			i := 0
			for ; i+4 <= m; i += 4 {
				kernel4x2(c[i*ldc+j:], ldc, a[i*aRow:], aRow, aCol, b[j:], ldb, k, acc)
			}
			for ; i < m; i++ {
				kernel1x2(c[i*ldc+j:], a[i*aRow:], aCol, b[j:], ldb, k, acc)
			}
			j += 2 * lanes
			continue
		}
		i := 0
		for ; i+4 <= m; i += 4 {
			kernel4x1(c[i*ldc+j:], ldc, a[i*aRow:], aRow, aCol, b[j:], ldb, k, acc)
		}
		for ; i < m; i++ {
			kernel1x1(c[i*ldc+j:], a[i*aRow:], aCol, b[j:], ldb, k, acc)
		}
		j += lanes
	}
}

// put stores s, plus what was there if acc.
func put(c []float32, s simd.Float32s, acc bool) {
	if acc {
		s = s.Add(simd.LoadFloat32s(c))
	}
	s.Store(c)
}

func kernel4x2(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb, k int, acc bool) {
	var c00, c01, c10, c11, c20, c21, c30, c31 simd.Float32s
	v := c00.Len()
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
	put(c, c00, acc)
	put(c[v:], c01, acc)
	put(c[ldc:], c10, acc)
	put(c[ldc+v:], c11, acc)
	put(c[2*ldc:], c20, acc)
	put(c[2*ldc+v:], c21, acc)
	put(c[3*ldc:], c30, acc)
	put(c[3*ldc+v:], c31, acc)
}

func kernel4x1(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb, k int, acc bool) {
	var c0, c1, c2, c3 simd.Float32s
	a1, a2, a3 := a[aRow:], a[2*aRow:], a[3*aRow:]
	for p, ai, bi := 0, 0, 0; p < k; p, ai, bi = p+1, ai+aCol, bi+ldb {
		b0 := simd.LoadFloat32s(b[bi:])
		c0 = simd.BroadcastFloat32s(a[ai]).MulAdd(b0, c0)
		c1 = simd.BroadcastFloat32s(a1[ai]).MulAdd(b0, c1)
		c2 = simd.BroadcastFloat32s(a2[ai]).MulAdd(b0, c2)
		c3 = simd.BroadcastFloat32s(a3[ai]).MulAdd(b0, c3)
	}
	put(c, c0, acc)
	put(c[ldc:], c1, acc)
	put(c[2*ldc:], c2, acc)
	put(c[3*ldc:], c3, acc)
}

func kernel1x2(c []float32, a []float32, aCol int, b []float32, ldb, k int, acc bool) {
	var c0, c1 simd.Float32s
	v := c0.Len()
	for p, ai, bi := 0, 0, 0; p < k; p, ai, bi = p+1, ai+aCol, bi+ldb {
		x := simd.BroadcastFloat32s(a[ai])
		c0, c1 = x.MulAdd(simd.LoadFloat32s(b[bi:]), c0), x.MulAdd(simd.LoadFloat32s(b[bi+v:]), c1)
	}
	put(c, c0, acc)
	put(c[v:], c1, acc)
}

func kernel1x1(c []float32, a []float32, aCol int, b []float32, ldb, k int, acc bool) {
	var c0 simd.Float32s
	for p, ai, bi := 0, 0, 0; p < k; p, ai, bi = p+1, ai+aCol, bi+ldb {
		c0 = simd.BroadcastFloat32s(a[ai]).MulAdd(simd.LoadFloat32s(b[bi:]), c0)
	}
	put(c, c0, acc)
}
