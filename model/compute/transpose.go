package compute

// Transpose sets dst (n, m) to the transpose of src (m, n): in assembly as many rows as this machine has it for, then four rows and
// columns at a time so that both are read and written in stretches.
func Transpose(dst, src Mat) {
	i := ownTranspose(dst, src)
	for ; i+4 <= src.Rows; i += 4 {
		n := src.Cols
		r0, r1 := src.Data[i*src.Stride:][:n], src.Data[(i+1)*src.Stride:][:n]
		r2, r3 := src.Data[(i+2)*src.Stride:][:n], src.Data[(i+3)*src.Stride:][:n]
		for j, at := 0, i; j < n; j, at = j+1, at+dst.Stride {
			out := dst.Data[at : at+4 : at+4]
			out[0], out[1], out[2], out[3] = r0[j], r1[j], r2[j], r3[j]
		}
	}
	for ; i < src.Rows; i++ {
		for j, x := range src.Data[i*src.Stride:][:src.Cols] {
			dst.Data[j*dst.Stride+i] = x
		}
	}
}
