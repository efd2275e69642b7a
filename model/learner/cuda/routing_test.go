//go:build linux && amd64

package cuda_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

// shape of a routing test: tokens, experts, experts a token, columns.
type routed struct{ n, e, k, d int }

// More and fewer than the lanes of a warp, and chunks of slots that are and are not whole.
var routings = []routed{
	{5, 3, 2, 16}, {70, 33, 9, 12}, {1300, 9, 8, 8}, {128, 64, 8, 40}, {1025, 4, 1, 3}, {9, 1, 1, 8}, {40, 128, 33, 5},
}

// random is n numbers, about as many below 0 as above.
func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// decided is what a router decides, computed the plain way in float64.
type decided struct {
	prob, lse, weight []float64
	choice            []int32
	off, slot         []int32
}

func decide(s routed, logits []float32) decided {
	r := decided{prob: make([]float64, s.n*s.e), off: make([]int32, s.e+1), slot: make([]int32, s.n*s.k)}
	for t := range s.n {
		row, p := logits[t*s.e:(t+1)*s.e], r.prob[t*s.e:(t+1)*s.e]
		sum := 0.0
		for e, x := range row {
			p[e] = math.Exp(float64(x))
			sum += p[e]
		}
		taken, chosen := map[int]bool{}, 0.0
		for e := range p {
			p[e] /= sum
		}
		for range s.k {
			best := -1
			for e, x := range row {
				if !taken[e] && (best < 0 || x > row[best]) {
					best = e
				}
			}
			taken[best] = true
			chosen += p[best]
			r.choice, r.weight = append(r.choice, int32(best)), append(r.weight, p[best])
		}
		for j := range s.k {
			r.weight[t*s.k+j] /= chosen
		}
		r.lse = append(r.lse, math.Log(sum))
	}
	next := int32(0)
	for e := range s.e {
		r.off[e] = next
		for i, c := range r.choice {
			if int(c) == e {
				r.slot[i] = next
				next++
			}
		}
	}
	r.off[s.e] = next
	return r
}

// near fails where numbers differ by more than some part of the largest.
func near(t *testing.T, want []float64, got []float32, tolerance float64, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	largest := 0.0
	for _, x := range want {
		largest = max(largest, math.Abs(x))
	}
	for i, x := range want {
		if !(math.Abs(x-float64(got[i])) <= tolerance*largest) {
			assert.Fail(t, "unlike the plain computation", "%s, %d: %g instead of %g, of at most %g", what, i, got[i],
				x, largest)
			return
		}
	}
}

const eps = 2e-6 // float32

// route and the three kernels that sort slots, from logits on a device.
func routeOn(d *emulated.Bench, s routed, logits []float32) (prob, lse, weight, choice, slot, off driver.Buffer) {
	slots, chunks := s.n*s.k, (s.n*s.k+1023)/1024
	prob, lse = emulated.Put(d, logits), d.Taken.Take(driver.F32, s.n)
	weight, choice = d.Taken.Take(driver.F32, slots), d.Taken.Take(driver.I32, slots)
	slot, off = d.Taken.Take(driver.I32, slots), d.Taken.Take(driver.I32, s.e+1)
	counts := d.Taken.Take(driver.I32, chunks*s.e)
	d.Run("route", driver.Over(s.n, 8), 256, 0, d.Args().Buf(prob, lse, choice, weight).Int(s.n, s.e, s.k))
	d.Run("rank", driver.Grid{chunks, 1, 1}, 256, 0, d.Args().Buf(slot, counts, choice).Int(slots, s.e))
	d.Run("bounds", driver.Grid{1, 1, 1}, 128, 0, d.Args().Buf(off, counts).Int(chunks, s.e))
	d.Run("place", driver.Over(slots, 256), 256, 0, d.Args().Buf(slot, choice, counts).Int(slots, s.e))
	return prob, lse, weight, choice, slot, off
}

func TestRoutersChooseAsThePlainOnes(t *testing.T) {
	d := emulated.Build(t).Device(t)
	for _, s := range routings {
		logits := random(rand.New(rand.NewPCG(1, 2)), s.n*s.e)
		for i := range logits {
			logits[i] = float32(math.Round(float64(logits[i])*2) / 2) // so that several are equal
		}
		want := decide(s, logits)
		require.NoError(t, d.Do(func() error {
			prob, lse, weight, choice, slot, off := routeOn(d, s, logits)
			near(t, want.prob, emulated.Get[float32](d, prob), eps, "probabilities")
			near(t, want.lse, emulated.Get[float32](d, lse), eps, "logsumexp")
			near(t, want.weight, emulated.Get[float32](d, weight), eps, "weights")
			assert.Equal(t, want.choice, emulated.Get[int32](d, choice), "%v", s)
			assert.Equal(t, want.slot, emulated.Get[int32](d, slot), "%v", s)
			assert.Equal(t, want.off, emulated.Get[int32](d, off), "%v", s)
			return nil
		}))
	}
}

