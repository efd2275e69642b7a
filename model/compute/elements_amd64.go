//go:build goexperiment.simd

package compute

// swiGLUArgs is what the assembly gets. In the gradient h is dgate.
type swiGLUArgs struct {
	h, dup, dh, gate, up *float32
	whole, last          int // as vectors cuts them
	sign                 uint32
}

// swiGLU512 and swiGLUBackward512 do all elements, at least one.
//
//go:noescape
func swiGLU512(a *swiGLUArgs)

//go:noescape
func swiGLUBackward512(a *swiGLUArgs)

// ownSwiGLU and ownSwiGLUBackward are those operations, and say whether they did them.
func ownSwiGLU(h, gate, up []float32) bool {
	if len(gate) == 0 {
		return false
	}
	_, _ = h[len(gate)-1], up[len(gate)-1] // what the assembly will read and write, checked once
	a := swiGLUArgs{h: &h[0], gate: &gate[0], up: &up[0], sign: 1 << 31}
	a.whole, a.last = vectors(len(gate))
	swiGLU512(&a)
	return true
}

func ownSwiGLUBackward(dgate, dup, dh, gate, up []float32) bool {
	n := len(gate)
	if n == 0 {
		return false
	}
	_, _, _, _ = dgate[n-1], dup[n-1], dh[n-1], up[n-1]
	a := swiGLUArgs{h: &dgate[0], dup: &dup[0], dh: &dh[0], gate: &gate[0], up: &up[0], sign: 1 << 31}
	a.whole, a.last = vectors(n)
	swiGLUBackward512(&a)
	return true
}
