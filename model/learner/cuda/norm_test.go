//go:build linux && amd64

package cuda

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

const testEps = 1e-3

// rows is an example of a norm: the residual stream, what is added to it, and the gradient of what comes out.
type rows struct {
	rows, cols           int
	x0, branch, gain, dy []float64
	dx, dgain            []float64 // what the gradients are added to
}

func rowsOf(n, cols int, seed uint64) rows {
	r := rand.New(rand.NewPCG(seed, 2))
	some := func(n int) []float64 { return Float32.normal(r, n) }
	return rows{n, cols, some(n * cols), some(n * cols), some(cols), some(n * cols), some(n * cols), some(cols)}
}

// plain is the norm of a row in float64.
func (e rows) plain(x []float64) (y []float64, inv float64) {
	inv = 1 / math.Sqrt(dot(x, x)/float64(len(x))+testEps)
	for i := range x {
		y = append(y, x[i]*inv*e.gain[i])
	}
	return y, inv
}

// normResult is all that the kernels of a norm write, without pads.
type normResult struct{ y, inv, x1, squares, dx, rounded, dgain []float64 }

func (r normResult) bytes() []byte {
	return bytesOf(r.y, r.inv, r.x1, r.squares, r.dx, r.rounded, r.dgain)
}

// norm runs the kernels; without a branch the residual stream is normed as it is.
func (b *bench) norm(t testing.TB, p Precision, e rows, branch, add bool) (r normResult) {
	x1, added := b.memory.Take(driver.F32, e.rows*e.cols), driver.Buffer{}
	if branch {
		added = b.floats(e.branch)
	}
	y, inv, gain := b.room(p, e.rows, e.cols), b.memory.Take(driver.F32, e.rows), b.floats(e.gain)
	squares := b.memory.Take(driver.F32, 2*e.rows)
	x0 := b.floats(e.x0)
	b.addNorm(y, inv, x1, x0, added, gain, squares, e.rows, e.cols, testEps)
	if !branch {
		for _, v := range b.read(x1) {
			require.True(t, math.IsNaN(v), "without a branch nothing is written")
		}
		x1 = x0
	}
	dx, dgain := b.memory.Take(driver.F32, e.rows*e.cols), b.floats(e.dgain)
	if add {
		driver.Put(b.dev, dx, narrow(e.dx))
	}
	rounded := matrix{}
	if p == BF16 {
		rounded = b.room(p, e.rows, e.cols)
	}
	shares := b.memory.Take(driver.F32, gainShares(e.rows, e.cols, 0))
	b.addNormBackward(dx, rounded, dgain, shares, b.floats(e.dy), x1, gain, inv, e.rows, e.cols, add)
	if b.dev.Err() != nil {
		return r
	}
	r = normResult{y: b.columns(t, y, 0, e.cols), inv: b.read(inv), x1: b.read(x1), squares: b.read(squares),
		dx: b.read(dx), dgain: b.read(dgain)}
	if p == BF16 {
		r.rounded = b.columns(t, rounded, 0, e.cols)
	}
	return r
}

func runNorm(t testing.TB, lib *emulated.Library, p Precision, e rows, branch, add bool) (r normResult) {
	t.Helper()
	require.NoError(t, onBench(t, lib, func(b *bench) { r = b.norm(t, p, e, branch, add) }))
	return r
}

// roundedTo are numbers as an operand holds them.
func (p Precision) roundedTo(x []float64) []float64 {
	if p == Float32 {
		return x
	}
	out := make([]float64, len(x))
	for i := range x {
		u := math.Float32bits(float32(x[i]))
		out[i] = float64(math.Float32frombits((u + 0x7fff + u>>16&1) &^ 0xffff))
	}
	return out
}