// Logits that are no numbers choose experts that there are, and each once: slots are read by them.
func TestARouterOfNoNumbersChoosesExpertsThatThereAre(t *testing.T) {
	d := emulated.Build(t).Device(t)
	for _, s := range routings {
		logits := random(rand.New(rand.NewPCG(1, 2)), s.n*s.e)
		for i := range logits {
			switch i / s.e % 4 {
			case 0:
				logits[i] = float32(math.NaN())
			case 1:
				logits[i] = float32(math.Inf(1 - 2*(i%2)))
			case 2:
				logits[i] = float32(math.Inf(-1))
			}
		}
		require.NoError(t, d.Do(func() error {
			_, _, _, choice, slot, _ := routeOn(d, s, logits)
			chosen, seen := emulated.Get[int32](d, choice), map[int32]bool{}
			for _, at := range emulated.Get[int32](d, slot) {
				seen[at] = true
				assert.Less(t, int(at), s.n*s.k)
			}
			assert.Len(t, seen, s.n*s.k)
			for i := range s.n {
				of := map[int32]bool{}
				for _, e := range chosen[i*s.k : (i+1)*s.k] {
					of[e] = e >= 0 && int(e) < s.e
				}
				assert.Len(t, of, s.k)
				assert.NotContains(t, of, false)
			}
			return nil
		}))
	}
}

// Against finite differences of what the logits decide: Σ dw·weight, and both auxiliary losses.
func TestTheGradientOfARouterIsThatOfItsObjective(t *testing.T) {
	d := emulated.Build(t).Device(t)
	const aux, z = 0.3, 0.02
	for _, s := range []routed{{6, 3, 2, 0}, {5, 40, 9, 0}, {3, 1, 1, 0}} {
		r := rand.New(rand.NewPCG(3, 4))
		logits, dw := random(r, s.n*s.e), random(r, s.n*s.k)
		first := decide(s, logits)
		objective := func(x []float64) (sum float64) {
			for t := range s.n {
				total, chosen := 0.0, 0.0
				for e := range s.e {
					total += math.Exp(x[t*s.e+e])
				}
				for j := range s.k {
					chosen += math.Exp(x[t*s.e+int(first.choice[t*s.k+j])])
				}
				for j := range s.k {
					sum += float64(dw[t*s.k+j]) * math.Exp(x[t*s.e+int(first.choice[t*s.k+j])]) / chosen
				}
				for e := range s.e {
					share := float64(first.off[e+1]-first.off[e]) / float64(s.n*s.k)
					sum += aux * share * math.Exp(x[t*s.e+e]) / total
				}
				sum += z * math.Log(total) * math.Log(total)
			}
			return sum
		}
		x, want := make([]float64, len(logits)), make([]float64, len(logits))
		for i := range x {
			x[i] = float64(logits[i])
		}
		for i := range x {
			const h = 1e-5
			at := x[i]
			x[i] = at + h
			up := objective(x)
			x[i] = at - h
			want[i] = (up - objective(x)) / (2 * h)
			x[i] = at
		}
		require.NoError(t, d.Do(func() error {
			prob, lse, weight, choice, _, off := routeOn(d, s, logits)
			g := d.Taken.Take(driver.F32, s.n*s.e)
			d.Run("route_backward", driver.Over(s.n, 8), 256, 0, d.Args().
				Buf(g, emulated.Put(d, dw), prob, lse, choice, weight, off).Int(s.n, s.e, s.k).Float(aux, z))
			near(t, want, emulated.Get[float32](d, g), 2e-5, "gradient")
			return nil
		}))
	}
}

// bfloat and float are a number rounded to bf16 and back.
func bfloat(x float32) uint16 {
	u := math.Float32bits(x)
	return uint16((u + 0x7fff + u>>16&1) >> 16)
}
func float(x uint16) float32 { return math.Float32frombits(uint32(x) << 16) }

