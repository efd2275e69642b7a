//go:build linux && amd64

package cuda

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

// trial is one launch of products as a test asks for it.
type trial struct {
	*productTile
	form        form
	m, n, k     int   // of a group; m (NT, NN) or k (TN) of all groups together where there are bounds
	bounds      []int // of groups in the rows, nil where each has its own matrices
	groups      int   // without bounds
	split       int   // whole, or the first row of the second weight
	add         bool  // what is added lies in the result
	alpha, beta float32
	outs        int // 1 float32, 2 bf16, 3 both
	offset      int // elements of a buffer before the float32 result
	seed        uint64
}

func (x trial) String() string {
	return fmt.Sprintf("%s %dx%dx%d bounds %v", x.kernels[x.form], x.m, x.n, x.k, x.bounds)
}

// plain is a trial of one group that sums nothing but products.
func plain(t *productTile, f form, m, n, k int) trial {
	return trial{productTile: t, form: f, m: m, n: n, k: k, groups: 1, split: whole, alpha: 1, outs: 3}
}

// array is a matrix of each group as it lies on the device: not-a-number but for its elements, in rows that may be
// longer than what they hold.
type array struct {
	data             []float32
	rows, cols, ld   int
	groups           int
	step, split, far int // elements between groups, and before rows from split on
}

func (x trial) array(groups, rows, cols, ld, split int) *array {
	a := &array{rows: rows, cols: cols, ld: ld, groups: groups, step: rows * ld, split: split}
	if split != whole {
		a.far = 3 * ld
		a.step += a.far
	}
	a.data = make([]float32, groups*a.step)
	for i := range a.data {
		a.data[i] = float32(math.NaN())
	}
	return a
}

// at is where an element lies.
func (a *array) at(group, row, col int) int {
	i := group*a.step + row*a.ld + col
	if row >= a.split {
		i += a.far
	}
	return i
}

// draw draws the elements, in row order, so that matrices of the same size hold the same ones.
func (a *array) draw(r *rand.Rand, half bool) *array {
	for g := range a.groups {
		for i := range a.rows {
			for j := range a.cols {
				v := float32(r.NormFloat64())
				if half {
					v = roundBF16(v)
				}
				a.data[a.at(g, i, j)] = v
			}
		}
	}
	return a
}

func (x trial) bf16() bool { return x.productTile == &smallTile || x.productTile == &largeTile }

// wide is the length of rows of operands: those of bf16 are padded, here by more than they need.
func (x trial) wide(cols int) int {
	if x.bf16() {
		return up(cols, 8)*8 + 8
	}
	return cols
}

// problem is a trial with its numbers. Where rows are divided, what has them is one matrix.
type problem struct {
	trial
	a, b, dst, dst16 *array
}

func (x trial) problem() *problem {
	p, r := &problem{trial: x}, rand.New(rand.NewPCG(x.seed, 1))
	each := x.groups
	if x.bounds != nil {
		p.groups, each = len(x.bounds)-1, 1
	}
	results, far := each, whole
	switch x.form {
	case nt:
		p.a, p.b = x.array(each, x.m, x.k, x.wide(x.k), whole), x.array(p.groups, x.n, x.k, x.wide(x.k), x.split)
	case nn:
		p.a, p.b = x.array(each, x.m, x.k, x.wide(x.k), whole), x.array(p.groups, x.k, x.n, x.wide(x.n), x.split)
	case tn:
		p.a, p.b = x.array(each, x.k, x.m, x.wide(x.m), whole), x.array(each, x.k, x.n, x.wide(x.n), whole)
		results, far = p.groups, x.split
	}
	p.a.draw(r, x.bf16())
	p.b.draw(r, x.bf16())
	p.dst = x.array(results, x.m, x.n, x.n, far).draw(r, false)
	p.dst16 = x.array(results, x.m, x.n, up(x.n, 8)*8, whole).draw(r, true)
	return p
}

// rows of a group, and where they begin, where rows are divided.
func (p *problem) rows(group int) (first, rows int) {
	if p.bounds == nil {
		return 0, 0
	}
	return p.bounds[group], p.bounds[group+1] - p.bounds[group]
}

// inBF16 is x in bf16, to the nearest, ties to even.
func inBF16(x float32) uint16 {
	low, high := math.Float32bits(x)&0xffff, uint16(math.Float32bits(x)>>16)
	if x != x {
		return high | 0x40
	}
	if low > 0x8000 || low == 0x8000 && high&1 == 1 {
		high++
	}
	return high
}

func roundBF16(x float32) float32 { return math.Float32frombits(uint32(inBF16(x)) << 16) }

// RoundBF16 rounds for tests of other packages too.
var RoundBF16 = roundBF16

func bits16(x []float32) []uint16 {
	out := make([]uint16, len(x))
	for i, v := range x {
		out[i] = uint16(math.Float32bits(v) >> 16)
	}
	return out
}

func floats16(x []uint16) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = math.Float32frombits(uint32(v) << 16)
	}
	return out
}

// run is what the device makes of a problem: both results with all that lies between and behind.
func (p *problem) run(t *testing.T, d *emulated.Bench) (dst, dst16 []float32) {
	t.Helper()
	dst, dst16, err := p.try(d)
	require.NoError(t, err)
	return dst, dst16
}

