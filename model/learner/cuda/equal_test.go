//go:build linux && amd64

package cuda_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

// twins repeats rows of cols numbers: each row's second half is its first, and the last row is row 0.
func twins(x []float32, rows, cols int) []float32 {
	for i := range rows {
		row := x[i*cols : (i+1)*cols]
		copy(row[cols/2:], row[:cols/2])
	}
	copy(x[(rows-1)*cols:rows*cols], x[:cols])
	return x
}

// assertTwins fails where numbers are not such.
func assertTwins(t *testing.T, x []float32, rows, cols int, what string) {
	t.Helper()
	for i := range rows {
		row := x[i*cols : (i+1)*cols]
		assert.Equal(t, row[:cols/2], row[cols/2:], "%s, columns of row %d of %d", what, i, cols)
	}
	assert.Equal(t, x[:cols], x[(rows-1)*cols:rows*cols], "%s, rows of %d", what, cols)
}

// Vectors of columns, single ones, and rows in other warps and blocks.
func TestEqualTokensAndColumnsBetweenRoutersAndExpertsGetEqualBits(t *testing.T) {
	d := emulated.Build(t).Device(t)
	for _, s := range []routed{{11, 5, 3, 80}, {11, 5, 3, 26}} {
		precisions(s, func(bf16 bool, suffix string, kind driver.Kind, ld int) {
			r := rand.New(rand.NewPCG(1, 2))
			logits, slots := random(r, s.n*s.e), s.n*s.k
			copy(logits[(s.n-1)*s.e:], logits[:s.e])
			x, y, weight := twins(random(r, s.n*s.d), s.n, s.d), make([]float32, slots*s.d), random(r, s.n*s.k)
			copy(weight[(s.n-1)*s.k:], weight[:s.k])
			plan := decide(s, logits)
			rows := random(r, s.e*s.d) // what an expert gives, the same for all
			for i, at := range plan.slot {
				copy(y[int(at)*s.d:][:s.d], twins(rows[int(plan.choice[i])*s.d:][:s.d], 1, s.d))
			}
			require.NoError(t, d.Do(func() error {
				prob, _, w, _, slot, _ := routeOn(d, s, logits)
				p, chosen := emulated.Get[float32](d, prob), emulated.Get[float32](d, w)
				assert.Equal(t, p[:s.e], p[(s.n-1)*s.e:])
				assert.Equal(t, chosen[:s.k], chosen[(s.n-1)*s.k:])

				in, out := emulated.Put(d, x), emulated.Put(d, y)
				sum, back := d.Taken.Take(driver.F32, s.n*s.d), d.Taken.Take(kind, slots*ld)
				dots := d.Taken.Take(driver.F32, slots)
				d.Run("combine", driver.Grid{s.n, 1, 1}, 128, 0,
					d.Args().Buf(sum, in, out, slot, emulated.Put(d, weight)).Int(s.d, s.k))
				assertTwins(t, emulated.Get[float32](d, sum), s.n, s.d, "combine")
				d.Run("combine_backward"+suffix, driver.Grid{s.n, 1, 1}, 128, 0,
					d.Args().Buf(back, dots, in, out, slot, emulated.Put(d, weight)).Int(s.d, ld, s.k))
				dw, rows := emulated.Get[float32](d, dots), operandRows(d, back, slots, s.d, ld)
				assert.Equal(t, dw[:s.k], dw[(s.n-1)*s.k:])
				for j := range s.k {
					one, other := int(plan.slot[j]), int(plan.slot[(s.n-1)*s.k+j])
					assert.Equal(t, rows[one*s.d:][:s.d], rows[other*s.d:][:s.d])
					assert.Equal(t, rows[one*s.d:][:s.d/2], rows[one*s.d+s.d/2:][:s.d/2])
				}

				// As many columns of gate and of up: twins of both are twins of what comes of them.
				gated, count, each := random(r, s.n*2*s.d), s.n*s.d, 8
				for i := range 2 * s.n {
					twins(gated[i*s.d:], 1, s.d)
				}
				copy(gated[(s.n-1)*2*s.d:], gated[:2*s.d])
				if s.d%8 != 0 {
					each = 1
				}
				h, wide := d.Taken.Take(kind, s.n*ld), (2*s.d+7)/8*8
				dgated := d.Taken.Take(kind, s.n*wide)
				both := emulated.Put(d, gated)
				d.Run("swiglu"+suffix, driver.Over(count/each, 256), 256, 0,
					d.Args().Buf(h, both).Int(s.d, ld).Wide(int64(count)))
				assertTwins(t, operandRows(d, h, s.n, s.d, ld), s.n, s.d, "swiglu")
				d.Run("swiglu_backward"+suffix, driver.Over(count/each, 256), 256, 0,
					d.Args().Buf(dgated, in, both).Int(s.d, wide).Wide(int64(count)))
				assertTwins(t, operandRows(d, dgated, s.n, s.d, wide), s.n, s.d, "gradient of the gate")
				assertTwins(t, operandRows(d, dgated.From(s.d), s.n, s.d, wide), s.n, s.d, "gradient of up")
				return nil
			}))
		})
	}
}

func TestEqualRowsAndColumnsOfLogitsAndOfTheEmbeddingGetEqualBits(t *testing.T) {
	d := emulated.Build(t).Device(t)
	for _, s := range []routed{{n: 3, d: 9004}, {n: 3, d: 1600}} {
		precisions(s, func(bf16 bool, suffix string, kind driver.Kind, ld int) {
			r := rand.New(rand.NewPCG(3, 4))
			logits := twins(random(r, s.n*s.d), s.n, s.d)
			require.NoError(t, d.Do(func() error {
				loss, to := d.Taken.Take(driver.F32, s.n), d.Taken.Take(kind, s.n*ld)
				d.Run("cross_entropy"+suffix, driver.Grid{s.n, 1, 1}, 512, 0, d.Args().
					Buf(loss, to, emulated.Put(d, logits), emulated.Put(d, []int32{7, -1, 7})).
					Int(s.d, ld).Float(1.5, 2))
				lost, g := emulated.Get[float32](d, loss), operandRows(d, to, s.n, s.d, ld)
				assert.Equal(t, lost[0], lost[2])
				assert.Equal(t, g[:s.d], g[2*s.d:])
				g[7], g[s.d/2+7] = 0, 0 // the label's is not that of its twin
				assert.Equal(t, g[:s.d/2], g[s.d/2:s.d])
				return nil
			}))
		})
		r := rand.New(rand.NewPCG(5, 6))
		table, src := make([]float32, 2*s.d), twins(random(r, s.n*s.d), s.n, s.d)
		require.NoError(t, d.Do(func() error {
			w, across := emulated.Put(d, table), (s.d+255)/256
			d.Run("scatter", driver.Grid{2, across, 1}, 64, 0, d.Args().
				Buf(w, emulated.Put(d, src), emulated.Put(d, []int32{0, 1, 1}), emulated.Put(d, []int32{0, 1, 2}),
					emulated.Put(d, []int32{0, 1, 3})).Int(s.d))
			got := emulated.Get[float32](d, w)
			for i := range 2 {
				assert.Equal(t, got[i*s.d:][:s.d/2], got[i*s.d+s.d/2:][:s.d/2])
			}
			return nil
		}))
	}
}