// operandRows reads rows of operands without what lies between them: exactly numbers of float32, or bits of bf16.
func operandRows(d *emulated.Bench, b driver.Buffer, rows, cols, ld int) []float32 {
	var all []float32
	if b.Kind() == driver.BF16 {
		for _, x := range emulated.Get[uint16](d, b) {
			all = append(all, float(x))
		}
	} else {
		all = emulated.Get[float32](d, b)
	}
	var out []float32
	for i := range rows {
		out = append(out, all[i*ld:][:cols]...)
	}
	return out
}

// rounds is what a kernel's operands are rounded to.
func rounds(bf16 bool, x float32) float32 {
	if bf16 {
		return float(bfloat(x))
	}
	return x
}

// each of both precisions, with what a kernel is called there and how its operands lie.
func precisions(s routed, run func(bf16 bool, suffix string, kind driver.Kind, ld int)) {
	run(false, "", driver.F32, s.d)
	run(true, "_bf16", driver.BF16, (s.d+7)/8*8)
}

func TestTokensGoToTheirSlotsAndBack(t *testing.T) {
	d := emulated.Build(t).Device(t)
	for _, s := range routings {
		precisions(s, func(bf16 bool, suffix string, kind driver.Kind, ld int) {
			r := rand.New(rand.NewPCG(5, 6))
			want := decide(s, random(r, s.n*s.e))
			x, y, base := random(r, s.n*s.d), random(r, s.n*s.k*s.d), random(r, s.n*s.d)
			weight := random(r, s.n*s.k)
			slots := s.n * s.k
			xs, plain, weighted := make([]float32, slots*s.d), make([]float64, s.n*s.d), make([]float64, s.n*s.d)
			dys, dw := make([]float32, slots*s.d), make([]float64, slots)
			for i, at := range want.slot {
				for c := range s.d {
					from, to := i/s.k*s.d+c, int(at)*s.d+c
					xs[to] = rounds(bf16, x[from])
					plain[from] += float64(y[to])
					weighted[from] += float64(weight[i]) * float64(y[to])
					dys[to] = rounds(bf16, weight[i]*x[from]) // x as the gradient of a token's row
					dw[i] += float64(x[from]) * float64(y[to])
				}
			}
			for i := range weighted {
				weighted[i] += float64(base[i])
			}
			require.NoError(t, d.Do(func() error {
				slot, in, out := emulated.Put(d, want.slot), emulated.Put(d, x), emulated.Put(d, y)
				w, b := emulated.Put(d, weight), emulated.Put(d, base)
				to, sum := d.Taken.Take(kind, slots*ld), d.Taken.Take(driver.F32, s.n*s.d)
				d.Run("dispatch"+suffix, driver.Grid{s.n, 1, 1}, 128, 0, d.Args().Buf(to, in, slot).Int(s.d, ld, s.k))
				assert.Equal(t, xs, operandRows(d, to, slots, s.d, ld), "%v", s)

				d.Run("combine", driver.Grid{s.n, 1, 1}, 128, 0,
					d.Args().Buf(sum, driver.Buffer{}, out, slot, driver.Buffer{}).Int(s.d, s.k))
				near(t, plain, emulated.Get[float32](d, sum), eps, "sum")
				d.Run("combine", driver.Grid{s.n, 1, 1}, 128, 0, d.Args().Buf(b, b, out, slot, w).Int(s.d, s.k))
				near(t, weighted, emulated.Get[float32](d, b), eps, "weighted sum in its place")

				back, dots := d.Taken.Take(kind, slots*ld), d.Taken.Take(driver.F32, slots)
				d.Run("combine_backward"+suffix, driver.Grid{s.n, 1, 1}, 128, 0,
					d.Args().Buf(back, dots, in, out, slot, w).Int(s.d, ld, s.k))
				assert.Equal(t, dys, operandRows(d, back, slots, s.d, ld), "%v", s)
				near(t, dw, emulated.Get[float32](d, dots), 5*eps, "gradients of weights")
				return nil
			}))
		})
	}
}

