package compute

// transpose4 transposes 4 rows of src of one column or more. Distances are in bytes.
//
//go:noescape
func transpose4(dst *float32, ldd int, src *float32, lds, cols int)

// ownTranspose transposes as many rows of src as four at a time make, and says how many.
func ownTranspose(dst, src Mat) int {
	rows := src.Rows &^ 3
	if rows == 0 || src.Cols == 0 {
		return 0
	}
	// What the assembly will read and write, checked once.
	_, _ = dst.Data[(src.Cols-1)*dst.Stride+rows-1], src.Data[(rows-1)*src.Stride+src.Cols-1]
	for i := 0; i < rows; i += 4 {
		transpose4(&dst.Data[i], 4*dst.Stride, &src.Data[i*src.Stride], 4*src.Stride, src.Cols)
	}
	return rows
}