func (p *problem) try(d *emulated.Bench) (dst, dst16 []float32, err error) {
	operand := func(a *array) driver.Buffer {
		if p.bf16() {
			return emulated.Put(d, bits16(a.data))
		}
		return emulated.Put(d, a.data)
	}
	err = d.Do(func() error {
		const wrong = math.MaxInt32 // where a kernel must not look
		o := operands{groups: int32(p.groups), m: int32(p.m), n: int32(p.n), k: int32(p.k), split: int32(p.split),
			alpha: p.alpha, beta: p.beta, lda: int32(p.a.ld), ldb: int32(p.b.ld), ldDst: int32(p.dst.ld),
			ldDst16: int32(p.dst16.ld), stepA: int64(p.a.step), stepB: int64(p.b.step), stepDst: int64(p.dst.step),
			stepDst16: int64(p.dst16.step)}
		o.a, o.b = operand(p.a).Address(), operand(p.b).Address()
		o.jump = int64(p.b.far)
		out := emulated.Put(d, append(make([]float32, p.offset), p.dst.data...)).From(p.offset)
		out16 := emulated.Put(d, bits16(p.dst16.data))
		if p.form == tn {
			o.jump = int64(p.dst.far)
		}
		if p.bounds != nil {
			bounds := make([]int32, len(p.bounds))
			for i, v := range p.bounds {
				bounds[i] = int32(v)
			}
			o.off = emulated.Put(d, bounds).Address()
			o.stepA = wrong
			if p.form == tn {
				o.stepB, o.k = wrong, wrong
			} else {
				o.stepDst, o.stepDst16 = wrong, wrong
			}
		}
		if p.add {
			o.add = out.Address()
		}
		if p.outs&1 != 0 {
			o.dst = out.Address()
		}
		if p.outs&2 != 0 {
			o.dst16 = out16.Address()
		}
		w := p.work(p.form, &o)
		d.Run(w.kernel, driver.Grid{w.blocks, 1, 1}, w.threads, w.bytes, driver.Struct(d.Args(), &o))
		dst, dst16 = emulated.Get[float32](d, out), floats16(emulated.Get[uint16](d, out16))
		d.Taken.Release()
		return nil
	})
	return dst, dst16, err
}

// want is the result in float64, and the sum of what was added without its sign, by which errors are measured.
func (p *problem) want(group, row, col int) (sum, size float64) {
	first, rows := p.rows(group)
	k := p.k
	if p.bounds != nil && p.form == tn {
		k = rows
	}
	for i := range k {
		var a, b float64
		in := group
		if p.bounds != nil {
			in = 0
		}
		switch p.form {
		case nt:
			a, b = float64(p.a.data[p.a.at(in, first+row, i)]), float64(p.b.data[p.b.at(group, col, i)])
		case nn:
			a, b = float64(p.a.data[p.a.at(in, first+row, i)]), float64(p.b.data[p.b.at(group, i, col)])
		case tn:
			a, b = float64(p.a.data[p.a.at(in, first+i, row)]), float64(p.b.data[p.b.at(in, first+i, col)])
		}
		sum, size = sum+a*b, size+math.Abs(a*b)
	}
	sum, size = sum*float64(p.alpha), size*math.Abs(float64(p.alpha))
	if at, _ := p.where(group, row, col); p.add {
		sum, size = sum+float64(p.beta*p.dst.data[at]), size+math.Abs(float64(p.beta*p.dst.data[at]))
	}
	return sum, size
}

// where an element of a group's result lies in both results.
func (p *problem) where(group, row, col int) (at, at16 int) {
	if p.bounds != nil && p.form != tn {
		first, _ := p.rows(group)
		return p.dst.at(0, first+row, col), p.dst16.at(0, first+row, col)
	}
	return p.dst.at(group, row, col), p.dst16.at(group, row, col)
}

// check holds results against float64; what is no part of a result must be as it was.
func (p *problem) check(t *testing.T, dst, dst16 []float32) {
	t.Helper()
	left, left16 := append([]float32(nil), p.dst.data...), append([]float32(nil), p.dst16.data...)
	for g := range p.groups {
		rows := p.m
		if p.bounds != nil && p.form != tn {
			_, rows = p.rows(g)
		}
		for i := range rows {
			for j := range p.n {
				want, size := p.want(g, i, j)
				at, at16 := p.where(g, i, j)
				if p.outs&1 != 0 {
					left[at] = dst[at]
					if !assert.InDelta(t, want, dst[at], 1e-6*size+1e-30, "%v: (%d, %d) of group %d", p, i, j, g) {
						return
					}
				}
				if p.outs&2 != 0 {
					left16[at16] = dst16[at16]
					near := 1e-6*size + math.Abs(want)/256
					if !assert.InDelta(t, want, dst16[at16], near, "%v: (%d, %d) of group %d", p, i, j, g) {
						return
					}
				}
				if p.outs == 3 && !assert.Equal(t, roundBF16(dst[at]), dst16[at16], "%v: one is the other rounded", p) {
					return
				}
			}
		}
	}
	assert.True(t, sameBits(left, dst), "%v: something else was written", p)
	assert.True(t, sameBits(left16, dst16), "%v: something else of bf16 was written", p)
}

func sameBits(a, b []float32) bool {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}
