package compute

// transposeLoop transposes fours times four rows of src, at least that many, of one column or more. Distances are in
// bytes.
//
//go:noescape
func transposeLoop(dst *float32, ldd int, src *float32, lds, cols, fours int)

// asmTranspose transposes as many rows of src as four at a time make, and says how many.
func asmTranspose(dst, src Mat) int {
	rows := src.Rows &^ 3
	if rows == 0 || src.Cols == 0 {
		return 0
	}
	// What the assembly will read and write, checked once.
	_, _ = dst.Data[(src.Cols-1)*dst.Stride+rows-1], src.Data[(rows-1)*src.Stride+src.Cols-1]
	transposeLoop(&dst.Data[0], 4*dst.Stride, &src.Data[0], 4*src.Stride, src.Cols, rows/4)
	return rows
}
