package compute_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// fused is x·y + z rounded once. In float64 the product is exact and their sum is not; rounding that to odd keeps what
// a second rounding needs to know.
func fused(x, y, z float32) float32 {
	p, q := float64(x)*float64(y), float64(z)
	s := p + q
	b := s - p
	if lost := (p - (s - b)) + (q - b); lost != 0 && math.Float64bits(s)&1 == 0 {
		if (lost > 0) == (s > 0) {
			s = math.Float64frombits(math.Float64bits(s) + 1)
		} else {
			s = math.Float64frombits(math.Float64bits(s) - 1)
		}
	}
	return float32(s)
}

// unfused is x·y + z, both rounded.
func unfused(x, y, z float32) float32 { return float32(x*y) + z }

// sample is a product of rows of larger matrices, whose other numbers are NaN: whoever reads them spoils the result.
type sample struct {
	form      compute.Form
	dst, a, b compute.Mat
	k         int
	acc       bool
}

func newSample(form compute.Form, m, n, k int, pads [3]int, acc bool, seed uint64) sample {
	mat := func(rows, cols, pad int, seed uint64) compute.Mat {
		stride := cols + pad
		data := values(rows*stride+8, seed)
		for i := range data {
			if i%stride >= cols || i >= rows*stride {
				data[i] = float32(math.NaN())
			}
		}
		return compute.Mat{Data: data[:(rows-1)*stride+cols], Rows: rows, Cols: cols, Stride: stride}
	}
	s := sample{form, mat(m, n, pads[0], seed), mat(m, k, pads[1], seed+1), mat(k, n, pads[2], seed+2), k, acc}
	switch form {
	case compute.NT:
		s.b = mat(n, k, pads[2], seed+2)
	case compute.TN:
		s.a = mat(k, m, pads[1], seed+1)
	}
	return s
}

func (s sample) String() string {
	return fmt.Sprintf("form %d, m %d, n %d, k %d, strides %d %d %d, acc %v", s.form, s.dst.Rows, s.dst.Cols, s.k,
		s.dst.Stride, s.a.Stride, s.b.Stride, s.acc)
}

// want is the whole of dst, each element summed over ascending k, from what it was if it is added to.
func (s sample) want(add func(x, y, z float32) float32) []float32 {
	out := slices.Clone(s.dst.Data[:cap(s.dst.Data)])
	aRow, aCol, bRow, bCol := s.a.Stride, 1, s.b.Stride, 1
	switch s.form {
	case compute.NT:
		bRow, bCol = 1, s.b.Stride
	case compute.TN:
		aRow, aCol = 1, s.a.Stride
	}
	for i := range s.dst.Rows {
		for j := range s.dst.Cols {
			at, sum := i*s.dst.Stride+j, float32(0)
			if s.acc {
				sum = out[at]
			}
			for p := range s.k {
				sum = add(s.a.Data[i*aRow+p*aCol], s.b.Data[p*bRow+j*bCol], sum)
			}
			out[at] = sum
		}
	}
	return out
}

// differ is the first index at which two slices have different bits, or -1.
func differ(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return i
		}
	}
	return -1
}

// ways are the two ways to add a product to a sum.
var ways = map[string]func(x, y, z float32) float32{"fused": fused, "unfused": unfused}

// check computes the sample with every kernel and the reference. Each has to give one of two results to the bit, fused
// or not, and always the same; rounds remembers which.
func (s sample) check(t *testing.T, rounds map[string]string) {
	t.Helper()
	wants := map[string][]float32{}
	want := func(how string) []float32 {
		if wants[how] == nil {
			wants[how] = s.want(ways[how])
		}
		return wants[how]
	}
	for _, e := range append(engines(), judge) {
		got := slices.Clone(s.dst.Data[:cap(s.dst.Data)])
		e.MatMul(s.form, compute.Mat{Data: got[:len(s.dst.Data)], Rows: s.dst.Rows, Cols: s.dst.Cols,
			Stride: s.dst.Stride}, s.a, s.b, s.acc)
		if rounds[e.Name()] == "" {
			for how := range ways {
				if differ(want(how), got) < 0 {
					rounds[e.Name()] = how
				}
			}
			require.NotEmpty(t, rounds[e.Name()], "%s, %s: neither fused nor unfused", e.Name(), s)
		}
		want := want(rounds[e.Name()])
		if i := differ(want, got); i >= 0 {
			t.Fatalf("%s, %s: element %d of row %d is %v, not %v", e.Name(), s, i%s.dst.Stride, i/s.dst.Stride,
				got[i], want[i])
		}
	}
}

// newRounds finds out on a long product, which no two ways of rounding agree on, how each kernel rounds.
func newRounds(t *testing.T) map[string]string {
	rounds := map[string]string{}
	newSample(compute.NN, 4, 16, 500, [3]int{}, false, 1).check(t, rounds)
	return rounds
}

var forms = []compute.Form{compute.NN, compute.NT, compute.TN}

