//go:build goexperiment.simd

package compute

// tile2x16 sets c (2 rows, 16 columns), or adds to it unless acc is 0, to the product of two rows of a and b (k rows, 16 columns). Strides
// are in bytes. Sums run over ascending k, a product rounded before it is added, as the portable kernels do it on this machine: the
// bits are the same. Compiled Go spills its vectors at every turn of a loop; written by hand it is about twice as fast.
//
//go:noescape
func tile2x16(c *float32, ldc int, a *float32, aRow, aCol int, b *float32, ldb, k, acc int)

// ownKernel computes as many of the leading columns as this machine has a kernel of its own for, and returns their number. The arguments
// are those of product.
func ownKernel(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb, m, n, k int, acc bool) int {
	add := 0
	if acc {
		add = 1
	}
	j := 0
	for ; j+16 <= n; j += 16 {
		// What the kernel reads and writes, checked once.
		_, _ = b[(k-1)*ldb+j+15], c[(m-1)*ldc+j+15]
		_ = a[(m-1)*aRow+(k-1)*aCol]
		i := 0
		for ; i+2 <= m; i += 2 {
			tile2x16(&c[i*ldc+j], 4*ldc, &a[i*aRow], 4*aRow, 4*aCol, &b[j], 4*ldb, k, add)
		}
		for ; i < m; i++ {
			kernel1x2(c[i*ldc+j:], a[i*aRow:], aCol, b[j:], ldb, k, acc)
			kernel1x2(c[i*ldc+j+8:], a[i*aRow:], aCol, b[j+8:], ldb, k, acc)
		}
	}
	return j
}
