package compute

import "math/bits"

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

// packB copies b of the job at work into panels, each k rows of wide columns, so that a kernel reads it from one end to the other; columns
// that fill up the last vector are zero.
func (e *cpu) packB(form Form) {
	p := &e.job
	panels := (p.n + p.wide - 1) / p.wide
	to := room(&e.pack, panels*p.wide*p.k)
	for j := 0; j < p.n; j += p.wide {
		panel, cols := to[j*p.k:(j+p.wide)*p.k], min(p.wide, p.n-j)
		if form == NT {
			transpose(Mat{panel, p.k, cols, p.wide}, Mat{p.b[j*p.ldb:], cols, p.k, p.ldb})
		} else {
			for x := range p.k {
				copy(panel[x*p.wide:], p.b[x*p.ldb+j:x*p.ldb+j+cols])
			}
		}
		if fill := (cols+e.kernel.whole-1)/e.kernel.whole*e.kernel.whole - cols; fill > 0 {
			for x := range p.k {
				clear(panel[x*p.wide+cols : x*p.wide+cols+fill])
			}
		}
	}
	p.b, p.ldb, p.next = to, p.wide, p.wide*p.k
}