// Main tile, edge tile, tail column, block of a large product: wherever an element lies and whichever kernel computes
// it, it is the same sum over ascending k, to the bit. Nothing beside the operands is read, nothing beside dst is
// written.
func TestEveryElementIsOneSumOverAscendingK(t *testing.T) {
	rounds := newRounds(t)
	for _, form := range forms {
		for _, acc := range []bool{false, true} {
			for _, n := range widths {
				for _, m := range []int{1, 3, 4, 5, 33} {
					for _, k := range []int{1, 2, 8, 47} {
						newSample(form, m, n, k, [3]int{3, 3, 3}, acc, 1).check(t, rounds)
					}
				}
			}
			// Blocks: more than one in depth and in height, whole and not.
			newSample(form, 131, 271, 517, [3]int{0, 5, 0}, acc, 2).check(t, rounds)
			newSample(form, 7, 512, 512, [3]int{1, 0, 0}, acc, 3).check(t, rounds)
		}
	}
}

// What NewCPU may choose rounds alike on one machine: a run does not depend on which of its kernels it met.
func TestKernelsOfOneMachineRoundAlike(t *testing.T) {
	rounds := newRounds(t)
	names := compute.Kernels()
	for _, name := range names {
		e, err := compute.NewCPUWith(name)
		require.NoError(t, err)
		if name != "scalar" || len(names) == 1 {
			assert.Equal(t, rounds[compute.NewCPU().Name()], rounds[e.Name()], name)
		}
	}
}

func FuzzEveryElementIsOneSumOverAscendingK(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 3))
		below := func(n int) int { return 1 + int(float64(n)*math.Pow(rng.Float64(), 3)) } // most are small
		pads := [3]int{rng.IntN(3) * rng.IntN(20), rng.IntN(3) * rng.IntN(20), rng.IntN(3) * rng.IntN(20)}
		newSample(forms[rng.IntN(3)], below(150), below(150), below(300), pads, rng.IntN(2) == 0, seed).check(t,
			newRounds(t))
	})
}

// Equal columns and equal rows of the operands give equal bits in every column and row of the product, wherever they
// lie: on this the exactness of the symmetry lock rests.
func TestEqualOperandsGiveEqualBitsWhereverTheyLie(t *testing.T) {
	for _, eng := range engines() {
		for _, n := range widths {
			for _, form := range forms {
				s := newSample(form, 9, n, 29, [3]int{}, false, 4)
				equal := func(m compute.Mat, sums func(i, j int) int) {
					line := values(29, uint64(m.Rows))
					for i := range m.Rows {
						for j := range m.Cols {
							m.Data[i*m.Stride+j] = line[sums(i, j)]
						}
					}
				}
				equal(s.a, func(i, j int) int {
					if form == compute.TN {
						return i
					}
					return j
				})
				equal(s.b, func(i, j int) int {
					if form == compute.NT {
						return j
					}
					return i
				})
				eng.MatMul(form, s.dst, s.a, s.b, false)
				for i, x := range s.dst.Data {
					require.Equal(t, math.Float32bits(s.dst.Data[0]), math.Float32bits(x), "%s, %s: element %d",
						eng.Name(), s, i)
				}
			}
		}
	}
}

func TestProductsOfNothing(t *testing.T) {
	for _, e := range append(engines(), judge) {
		for _, form := range forms {
			e.MatMul(form, compute.M(nil, 0, 3), compute.M(nil, 0, 2), compute.M(values(6, 1), 2, 3), false)
			for _, acc := range []bool{false, true} {
				out, want := values(6, 1), values(6, 1)
				a, b := compute.M(nil, 2, 0), compute.M(nil, 0, 3)
				switch form {
				case compute.NT:
					b = compute.M(nil, 3, 0)
				case compute.TN:
					a = compute.M(nil, 0, 2)
				}
				e.MatMul(form, compute.M(out, 2, 3), a, b, acc)
				if !acc {
					want = make([]float32, 6)
				}
				assert.Equal(t, want, out, "%s form %d acc %v", e.Name(), form, acc)
			}
		}
	}
}

func TestProductsAllocateNothingOnceTheirMemoryHasGrown(t *testing.T) {
	for _, e := range engines() {
		for _, form := range forms {
			for _, s := range []sample{newSample(form, 37, 47, 24, [3]int{}, true, 1),
				newSample(form, 130, 300, 500, [3]int{}, false, 1)} {
				allocations := testing.AllocsPerRun(3, func() { e.MatMul(form, s.dst, s.a, s.b, s.acc) })
				assert.Zero(t, allocations, "%s, %s", e.Name(), s)
			}
		}
	}
}

func TestAKernelThatThisMachineLacksIsNamedWithThoseThatItHas(t *testing.T) {
	_, err := compute.NewCPUWith("abacus")
	require.ErrorContains(t, err, `no kernel "abacus"`)
	require.ErrorContains(t, err, compute.Kernels()[0])
}