func TestSwigluAndItsGradient(t *testing.T) {
	d := emulated.Build(t).Device(t)
	for _, s := range []routed{{n: 3, d: 5}, {n: 7, d: 16}, {n: 2, d: 300}} {
		precisions(s, func(bf16 bool, suffix string, kind driver.Kind, ld int) {
			r := rand.New(rand.NewPCG(7, 8))
			both, dh := random(r, s.n*2*s.d), random(r, s.n*s.d)
			h, g := make([]float64, s.n*s.d), make([]float64, s.n*2*s.d)
			for i := range h {
				row, c := i/s.d, i%s.d
				x, u := float64(both[row*2*s.d+c]), float64(both[row*2*s.d+s.d+c])
				sigmoid := 1 / (1 + math.Exp(-x))
				h[i] = x * sigmoid * u
				g[row*2*s.d+s.d+c] = float64(dh[i]) * x * sigmoid
				g[row*2*s.d+c] = float64(dh[i]) * u * sigmoid * (1 + x*(1-sigmoid))
			}
			tolerance, wide, each := eps, 2*s.d, 8
			if bf16 {
				tolerance, wide = 4e-3, (2*s.d+7)/8*8
			}
			if s.d%8 != 0 {
				each = 1
			}
			require.NoError(t, d.Do(func() error {
				of, count := emulated.Put(d, both), s.n*s.d
				to, back := d.Taken.Take(kind, s.n*ld), d.Taken.Take(kind, s.n*wide)
				d.Run("swiglu"+suffix, driver.Over(count/each, 256), 256, 0,
					d.Args().Buf(to, of).Int(s.d, ld).Wide(int64(count)))
				near(t, h, operandRows(d, to, s.n, s.d, ld), tolerance, "swiglu")
				d.Run("swiglu_backward"+suffix, driver.Over(count/each, 256), 256, 0,
					d.Args().Buf(back, emulated.Put(d, dh), of).Int(s.d, wide).Wide(int64(count)))
				near(t, g, operandRows(d, back, s.n, 2*s.d, wide), tolerance, "gradient")
				if bf16 {
					rounded, copied := make([]float32, count), d.Taken.Take(kind, s.n*ld)
					for i, x := range dh {
						rounded[i] = rounds(true, x)
					}
					d.Run("round_bf16", driver.Over(count/each, 256), 256, 0,
						d.Args().Buf(copied, emulated.Put(d, dh)).Int(s.d, ld).Wide(int64(count)))
					assert.Equal(t, rounded, operandRows(d, copied, s.n, s.d, ld))
				}
				return nil
			}))
		})
	}
}

// everyBuffer runs routing there and back, and returns all bits.
func everyBuffer(t *testing.T, l *emulated.Library, s routed) (all []byte) {
	r := rand.New(rand.NewPCG(9, 10))
	logits, x, dw := random(r, s.n*s.e), random(r, s.n*s.d), random(r, s.n*s.k)
	d := l.Device(t)
	if d.Do(func() error {
		prob, lse, weight, choice, slot, off := routeOn(d, s, logits)
		g, in := d.Taken.Take(driver.F32, s.n*s.e), emulated.Put(d, x)
		d.Run("route_backward", driver.Over(s.n, 8), 256, 0, d.Args().
			Buf(g, emulated.Put(d, dw), prob, lse, choice, weight, off).Int(s.n, s.e, s.k).Float(0.1, 0.2))
		ys, back := d.Taken.Take(driver.F32, s.n*s.k*s.d), d.Taken.Take(driver.F32, s.n*s.k*s.d)
		dots := d.Taken.Take(driver.F32, s.n*s.k)
		d.Run("dispatch", driver.Grid{s.n, 1, 1}, 128, 0, d.Args().Buf(ys, in, slot).Int(s.d, s.d, s.k))
		d.Run("combine_backward", driver.Grid{s.n, 1, 1}, 128, 0,
			d.Args().Buf(back, dots, in, ys, slot, weight).Int(s.d, s.d, s.k))
		var out bytes.Buffer
		for _, b := range []driver.Buffer{prob, lse, weight, g, ys, back, dots} {
			_ = binary.Write(&out, binary.LittleEndian, emulated.Get[float32](d, b))
		}
		for _, b := range []driver.Buffer{choice, slot, off} {
			_ = binary.Write(&out, binary.LittleEndian, emulated.Get[int32](d, b))
		}
		all = out.Bytes()
		return nil
	}) != nil {
		return nil
	}
	return all
}

func TestRoutingGivesTheSameBitsInEveryOrderAndNeedsItsBarriers(t *testing.T) {
	l, s := emulated.Build(t), routed{120, 34, 9, 137}
	l.SameInEveryOrder(t, func() []byte { return everyBuffer(t, l, s) })
	l.EveryBarrierCounts(t, nil, func() []byte { return everyBuffer(t, l, s) })
}
