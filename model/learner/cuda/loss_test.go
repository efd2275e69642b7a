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

func TestCrossEntropyAndItsGradient(t *testing.T) {
	d := emulated.Build(t).Device(t)
	const mult, scale = 0.7, 0.25
	for _, s := range []routed{{n: 3, d: 7}, {n: 4, d: 1000}, {n: 2, d: 5003}} {
		precisions(s, func(bf16 bool, suffix string, kind driver.Kind, ld int) {
			logits := random(rand.New(rand.NewPCG(1, 2)), s.n*s.d)
			labels := make([]int32, s.n)
			want, g := make([]float64, s.n), make([]float64, s.n*s.d)
			for i := range labels {
				if labels[i] = int32(i*31+5) % int32(s.d); i == 1 {
					labels[i] = -100
				}
				for j := range s.d { // of all sizes, and the largest in the middle
					logits[i*s.d+j] *= 20
				}
				logits[i*s.d+s.d/2] = 90
				top, sum := mult*90.0, 0.0
				for _, x := range logits[i*s.d : (i+1)*s.d] {
					sum += math.Exp(mult*float64(x) - top)
				}
				if labels[i] < 0 {
					continue
				}
				want[i] = math.Log(sum) + top - mult*float64(logits[i*s.d+int(labels[i])])
				for j := range s.d {
					g[i*s.d+j] = scale * mult * math.Exp(mult*float64(logits[i*s.d+j])-top) / sum
				}
				g[i*s.d+int(labels[i])] -= scale * mult
			}
			tolerance := eps
			if bf16 {
				tolerance = 4e-3
			}
			require.NoError(t, d.Do(func() error {
				x, y, loss := emulated.Put(d, logits), emulated.Put(d, labels), d.Taken.Take(driver.F32, s.n)
				run := func(to driver.Buffer) {
					d.Run("cross_entropy"+suffix, driver.Grid{s.n, 1, 1}, 512, 0,
						d.Args().Buf(loss, to, x, y).Int(s.d, ld).Float(mult, scale))
					near(t, want, emulated.Get[float32](d, loss), eps, "loss")
				}
				run(driver.Buffer{})
				to := d.Taken.Take(kind, s.n*ld)
				if !bf16 {
					to = x // in its place
				}
				run(to)
				near(t, g, operandRows(d, to, s.n, s.d, ld), tolerance, "gradient")
				return nil
			}))
		})
	}
}

// Infinities and what is no number: a loss is finite where the sum is, whatever lies beside the label.
func TestALossOfNoNumbersIsNone(t *testing.T) {
	d := emulated.Build(t).Device(t)
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, test := range []struct {
		odd    float32
		at     int // where it stands
		finite bool
	}{{-inf, 0, true}, {-inf, 900, true}, {nan, 0, false}, {nan, 900, false}, {inf, 3, false}} {
		logits := random(rand.New(rand.NewPCG(1, 2)), 1000)
		logits[test.at] = test.odd
		require.NoError(t, d.Do(func() error {
			loss := d.Taken.Take(driver.F32, 1)
			d.Run("cross_entropy", driver.Grid{1, 1, 1}, 512, 0, d.Args().
				Buf(loss, driver.Buffer{}, emulated.Put(d, logits), emulated.Put(d, []int32{77})).Int(1000, 1000).
				Float(1, 0))
			got := float64(emulated.Get[float32](d, loss)[0])
			assert.Equal(t, test.finite, !math.IsNaN(got) && !math.IsInf(got, 0), "%v: %g", test, got)
			return nil
		}))
	}
}

func TestRowsOfTheEmbeddingAndTheirGradients(t *testing.T) {
	d := emulated.Build(t).Device(t)
	const vocab = 11
	for _, s := range []routed{{n: 40, d: 3}, {n: 40, d: 70}, {n: 30, d: 260}, {n: 1, d: 8}} {
		r := rand.New(rand.NewPCG(1, 2))
		table, src := random(r, vocab*s.d), random(r, s.n*s.d)
		ids, rows, want := make([]int32, s.n), make([]float32, 0, s.n*s.d), make([]float64, vocab*s.d)
		for i, x := range table {
			want[i] = float64(x)
		}
		var order, begin []int32
		for t := range ids {
			if ids[t] = int32(r.IntN(vocab)); r.IntN(2) > 0 {
				ids[t] = 3 // which comes often
			}
			rows = append(rows, table[int(ids[t])*s.d:][:s.d]...)
			for c := range s.d {
				want[int(ids[t])*s.d+c] += float64(src[t*s.d+c])
			}
		}
		for id := range int32(vocab) {
			first := len(order)
			for t, x := range ids {
				if x == id {
					order = append(order, int32(t))
				}
			}
			if len(order) > first {
				begin = append(begin, int32(first))
			}
		}
		symbols := len(begin)
		begin = append(begin, int32(s.n))
		across := (s.d + 63) / 64
		if s.d%4 == 0 {
			across = (s.d + 255) / 256
		}
		require.NoError(t, d.Do(func() error {
			w, of := emulated.Put(d, table), emulated.Put(d, ids)
			to := d.Taken.Take(driver.F32, s.n*s.d)
			d.Run("gather", driver.Grid{s.n, 1, 1}, 128, 0, d.Args().Buf(to, w, of).Int(s.d))
			assert.Equal(t, rows, emulated.Get[float32](d, to))
			d.Run("scatter", driver.Grid{symbols, across, 1}, 64, 0, d.Args().
				Buf(w, emulated.Put(d, src), of, emulated.Put(d, order), emulated.Put(d, begin)).Int(s.d))
			near(t, want, emulated.Get[float32](d, w), eps, "gradients")
			return nil
		}))
	}
}

func TestCrossEntropyGivesTheSameBitsInEveryOrderAndNeedsItsBarrier(t *testing.T) {
	l := emulated.Build(t)
	run := func() (all []byte) {
		const rows, vocab = 2, 4000
		logits := random(rand.New(rand.NewPCG(1, 2)), rows*vocab)
		d := l.Device(t)
		if d.Do(func() error {
			x, loss := emulated.Put(d, logits), d.Taken.Take(driver.F32, rows)
			d.Run("cross_entropy", driver.Grid{rows, 1, 1}, 512, 0,
				d.Args().Buf(loss, x, x, emulated.Put(d, []int32{5, 3999})).Int(vocab, vocab).Float(1, 1))
			var out bytes.Buffer
			_ = binary.Write(&out, binary.LittleEndian, emulated.Get[float32](d, loss))
			_ = binary.Write(&out, binary.LittleEndian, emulated.Get[float32](d, x))
			all = out.Bytes()
			return nil
		}) != nil {
			return nil
		}
		return all
	}
	l.SameInEveryOrder(t, run)
	l.EveryBarrierCounts(t, nil, run)
}
