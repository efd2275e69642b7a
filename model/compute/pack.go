package compute

import "math/bits"

// scratch is memory number i with room for n floats; what it held is lost when it grows.
func (e *cpu) scratch(i, n int) []float32 {
	return room(&e.bufs[i], n)
}

// room is the first n floats of *buf, which is replaced by a larger one where it is too short. Sizes are powers of two:
// how many tokens an expert gets changes with every batch, and the buffers must come to rest.
func room(buf *[]float32, n int) []float32 {
	if cap(*buf) < n {
		*buf = make([]float32, 1<<bits.Len(uint(n-1)))
	}
	return (*buf)[:n]
}

// panels copies b of the job at work into panels, each k rows of wide columns, so that a kernel reads it from one end
// to the other; columns that fill up the last vector are zero.
func (e *cpu) panels(transposed bool) {
	p := &e.job
	wide := p.wide
	to := room(&e.packB, (p.n+wide-1)/wide*wide*p.k)
	for j := 0; j < p.n; j += wide {
		cols := min(wide, p.n-j)
		panel := Mat{to[j*p.k : (j+wide)*p.k], p.k, cols, wide}
		if transposed {
			Transpose(panel, Mat{p.b[j*p.ldb:], cols, p.k, p.ldb})
		} else {
			for x := range p.k {
				copy(panel.Data[x*wide:], p.b[x*p.ldb+j:x*p.ldb+j+cols])
			}
		}
		if over := cols % e.kernel.whole; over > 0 {
			for x := range p.k {
				clear(panel.Data[x*wide+cols : x*wide+cols+e.kernel.whole-over])
			}
		}
	}
	p.b, p.ldb, p.next = to, wide, wide*p.k
}

// rows copies a of the job at work into dense rows, which each end a little apart: rows a power of two apart, as they
// often lie, fall into the same few lines of the cache.
func (e *cpu) rows(transposed bool) {
	p := &e.job
	stride := p.k + 16
	to := room(&e.packA, p.m*stride)
	if transposed {
		Transpose(Mat{to, p.m, p.k, stride}, Mat{p.a, p.k, p.m, p.aCol})
	} else {
		for i := range p.m {
			copy(to[i*stride:i*stride+p.k], p.a[i*p.aRow:])
		}
	}
	p.a, p.aRow, p.aCol = to, stride, 1
}

// Transpose sets dst (n, m) to the transpose of src (m, n): in assembly as many rows as this machine has it for, then
// four rows and columns at a time so that both are read and written in stretches.
func Transpose(dst, src Mat) {
	i := asmTranspose(dst, src)
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
