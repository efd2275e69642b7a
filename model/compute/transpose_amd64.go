package compute

import machine "golang.org/x/sys/cpu"

// transpose8 transposes 8 rows of src, 4·blocks columns of each. Distances are in bytes.
//
//go:noescape
func transpose8(dst *float32, ldd int, src *float32, lds, blocks int)

// asmTranspose transposes as many rows of src as eight at a time make, and says how many.
func asmTranspose(dst, src Mat) int {
	rows, blocks := src.Rows&^7, src.Cols/4
	if !machine.X86.HasAVX || rows == 0 || src.Cols == 0 {
		return 0
	}
	whole := 4 * blocks
	// What the assembly will read and write, checked once.
	_, _ = dst.Data[(src.Cols-1)*dst.Stride+rows-1], src.Data[(rows-1)*src.Stride+src.Cols-1]
	for i := 0; i < rows; i += 8 {
		if blocks > 0 {
			transpose8(&dst.Data[i], 4*dst.Stride, &src.Data[i*src.Stride], 4*src.Stride, blocks)
		}
		for j := whole; j < src.Cols; j++ {
			for x := range 8 {
				dst.Data[j*dst.Stride+i+x] = src.Data[(i+x)*src.Stride+j]
			}
		}
	}
	return rows
}
