package cuda

import (
	"unsafe"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// muon updates matrices as [optim.Optimizer] does, but many at once: all of one shape, or of its transpose, over
// layers, experts and parts, in portions that fit its memory.
type muon struct {
	precision Precision
	sizes     []muonSize
	product   operands // of the next launch
}

// muonSize is the matrices whose lesser side and greater side are so long.
type muonSize struct {
	lesser, greater int
	from, to        int // in muonMemory.matrices
	portion         int // so many at once
}

// muonMatrix says where a matrix lies, the same bytes as struct MuonMatrix of kernels/update.cu.
type muonMatrix struct {
	p, g, m, copy, rows, cols, rates uint64
	height, width, ld, _             int32
}

// muonMemory is what Muon holds besides its momenta. X is a matrix (lesser, greater) that Newton–Schulz steps make
// orthogonal, A = XXᵀ and B = bA + cA² are (lesser, lesser). There is one of each for every matrix of a portion.
type muonMemory struct {
	matrices driver.Buffer    // of all sizes
	x        [2]driver.Buffer // the iterate, and in float32 its successor
	a        driver.Buffer
	operandX [2]driver.Buffer // the same rounded; the iterates themselves in float32
	operandA driver.Buffer
	operandB driver.Buffer
	most     int // matrices at once
	tiles    int // of all matrices at once, see muon_momentum
}

// portionBytes is how much memory the matrices of a portion may take, where more than one is there.
const portionBytes = 256 << 20

// maxGrid is how many blocks a grid has along z, at most.
const maxGrid = 65535

const (
	matrixInts = int(unsafe.Sizeof(muonMatrix{})) / 4
	tile       = 32 // rows and columns of a block of muon_momentum
)

// muonSizes are the sizes of all matrices that an optimizer orthogonalizes, in the order of the table.
func muonSizes(t *model.Table, k optim.Kind, p Precision) []muonSize {
	var sizes []muonSize
	find := func(lesser, greater int) *muonSize {
		for i := range sizes {
			if sizes[i].lesser == lesser && sizes[i].greater == greater {
				return &sizes[i]
			}
		}
		sizes = append(sizes, muonSize{lesser: lesser, greater: greater})
		return &sizes[len(sizes)-1]
	}
	for _, x := range t.Tensors {
		if k.Orthogonalizes(x) {
			find(min(x.Rows.Size, x.Cols.Size), max(x.Rows.Size, x.Cols.Size)).to += x.Experts
		}
	}
	from := 0
	for i := range sizes {
		s := &sizes[i]
		n := s.to
		s.from, s.to = from, from+n
		from = s.to
		s.portion = max(1, min(n, portionBytes/s.bytes(p), maxGrid))
	}
	return sizes
}

// bytes is the memory that one matrix takes.
func (s muonSize) bytes(p Precision) int {
	if p == Float32 {
		return 4 * 2 * (s.size() + s.lesser*s.lesser)
	}
	return 4*(s.size()+s.lesser*s.lesser) + 2*2*s.lesser*(p.ld(s.greater)+p.ld(s.lesser))
}

func (s muonSize) size() int { return s.lesser * s.greater }

// grid is the blocks of n matrices for muon_momentum and muon_update.
func (s muonSize) grid(n int) driver.Grid {
	return driver.Grid{partsOf(s.greater, tile), partsOf(s.lesser, tile), n}
}

func newMuonMemory(m *memory, t *model.Table, k optim.Kind) (z muonMemory) {
	var matrices, x, a, operandX, operandA int
	for _, s := range muonSizes(t, k, m.precision) {
		matrices, z.most = s.to, max(z.most, s.portion)
		g := s.grid(s.portion)
		z.tiles = max(z.tiles, g[0]*g[1]*g[2])
		x, a = max(x, s.portion*s.size()), max(a, s.portion*s.lesser*s.lesser)
		operandX = max(operandX, s.portion*s.lesser*m.precision.ld(s.greater))
		operandA = max(operandA, s.portion*s.lesser*m.precision.ld(s.lesser))
	}
	if matrices == 0 {
		return z
	}
	take := func(n int) driver.Buffer { return m.of[model.Scratch].Take(m.precision.kind(), n) }
	z.matrices = m.ints(model.Scratch, matrices*matrixInts)
	z.x[0], z.a = m.floats(model.Scratch, x), m.floats(model.Scratch, a)
	z.operandB = take(operandA)
	if m.precision == Float32 {
		z.x[1] = m.floats(model.Scratch, x)
		z.operandX, z.operandA = z.x, z.a
		return z
	}
	z.x[1] = z.x[0]
	z.operandX, z.operandA = [2]driver.Buffer{take(operandX), take(operandX)}, take(operandA)
	return z
}

// newMuon describes the matrices to the device.
func newMuon(o *optimizer, p Precision) *muon {
	t := o.values.table
	mu := &muon{precision: p, sizes: muonSizes(t, o.config.Kind, p)}
	var all []muonMatrix
	for _, s := range mu.sizes {
		for _, x := range t.Tensors {
			if o.config.Kind.Orthogonalizes(x) && min(x.Rows.Size, x.Cols.Size) == s.lesser &&
				max(x.Rows.Size, x.Cols.Size) == s.greater {
				all = append(all, o.describe(x)...)
			}
		}
	}
	if len(all) > 0 {
		words := unsafe.Slice((*int32)(unsafe.Pointer(&all[0])), len(all)*matrixInts)
		driver.Put(o.dev, o.scratch.matrices, words)
	}
	return mu
}

// describe is where the matrices of a tensor lie.
func (o *optimizer) describe(x model.Tensor) []muonMatrix {
	out := make([]muonMatrix, x.Experts)
	ld := BF16.ld(x.Cols.Size)
	for e := range out {
		at := func(q model.Quantity) uint64 { return o.values.matrix(q, x.Index, e).Address() }
		out[e] = muonMatrix{
			p: at(model.Weight), g: at(model.Gradient), m: at(model.Moment1),
			rows: o.ages[x.Rows.Axis].Address(), cols: o.ages[x.Cols.Axis].Address(), rates: o.ratesOf(x).Address(),
			height: int32(x.Rows.Size), width: int32(x.Cols.Size), ld: int32(ld),
		}
		if c := o.copyOf(x); c.Len() > 0 {
			out[e].copy = c.From(e * x.Rows.Size * ld).Address()
		}
	}
	return out
}

// step updates all matrices.
func (mu *muon) step(o *optimizer, clip float32) {
	for _, s := range mu.sizes {
		for from := s.from; from < s.to; from += s.portion {
			mu.portion(o, s, from, min(s.portion, s.to-from), clip)
		}
	}
}

// portion updates n matrices of a size.
func (mu *muon) portion(o *optimizer, s muonSize, from, n int, clip float32) {
	z, c := &o.scratch, o.config
	matrices, grid := z.matrices.From(from*matrixInts), s.grid(n)
	o.launch("muon_momentum", grid, 256, 0, o.dev.Args().Buf(z.x[0], o.parts, matrices).Int(s.lesser, s.greater).
		Float(clip, float32(c.Momentum)))
	o.launch("add_up", driver.Grid{n, 1, 1}, 256, 0, o.dev.Args().Buf(o.sums, o.parts).Int(grid[0]*grid[1]))
	operand, ld := z.operandX[0], mu.precision.ld(s.greater)
	if mu.precision == Float32 {
		operand = driver.Buffer{}
	}
	name, lanes := vectors("muon_scale", s.greater, z.x[0])
	o.launch(name, driver.Grid{n * s.lesser, 1, 1}, threadsFor(s.greater, lanes), 0, o.dev.Args().Buf(z.x[0], operand,
		o.sums).Int(s.lesser, s.greater, ld).Float(optim.NewtonSchulzEps))
	x := mu.newtonSchulz(o, s, n)
	o.launch("muon_update", grid, 256, 0, o.dev.Args().Buf(x, matrices).Int(s.lesser, s.greater).
		Float(float32(c.WeightDecay), optim.MuonScale(s.lesser, s.greater)))
}

// stack is matrices (rows, cols) one behind the other, with rows ld apart.
type stack struct {
	driver.Buffer
	rows, cols, ld int
}

// newtonSchulz makes the iterates of n matrices nearly orthogonal: X ← aX + (bA + cA²)X with A = XXᵀ. It returns where
// the last ones are.
func (mu *muon) newtonSchulz(o *optimizer, s muonSize, n int) driver.Buffer {
	z, none := &o.scratch, stack{}
	lesser, greater := s.lesser, s.greater
	wide, square := mu.precision.ld(greater), mu.precision.ld(lesser)
	a, a16 := stack{z.a, lesser, lesser, lesser}, stack{z.operandA, lesser, lesser, square}
	b := stack{z.operandB, lesser, lesser, square}
	now := 0
	for range optim.NewtonSchulzSteps {
		next := 1 - now
		x := stack{z.x[now], lesser, greater, greater}
		y := stack{z.x[next], lesser, greater, greater}
		x16 := stack{z.operandX[now], lesser, greater, wide}
		y16 := stack{z.operandX[next], lesser, greater, wide}
		if mu.precision == Float32 {
			mu.multiply(o, nt, n, x, x, 1, none, 0, a, none)
			mu.multiply(o, nn, n, a, a, optim.NewtonSchulzC, a, optim.NewtonSchulzB, b, none)
			mu.multiply(o, nn, n, b, x, 1, x, optim.NewtonSchulzA, y, none)
		} else {
			mu.multiply(o, nt, n, x16, x16, 1, none, 0, a, a16)
			mu.multiply(o, nn, n, a16, a16, optim.NewtonSchulzC, a, optim.NewtonSchulzB, none, b)
			mu.multiply(o, nn, n, b, x16, 1, x, optim.NewtonSchulzA, y, y16)
		}
		now = next
	}
	return z.x[now]
}

// multiply sets n matrices each to alpha·(a·b) + beta·add, in float32 and rounded, where there is a dst and a dst16.
func (mu *muon) multiply(o *optimizer, f form, n int, a, b stack, alpha float32, add stack, beta float32, dst,
	dst16 stack) {
	// Where dst is none, add says how dst would lie.
	shape, at, step := add, &mu.product, func(s stack) int64 { return int64(s.rows * s.ld) }
	if dst.Len() > 0 {
		shape = dst
	}
	*at = operands{
		dst: dst.Address(), dst16: dst16.Address(), add: add.Address(), a: a.Address(), b: b.Address(),
		stepA: step(a), stepB: step(b), stepDst: step(shape), stepDst16: step(dst16), split: whole,
		groups: int32(n), m: int32(shape.rows), n: int32(shape.cols), k: int32(a.cols),
		lda: int32(a.ld), ldb: int32(b.ld), ldDst: int32(shape.ld), ldDst16: int32(dst16.ld), alpha: alpha, beta: beta,
	}
	o.multiply(at, f, mu.precision)
}