func TestNormsAreThoseOfFloat64AtEveryWidth(t *testing.T) {
	lib := emulated.Build(t)
	operand := map[Precision]float64{Float32: 1e-6, BF16: 2.5e-3}
	for i, c := range []struct {
		rows, cols  int
		branch, add bool
	}{{1, 6, true, false}, {3, 12, true, true}, {16, 13, false, true}, {17, 64, true, false}, {150, 20, true, true},
		{33, 130, false, false}, {5, 1024, true, true}, {2, 2048, true, true}, {2, 1102, false, true}} {
		for _, p := range precisions {
			t.Run(fmt.Sprintf("%s %+v", p, c), func(t *testing.T) {
				e := rowsOf(c.rows, c.cols, uint64(i))
				if !c.branch {
					clear(e.branch)
				}
				var want normResult
				want.dgain = slices.Clone(e.dgain)
				for row := range c.rows {
					at := row * c.cols
					x := make([]float64, c.cols)
					for j := range x {
						x[j] = e.x0[at+j] + e.branch[at+j]
					}
					y, inv := e.plain(x)
					mean := 0.0
					for j := range x {
						mean += e.gain[j] * e.dy[at+j] * x[j] * inv * inv / float64(c.cols)
					}
					for j := range x {
						dx := (e.gain[j]*e.dy[at+j] - x[j]*mean) * inv
						if c.add {
							dx += e.dx[at+j]
						}
						want.dx = append(want.dx, dx)
						want.dgain[j] += e.dy[at+j] * x[j] * inv
					}
					want.x1, want.y, want.inv = append(want.x1, x...), append(want.y, y...), append(want.inv, inv)
					want.squares = append(want.squares, dot(x, x), dot(e.branch[at:at+c.cols], e.branch[at:at+c.cols]))
				}
				got := runNorm(t, lib, p, e, c.branch, c.add)
				nearTo(t, want.y, got.y, operand[p], "y")
				nearTo(t, want.inv, got.inv, 1e-6, "inv")
				nearTo(t, want.x1, got.x1, 1e-7, "x1")
				nearTo(t, want.squares, got.squares, 1e-6, "squares")
				nearTo(t, want.dx, got.dx, 2e-6, "dx")
				nearTo(t, want.dgain, got.dgain, 2e-6, "dgain")
				if p == BF16 {
					assert.Equal(t, BF16.roundedTo(got.dx), got.rounded, "dx as an operand")
				}
			})
		}
	}
}

func TestGradientsOfANormAreSlopesOfItsForward(t *testing.T) {
	lib := emulated.Build(t)
	e := rowsOf(19, 30, 11)
	clear(e.dgain)
	along, alongGain := rowsOf(19, 30, 12).x0, rowsOf(19, 30, 13).gain
	at := func(step float64) (sum float64) {
		moved := e
		moved.gain = slices.Clone(e.gain)
		for j := range moved.gain {
			moved.gain[j] += step * alongGain[j]
		}
		for row := range e.rows {
			x := make([]float64, e.cols)
			for j := range x {
				i := row*e.cols + j
				x[j] = e.x0[i] + e.branch[i] + step*along[i]
			}
			y, _ := moved.plain(x)
			sum += dot(y, e.dy[row*e.cols:][:e.cols])
		}
		return sum
	}
	const h = 1e-5
	r := runNorm(t, lib, Float32, e, true, false)
	assert.InEpsilon(t, (at(h)-at(-h))/(2*h), dot(r.dx, along)+dot(r.dgain, alongGain), 1e-5)
}

// Copies of columns, as a wider residual stream has them, stay copies; copies of rows do.
func TestEqualRowsAndColumnsOfANormGetEqualBits(t *testing.T) {
	lib := emulated.Build(t)
	for _, cols := range []int{26, 52, 200} {
		for _, p := range precisions {
			e := rowsOf(40, cols, 14)
			for _, x := range [][]float64{e.x0, e.branch, e.dy, e.dx, e.gain, e.dgain} {
				for at := 0; at < len(x); at += cols {
					copy(x[at+cols/2:at+cols], x[at:at+cols/2])
				}
			}
			for _, x := range [][]float64{e.x0, e.branch, e.dy, e.dx} {
				copy(x[37*cols:], x[2*cols:3*cols])
			}
			r := runNorm(t, lib, p, e, true, true)
			for _, x := range [][]float64{r.y, r.x1, r.dx, r.dgain} {
				for at := 0; at < len(x); at += cols {
					require.Equal(t, bytesOf(x[at:at+cols/2]), bytesOf(x[at+cols/2:at+cols]), "%s, %d columns", p, cols)
				}
			}
			for _, x := range [][]float64{r.y, r.x1, r.dx} {
				assert.Equal(t, bytesOf(x[2*cols:3*cols]), bytesOf(x[37*cols:38*cols]))
			}
			assert.Equal(t, r.inv[2], r.inv[37])
		}
	}
}

