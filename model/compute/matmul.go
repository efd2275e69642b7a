package compute

import "math/bits"

// cpu is the engine for this machine: matrix products over one register-blocked kernel, row and elementwise operations in
// vectors, everything else as in [Reference].
type cpu struct {
	Reference
	pack, tile []float32 // packed b, and a tile of dst that sticks out of the matrix
	bufs       [4][]float32
}

// NewCPU is the fastest engine of this build.
func NewCPU() Engine { return &cpu{} }

// scratch is memory number i with room for n floats; what it held is lost when it grows.
func (e *cpu) scratch(i, n int) []float32 {
	return room(&e.bufs[i], n)
}

// room is the first n floats of *buf, which is replaced by a larger one where it is too short. Sizes are powers of two: how many
// tokens an expert gets changes with every batch, and the buffers must come to rest.
func room(buf *[]float32, n int) []float32 {
	if cap(*buf) < n {
		*buf = make([]float32, 1<<bits.Len(uint(n-1)))
	}
	return (*buf)[:n]
}

// MatMul implements [Engine]. b is used where it lies if its rows are whole vectors, and is otherwise packed into rows of whole
// vectors, padded with zeros; so that every element of dst is summed over ascending k by the same instructions.
func (e *cpu) MatMul(form Form, dst, a, b Mat, acc bool) {
	m, n, k := dst.Rows, dst.Cols, a.Cols
	aRow, aCol := a.Stride, 1
	if form == TN {
		k, aRow, aCol = a.Rows, 1, a.Stride
	}
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !acc {
			for i := range m {
				clear(dst.Data[i*dst.Stride : i*dst.Stride+n])
			}
		}
		return
	}
	lanes := vectorLen()
	padded := (n + lanes - 1) / lanes * lanes
	bd, ldb := b.Data, b.Stride
	if form == NT || padded != n {
		bd, ldb = e.packB(form, b, k, n, padded), padded
	}
	if padded == n {
		product(dst.Data, dst.Stride, a.Data, aRow, aCol, bd, ldb, m, n, k, acc)
		return
	}
	// The last vector of a row sticks out: whole vectors go straight to dst, the last ones through a tile.
	whole := padded - lanes
	if whole > 0 {
		product(dst.Data, dst.Stride, a.Data, aRow, aCol, bd, ldb, m, whole, k, acc)
	}
	tile := room(&e.tile, m*lanes)
	product(tile, lanes, a.Data, aRow, aCol, bd[whole:], ldb, m, lanes, k, false)
	for i := range m {
		out, in := dst.Data[i*dst.Stride+whole:i*dst.Stride+n], tile[i*lanes:]
		if acc {
			for j := range out {
				out[j] = in[j] + out[j]
			}
		} else {
			copy(out, in)
		}
	}
}

// packB is b as k rows of padded columns.
func (e *cpu) packB(form Form, b Mat, k, n, padded int) []float32 {
	p := room(&e.pack, k*padded)
	if form == NT {
		for j := range n {
			for x, v := range b.Data[j*b.Stride : j*b.Stride+k] {
				p[x*padded+j] = v
			}
		}
	} else {
		for x := range k {
			copy(p[x*padded:], b.Data[x*b.Stride:x*b.Stride+n])
		}
	}
	if padded > n {
		for x := range k {
			clear(p[x*padded+n : (x+1)*padded])
		}
	}
	return p
}

// GroupedMatMul implements [Engine].
func (e *cpu) GroupedMatMul(form Form, dst, a, b Mat, off []int, acc bool) {
	groupedMatMul(e, form, dst, a, b, off, acc)
}
