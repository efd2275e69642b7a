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

	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

// example is queries, keys and values side by side, and the gradient of what comes out.
type example struct {
	attended
	qkv, dout []float64
}

func (s attended) tokens() int { return s.sequences * s.seq }
func (s attended) width() int  { return (s.heads + 2*s.kv) * s.dim }

func (s attended) example(p Precision, seed uint64) example {
	r := rand.New(rand.NewPCG(seed, 1))
	return example{s, p.normal(r, s.tokens()*s.width()), p.normal(r, s.tokens()*s.heads*s.dim)}
}

// part is head h of token t of the columns that begin with column head from.
func (s attended) part(x []float64, sequence, t, head int) []float64 {
	at := (sequence*s.seq+t)*s.width() + head*s.dim
	return x[at : at+s.dim]
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// each goes through all queries with their probabilities.
func (s attended) each(qkv []float64, f func(b, h, g, i int, p []float64)) {
	p := make([]float64, s.seq)
	for b := range s.sequences {
		for h := range s.heads {
			g := h / (s.heads / s.kv)
			for i := range s.seq {
				sum := 0.0
				for j := range i + 1 {
					score := dot(s.part(qkv, b, i, h), s.part(qkv, b, j, s.heads+g))
					p[j] = math.Exp(score / math.Sqrt(float64(s.dim)))
					sum += p[j]
				}
				for j := range i + 1 {
					p[j] /= sum
				}
				f(b, h, g, i, p[:i+1])
			}
		}
	}
}

// plain is attention in float64.
func (s attended) plain(qkv []float64) []float64 {
	out := make([]float64, s.tokens()*s.heads*s.dim)
	s.each(qkv, func(b, h, g, i int, p []float64) {
		for j := range p {
			for c, v := range s.part(qkv, b, j, s.heads+s.kv+g) {
				out[((b*s.seq+i)*s.heads+h)*s.dim+c] += p[j] * v
			}
		}
	})
	return out
}

// plainBackward is the gradient of qkv in float64.
func (e example) plainBackward() []float64 {
	d := make([]float64, len(e.qkv))
	e.each(e.qkv, func(b, h, g, i int, p []float64) {
		do := e.dout[((b*e.seq+i)*e.heads+h)*e.dim:][:e.dim]
		mean := 0.0
		for j := range p {
			mean += p[j] * dot(do, e.part(e.qkv, b, j, e.heads+e.kv+g))
		}
		for j := range p {
			ds := p[j] * (dot(do, e.part(e.qkv, b, j, e.heads+e.kv+g)) - mean) / math.Sqrt(float64(e.dim))
			for c := range e.dim {
				e.part(d, b, i, h)[c] += ds * e.part(e.qkv, b, j, e.heads+g)[c]
				e.part(d, b, j, e.heads+g)[c] += ds * e.part(e.qkv, b, i, h)[c]
				e.part(d, b, j, e.heads+e.kv+g)[c] += p[j] * do[c]
			}
		}
	})
	return d
}

// attentionResult is all that the kernels of attention write, without pads.
type attentionResult struct {
	out, lse       []float64
	dqk, dv, delta []float64
}

func (r attentionResult) bytes() []byte { return bytesOf(r.out, r.lse, r.dqk, r.dv, r.delta) }

// gradient is that of qkv.
func (r attentionResult) gradient(s attended) []float64 {
	var d []float64
	qk, v := (s.heads+s.kv)*s.dim, s.kv*s.dim
	for t := range s.tokens() {
		d = append(d, r.dqk[t*qk:][:qk]...)
		d = append(d, r.dv[t*v:][:v]...)
	}
	return d
}

// attention runs the kernels on an example.
func (b *bench) attention(t testing.TB, p Precision, e example) (r attentionResult) {
	n, a := e.tokens(), e.heads*e.dim
	qkv, dout := b.operand(p, e.qkv, e.width()), b.operand(p, e.dout, a)
	out, lse, dqkv := b.room(p, n, a), b.room(Float32, n, e.heads), b.room(p, n, e.width())
	delta, dqk := b.room(Float32, n, e.heads), b.room(Float32, n, (e.heads+e.kv)*e.dim)
	b.attend(p, out, lse.Buffer, qkv, e.attended)
	b.attendBackward(p, dqk.Buffer, delta.Buffer, dqkv, dout, out, lse.Buffer, qkv, e.attended)
	if b.dev.Err() != nil {
		return r
	}
	r = attentionResult{b.columns(t, out, 0, a), b.read(lse.Buffer), b.read(dqk.Buffer),
		b.columns(t, dqkv, e.width()-e.kv*e.dim, e.width()), b.read(delta.Buffer)}
	return r
}

func runAttention(t testing.TB, lib *emulated.Library, p Precision, e example) (r attentionResult) {
	t.Helper()
	require.NoError(t, onBench(t, lib, func(b *bench) { r = b.attention(t, p, e) }))
	return r
}

var precisions = []Precision{Float32, BF16}

// What is allowed between the kernels and float64, as a part of the root mean square.
var attentionError = map[Precision]float64{Float32: 2e-6, BF16: 4e-3}

func TestAttentionIsThatOfFloat64AtWholeAndBrokenTiles(t *testing.T) {
	lib := emulated.Build(t)
	for i, s := range []attended{
		{1, 1, 1, 1, 2}, {2, 5, 4, 2, 8}, {1, 63, 3, 1, 12}, {1, 64, 2, 2, 16}, {2, 65, 2, 1, 20}, {1, 130, 2, 1, 32},
		{1, 129, 1, 1, 64}, {1, 130, 2, 1, 96}, {1, 65, 1, 1, 94}, {1, 130, 1, 1, 128}, {1, 33, 2, 1, 126},
		{1, 200, 1, 1, 8}, {1, 70, 2, 1, 40}, {1, 330, 1, 1, 16},
	} {
		for _, p := range precisions {
			t.Run(fmt.Sprintf("%s %+v", p, s), func(t *testing.T) {
				e := s.example(p, uint64(i))
				r := runAttention(t, lib, p, e)
				nearTo(t, s.plain(e.qkv), r.out, attentionError[p], "out")
				want, got := e.plainBackward(), r.gradient(s)
				for _, part := range []struct {
					name     string
					from, to int
				}{{"dq", 0, s.heads}, {"dk", s.heads, s.heads + s.kv}, {"dv", s.heads + s.kv, s.heads + 2*s.kv}} {
					nearTo(t, columnsOf(want, s.width(), part.from*s.dim, part.to*s.dim),
						columnsOf(got, s.width(), part.from*s.dim, part.to*s.dim), attentionError[p], part.name)
				}
			})
		}
	}
}

// columnsOf are some columns of rows of a width.
func columnsOf(x []float64, width, from, to int) (out []float64) {
	for i := 0; i < len(x); i += width {
		out = append(out, x[i+from:i+to]...)
	}
	return out
}

// The slope along a direction, by the kernels' gradients and by differences of the forward in float64.
func TestGradientsOfAttentionAreSlopesOfItsForward(t *testing.T) {
	lib := emulated.Build(t)
	s := attended{2, 37, 4, 2, 10}
	for p, allowed := range map[Precision]float64{Float32: 1e-5, BF16: 1e-2} {
		e := s.example(p, 3)
		along := Float32.normal(rand.New(rand.NewPCG(4, 4)), len(e.qkv))
		at := func(step float64) float64 {
			x := slices.Clone(e.qkv)
			for i := range x {
				x[i] += step * along[i]
			}
			return dot(s.plain(x), e.dout)
		}
		const h = 1e-4
		want := (at(h) - at(-h)) / (2 * h)
		got := dot(runAttention(t, lib, p, e).gradient(s), along)
		assert.InEpsilon(t, want, got, allowed, p)
	}
}

func TestAttentionIsTheSameInEveryOrderOfTurns(t *testing.T) {
	lib := emulated.Build(t)
	for _, p := range precisions {
		e := attended{2, 70, 2, 1, 24}.example(p, 5)
		lib.SameInEveryOrder(t, func() []byte { return runAttention(t, lib, p, e).bytes() })
	}
}

func TestEveryBarrierOfAttentionIsNeeded(t *testing.T) {
	lib := emulated.Build(t)
	for _, c := range []struct {
		p Precision
		attended
	}{{Float32, attended{1, 70, 1, 1, 8}}, {BF16, attended{1, 200, 1, 1, 32}}} {
		e := c.example(c.p, 6)
		lib.EveryBarrierCounts(t, of("attention"), func() (result []byte) {
			_ = onBench(t, lib, func(b *bench) { result = b.attention(t, c.p, e).bytes() })
			return result
		})
	}
}

// What comes later in a sequence, what another sequence holds and where a sequence lies changes no bit.
func TestAQuerySeesWhatCameBeforeInItsSequenceAndNothingElse(t *testing.T) {
	lib := emulated.Build(t)
	for _, p := range precisions {
		s := attended{3, 70, 2, 1, 16}
		e := s.example(p, 7)
		want := runAttention(t, lib, p, e)

		row, a := s.seq*s.width(), s.heads*s.dim
		other := example{s, slices.Clone(e.qkv), slices.Clone(e.dout)}
		copy(other.qkv, e.qkv[2*row:]) // the first and the last change places, with not-a-number between them
		copy(other.qkv[2*row:], e.qkv[:row])
		copy(other.dout, e.dout[2*s.seq*a:])
		copy(other.dout[2*s.seq*a:], e.dout[:s.seq*a])
		for i := range row {
			other.qkv[row+i] = math.NaN()
		}
		got := runAttention(t, lib, p, other)
		for i, x := range map[string][2][]float64{"out": {want.out, got.out}, "lse": {want.lse, got.lse},
			"dqk": {want.dqk, got.dqk}, "dv": {want.dv, got.dv}, "delta": {want.delta, got.delta}} {
			n := len(x[0]) / 3
			assert.Equal(t, bytesOf(x[0][:n]), bytesOf(x[1][2*n:]), "%s %s", p, i)
			assert.Equal(t, bytesOf(x[0][2*n:]), bytesOf(x[1][:n]), "%s %s", p, i)
			assert.True(t, math.IsNaN(x[1][n]), "%s %s of what is not a number", p, i)
		}

		short := attended{1, 33, 2, 1, 16}
		alone := runAttention(t, lib, p, example{short, e.qkv[:33*s.width()], e.dout[:33*a]})
		assert.Equal(t, bytesOf(alone.out), bytesOf(want.out[:33*a]), "%s: what comes later changes what comes out", p)
		dq := func(r attentionResult) []float64 { return columnsOf(r.dqk, a+s.kv*s.dim, 0, a) }
		assert.Equal(t, bytesOf(dq(alone)), bytesOf(dq(want)[:33*a]), "%s: or a query's gradient", p)
	}
}

// Heads that hold the same give the same bits, and so do their keys and values.
func TestEqualHeadsOfAttentionGiveEqualBits(t *testing.T) {
	lib := emulated.Build(t)
	for _, p := range precisions {
		s := attended{1, 67, 4, 2, 32}
		e := s.example(p, 8)
		for i := range s.seq {
			q := e.part(e.qkv, 0, i, 0)
			for h := range s.heads {
				copy(e.part(e.qkv, 0, i, h), q)
				copy(e.dout[(i*s.heads+h)*s.dim:], e.dout[i*s.heads*s.dim:][:s.dim])
			}
			copy(e.part(e.qkv, 0, i, s.heads+1), e.part(e.qkv, 0, i, s.heads))
			copy(e.part(e.qkv, 0, i, s.heads+3), e.part(e.qkv, 0, i, s.heads+2))
		}
		r := runAttention(t, lib, p, e)
		same := func(what string, x []float64, width, heads, dim int) {
			first := columnsOf(x, width, 0, dim)
			for h := range heads {
				assert.Equal(t, bytesOf(first), bytesOf(columnsOf(x, width, h*dim, (h+1)*dim)), "%s %s %d", p, what, h)
			}
		}
		same("out", r.out, s.heads*s.dim, s.heads, s.dim)
		qk := (s.heads + s.kv) * s.dim
		same("dq", columnsOf(r.dqk, qk, 0, s.heads*s.dim), s.heads*s.dim, s.heads, s.dim)
		same("dk", columnsOf(r.dqk, qk, s.heads*s.dim, qk), s.kv*s.dim, s.kv, s.dim)
		same("dv", r.dv, s.kv*s.dim, s.kv, s.dim)
	}
}

// GPUs with less than a server's let a block have 99 KiB.
func TestSharedMemoryOfAttentionFitsEveryGPU(t *testing.T) {
	for _, a := range attentions[BF16] {
		for _, bytes := range []int{a.forwardShared(), a.queryShared(), a.keyShared()} {
			assert.LessOrEqual(t, bytes, 99<<10, a.channels)
		}
	}
}

// Scores far from 0 overflow nothing.
func TestAttentionTakesLargeScores(t *testing.T) {
	lib := emulated.Build(t)
	s := attended{1, 20, 1, 1, 8}
	for _, p := range precisions {
		e := s.example(p, 9)
		for i := range e.qkv {
			if i%s.width() < 2*s.dim {
				e.qkv[i] *= 32
			}
		}
		r := runAttention(t, lib, p, e)
		for _, x := range [][]float64{r.out, r.dqk, r.dv} {
			for _, v := range x {
				require.False(t, math.IsNaN(v) || math.IsInf(v, 0))
			}
		}
		assert.InDelta(t, e.qkv[2*s.dim], r.out[0], 1e-6, "the first token sees itself alone")
	}
}

func TestOperationsOfAttentionAreCountedAsTheyAreNeeded(t *testing.T) {
	s := attended{2, 7, 3, 1, 4}
	count := 0.0
	s.each(make([]float64, s.tokens()*s.width()), func(_, _, _, _ int, p []float64) {
		const both, multiplyAndAdd = 2, 2 // scores, and the sum of values
		count += both * multiplyAndAdd * float64(len(p)*s.dim)
	})
	assert.Equal(t, count, Attention{s.sequences, s.seq, s.heads, s.kv, s.dim}.FLOPs())
}
