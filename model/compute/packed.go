package compute

import "math/bits"

// LossBytes is what each thread of an engine keeps for the cross-entropy of rows of so many columns, of which it takes
// at least so many at once.
func LossBytes(columns int) float64 {
	const rows = 16
	return 4 * float64(int(1)<<bits.Len(uint(rows*columns-1)))
}

// PackedBytes is what each thread of an engine comes to keep for matrix products: a block of rows of a, and columns of
// b, or a block of them, in memory that grows to powers of two. products are those whose b is large: its columns that a
// thread packs, and the length of the sum.
func PackedBytes(products [][2]int) float64 {
	most := 1
	for _, p := range products {
		most = max(most, p[0]*min(p[1], depth))
	}
	return 4 * (float64(int(1)<<bits.Len(uint(most-1))) + height*(depth+16))
}
