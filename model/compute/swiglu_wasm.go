//go:build goexperiment.simd

package compute

// swiGLUArgs is what the assembly gets: n times 16 numbers, n at least 1. In the gradient h is dgate.
type swiGLUArgs struct {
	h, gate, up, dh, dup *float32
	n                    int
}

//go:noescape
func swiGLULoop(a *swiGLUArgs)

//go:noescape
func swiGLUBackwardLoop(a *swiGLUArgs)

// asmSwiGLU is SwiGLU, and says that it did it. What sixteens leave over is done as one more.
func asmSwiGLU(h, gate, up []float32) bool {
	n := len(gate) &^ 15
	if n > 0 {
		_, _ = h[n-1], up[n-1] // what the assembly will read and write, checked once
		swiGLULoop(&swiGLUArgs{h: &h[0], gate: &gate[0], up: &up[0], n: n / 16})
	}
	if n < len(gate) {
		var g, u [16]float32
		copy(g[:], gate[n:])
		copy(u[:], up[n:])
		swiGLULoop(&swiGLUArgs{h: &g[0], gate: &g[0], up: &u[0], n: 1})
		copy(h[n:], g[:len(gate)-n])
	}
	return true
}

// asmSwiGLUBackward is SwiGLUBackward, and says that it did it.
func asmSwiGLUBackward(dgate, dup, dh, gate, up []float32) bool {
	n := len(gate) &^ 15
	if n > 0 {
		_, _, _, _ = dgate[n-1], dup[n-1], dh[n-1], up[n-1]
		swiGLUBackwardLoop(&swiGLUArgs{h: &dgate[0], gate: &gate[0], up: &up[0], dh: &dh[0], dup: &dup[0], n: n / 16})
	}
	if n < len(gate) {
		var g, u, d [16]float32
		copy(g[:], gate[n:])
		copy(u[:], up[n:])
		copy(d[:], dh[n:])
		swiGLUBackwardLoop(&swiGLUArgs{h: &g[0], gate: &g[0], up: &u[0], dh: &d[0], dup: &d[0], n: 1})
		copy(dgate[n:], g[:len(gate)-n])
		copy(dup[n:], d[:len(gate)-n])
	}
	return true
}