// heads is an example of norms of heads: queries, keys and values before them, and gradients of what comes out.
type heads struct {
	attended
	x, qgain, kgain, cosine, sine, dy, dqgain, dkgain []float64
}

func headsOf(s attended, seed uint64) heads {
	r := rand.New(rand.NewPCG(seed, 3))
	some := func(n int) []float64 { return Float32.normal(r, n) }
	e := heads{attended: s, x: some(s.tokens() * s.width()), qgain: some(s.dim), kgain: some(s.dim),
		dy: some(s.tokens() * (s.heads + s.kv) * s.dim), dqgain: some(s.dim), dkgain: some(s.dim)}
	for range s.seq * s.dim / 2 {
		sin, cos := math.Sincos(r.Float64() * 7)
		e.cosine, e.sine = append(e.cosine, float64(float32(cos))), append(e.sine, float64(float32(sin)))
	}
	return e
}

// plain is all heads turned in float64.
func (e heads) plain() (y []float64) {
	y = slices.Clone(e.x)
	for b := range e.sequences {
		for i := range e.seq {
			for h := range e.heads + e.kv {
				gain := e.qgain
				if h >= e.heads {
					gain = e.kgain
				}
				x, _ := rows{gain: gain}.plain(e.part(e.x, b, i, h))
				half := e.dim / 2
				for c := range half {
					cos, sin := e.cosine[i*half+c], e.sine[i*half+c]
					e.part(y, b, i, h)[c] = x[c]*cos - x[c+half]*sin
					e.part(y, b, i, h)[c+half] = x[c+half]*cos + x[c]*sin
				}
			}
		}
	}
	return y
}

// turnedResult is all that the kernels write, without pads.
type turnedResult struct{ y, inv, dx, dqgain, dkgain []float64 }

func (r turnedResult) bytes() []byte { return bytesOf(r.y, r.inv, r.dx, r.dqgain, r.dkgain) }

func (b *bench) turned(t testing.TB, p Precision, e heads) (r turnedResult) {
	n, qk := e.tokens(), e.heads+e.kv
	x, y, dx := b.operand(Float32, e.x, e.width()), b.room(p, n, e.width()), b.room(p, n, e.width())
	by := turning{b.floats(e.qgain), b.floats(e.kgain), b.floats(e.cosine), b.floats(e.sine)}
	inv, dqgain, dkgain := b.memory.Take(driver.F32, n*qk), b.floats(e.dqgain), b.floats(e.dkgain)
	shares := b.memory.Take(driver.F32, gainShares(n, 0, e.dim))
	b.turn(y, inv, x, by, e.attended, testEps)
	b.turnBackward(dx, dqgain, dkgain, shares, b.floats(e.dy), x, inv, by, e.attended)
	if b.dev.Err() != nil {
		return r
	}
	return turnedResult{b.columns(t, y, 0, e.width()), b.read(inv), b.columns(t, dx, 0, qk*e.dim), b.read(dqgain),
		b.read(dkgain)}
}

func runTurned(t testing.TB, lib *emulated.Library, p Precision, e heads) (r turnedResult) {
	t.Helper()
	require.NoError(t, onBench(t, lib, func(b *bench) { r = b.turned(t, p, e) }))
	return r
}

