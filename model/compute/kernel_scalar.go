//go:build !goexperiment.simd

package compute

// Name implements [Engine].
func (e *cpu) Name() string { return "scalar, blocked" }

// vectorLen is 4 so that the same driver serves: a vector is four columns.
func vectorLen() int { return 4 }

// product sets or adds to c (m, n) the product of a, whose element (i, p) is a[i*aRow+p*aCol], and b (k, n) with row stride ldb;
// n is a whole number of vectors.
func product(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb, m, n, k int, acc bool) {
	for i := range m {
		for j := 0; j < n; j += 4 {
			var s0, s1, s2, s3 float32
			for p, ai, bi := 0, i*aRow, j; p < k; p, ai, bi = p+1, ai+aCol, bi+ldb {
				x, row := a[ai], b[bi:bi+4]
				s0 += x * row[0]
				s1 += x * row[1]
				s2 += x * row[2]
				s3 += x * row[3]
			}
			out := c[i*ldc+j : i*ldc+j+4]
			if acc {
				s0, s1, s2, s3 = s0+out[0], s1+out[1], s2+out[2], s3+out[3]
			}
			out[0], out[1], out[2], out[3] = s0, s1, s2, s3
		}
	}
}