// The forward is float64's, and the slopes along each head's direction and each gain's are those of differences.
func TestHeadsAreNormedAndRotatedAsInFloat64(t *testing.T) {
	lib := emulated.Build(t)
	for i, s := range []attended{
		{1, 1, 1, 1, 2}, {2, 5, 4, 2, 8}, {1, 17, 3, 1, 12}, {3, 20, 2, 2, 10}, {1, 40, 6, 2, 32}, {1, 6, 16, 4, 96},
		{1, 3, 2, 1, 128},
	} {
		for _, p := range precisions {
			t.Run(fmt.Sprintf("%s %+v", p, s), func(t *testing.T) {
				e := headsOf(s, uint64(i))
				r := runTurned(t, lib, p, e)
				operand := map[Precision]float64{Float32: 1e-6, BF16: 2.5e-3}[p]
				nearTo(t, e.plain(), r.y, operand, "y")
				assert.Equal(t, columnsOf(p.roundedTo(e.x), s.width(), (s.heads+s.kv)*s.dim, s.width()),
					columnsOf(r.y, s.width(), (s.heads+s.kv)*s.dim, s.width()), "values")

				// What each number of x does to the objective Σ dy·y, by differences in float64.
				objective := func(e heads) (sum float64) {
					return dot(columnsOf(e.plain(), s.width(), 0, (s.heads+s.kv)*s.dim), e.dy)
				}
				slope := func(of *float64) float64 {
					const h = 1e-4
					was := *of
					*of = was + h
					up := objective(e)
					*of = was - h
					down := objective(e)
					*of = was
					return (up - down) / (2 * h)
				}
				every := max(len(e.x)/50, 1) // some of many
				var want, got []float64
				for j := 0; j < len(e.x); j += every {
					if c := j % s.width(); c < (s.heads+s.kv)*s.dim {
						want = append(want, slope(&e.x[j]))
						got = append(got, r.dx[j/s.width()*(s.heads+s.kv)*s.dim+c])
					}
				}
				nearTo(t, want, got, max(operand, 1e-5), "dx")
				want, got = nil, nil
				for c := range s.dim {
					want = append(want, e.dqgain[c]+slope(&e.qgain[c]), e.dkgain[c]+slope(&e.kgain[c]))
					got = append(got, r.dqgain[c], r.dkgain[c])
				}
				nearTo(t, want, got, 1e-5, "gradients of the gains")
			})
		}
	}
}

func TestNormsAreTheSameInEveryOrderOfTurnsAndNeedTheirBarriers(t *testing.T) {
	lib := emulated.Build(t)
	e, h := rowsOf(45, 300, 15), headsOf(attended{2, 19, 5, 3, 20}, 16)
	run := func(p Precision) func() []byte {
		return func() (result []byte) {
			_ = onBench(t, lib, func(b *bench) {
				result = append(b.norm(t, p, e, true, true).bytes(), b.turned(t, p, h).bytes()...)
			})
			return result
		}
	}
	for _, p := range precisions {
		assert.NotEmpty(t, lib.SameInEveryOrder(t, run(p)))
	}
	ours := func(i int, b emulated.Barrier) bool {
		return of("norm_")(i, b) || of("gain_")(i, b) || of("head_")(i, b)
	}
	lib.EveryBarrierCounts(t, ours, run(Float32))
}

// Heads of tokens that hold the same at the same position get the same bits.
func TestEqualHeadsGetEqualBitsInEverySequence(t *testing.T) {
	lib := emulated.Build(t)
	for _, p := range precisions {
		s := attended{3, 21, 4, 2, 24}
		e := headsOf(s, 17)
		copy(e.x[2*s.seq*s.width():], e.x[:s.seq*s.width()])
		n := s.seq * (s.heads + s.kv) * s.dim
		copy(e.dy[2*n:], e.dy[:n])
		r := runTurned(t, lib, p, e)
		assert.Equal(t, bytesOf(r.y[:s.seq*s.width()]), bytesOf(r.y[2*s.seq*s.width():]), p)
		assert.Equal(t, bytesOf(r.dx[:n]), bytesOf(r.dx[2*n:]), p)
	}
}
