//go:build linux && amd64

package cuda

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

var tiles = map[string]*productTile{
	"float32": &exactTile, "float32 deep": &deepTile, "bf16 small": &smallTile, "bf16 large": &largeTile,
}

// everyProduct runs a test for every form and tile.
func everyProduct(t *testing.T, run func(*testing.T, *emulated.Library, *emulated.Bench, *productTile, form)) {
	l := emulated.Build(t)
	d := l.Device(t)
	for name, x := range tiles {
		for f := range forms {
			if x.kernels[f] == "" {
				continue
			}
			t.Run(fmt.Sprint(name, " ", [forms]string{"NT", "NN", "TN"}[f]), func(t *testing.T) { run(t, l, d, x, f) })
		}
	}
}

func TestProductsOfAnyWidthAreTheSumsThatTheyShallBe(t *testing.T) {
	everyProduct(t, func(t *testing.T, _ *emulated.Library, d *emulated.Bench, x *productTile, f form) {
		for i, s := range [][3]int{
			{1, 1, 1}, {5, 8, 63}, {8, 5, 0}, {63, 65, 129}, {64, 64, 64}, {65, 127, 5}, {127, 128, 8}, {128, 129, 65},
			{129, 63, 200}, {130, 260, 16}, {1, 257, 127}, {257, 1, 128},
		} {
			p := plain(x, f, s[0], s[1], s[2])
			p.seed = uint64(i)
			q := p.problem()
			dst, dst16 := q.run(t, d)
			q.check(t, dst, dst16)
		}
	})
}

func TestGroupsHaveTheirOwnRows(t *testing.T) {
	everyProduct(t, func(t *testing.T, _ *emulated.Library, d *emulated.Bench, x *productTile, f form) {
		for _, bounds := range [][]int{
			{0, 0, 130, 131, 131, 200, 200}, {0, 0, 0, 257}, {0, 140, 140}, {0, 0, 0}, {0, 64, 128, 192, 256},
			{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		} {
			p := plain(x, f, 37, 70, 24)
			p.bounds = bounds
			rows := bounds[len(bounds)-1]
			if f == tn {
				p.k = rows
			} else {
				p.m = rows
			}
			q := p.problem()
			dst, dst16 := q.run(t, d)
			q.check(t, dst, dst16)
		}
	})
}

func TestABatchHasMatricesOneAfterTheOther(t *testing.T) {
	everyProduct(t, func(t *testing.T, _ *emulated.Library, d *emulated.Bench, x *productTile, f form) {
		p := plain(x, f, 70, 140, 40)
		p.groups = 3
		q := p.problem()
		dst, dst16 := q.run(t, d)
		q.check(t, dst, dst16)
	})
}

func TestAWeightMayHaveTwoParts(t *testing.T) {
	everyProduct(t, func(t *testing.T, _ *emulated.Library, d *emulated.Bench, x *productTile, f form) {
		for _, split := range []int{1, 50, 64, 137} {
			p := plain(x, f, 140, 138, 139)
			p.split = split
			if f == nt {
				p.bounds = []int{0, 40, 140}
			}
			if f == tn {
				p.outs, p.add, p.beta = 1, true, 1
			}
			q := p.problem()
			dst, dst16 := q.run(t, d)
			q.check(t, dst, dst16)
		}
	})
}

func TestWhatIsWrittenMayBeScaledAndAddedTo(t *testing.T) {
	everyProduct(t, func(t *testing.T, _ *emulated.Library, d *emulated.Bench, x *productTile, f form) {
		for outs := 1; outs <= 3; outs++ {
			for _, added := range []bool{false, true} {
				for i, n := range []int{64, 67, 64} {
					p := plain(x, f, 66, n, 20)
					p.offset = i / 2 // no four neighbours of the last lie as a vector does
					p.outs, p.add, p.alpha, p.beta = outs, added, -0.5, 3.4445
					q := p.problem()
					dst, dst16 := q.run(t, d)
					q.check(t, dst, dst16)
				}
			}
		}
	})
}

// shuffled is a problem of which both operands have the same few rows, or columns, in many places.
func shuffled(x *productTile, f form) *problem {
	q := plain(x, f, 260, 390, 100).problem()
	row := func(a *array, i, kind int, k bool) {
		for c := range q.k {
			if k {
				a.data[a.at(0, c, i)] = a.data[a.at(0, c, kind)]
			} else {
				a.data[a.at(0, i, c)] = a.data[a.at(0, kind, c)]
			}
		}
	}
	for i := range q.m {
		row(q.a, i, i%kinds, f == tn)
	}
	for i := range q.n {
		row(q.b, i, i%kinds, f != nt)
	}
	return q
}

const kinds = 3 // of rows; no tile or fragment is a multiple of it

func TestEqualRowsAndColumnsHaveEqualBitsWhereverTheyLie(t *testing.T) {
	everyProduct(t, func(t *testing.T, _ *emulated.Library, d *emulated.Bench, x *productTile, f form) {
		q := shuffled(x, f)
		dst, dst16 := q.run(t, d)
		for i := range q.m {
			for j := range q.n {
				first, here := q.dst.at(0, i%kinds, j%kinds), q.dst.at(0, i, j)
				if math.Float32bits(dst[first]) != math.Float32bits(dst[here]) {
					t.Fatalf("(%d, %d) is not (%d, %d)", i, j, i%kinds, j%kinds)
				}
				first, here = q.dst16.at(0, i%kinds, j%kinds), q.dst16.at(0, i, j)
				if dst16[first] != dst16[here] {
					t.Fatalf("(%d, %d) is not (%d, %d) in bf16", i, j, i%kinds, j%kinds)
				}
			}
		}
	})
}

func TestNoBitDependsOnTheTileNorOnTheGroupsBesideIt(t *testing.T) {
	d := emulated.Build(t).Device(t)
	for f := range forms {
		a, _ := plain(&smallTile, f, 150, 300, 90).problem().run(t, d)
		b, _ := plain(&largeTile, f, 150, 300, 90).problem().run(t, d)
		assert.True(t, sameBits(a, b), "form %d", f)
	}
	for name, x := range tiles {
		if x.kernels[nt] == "" {
			continue
		}
		p := plain(x, nt, 150, 60, 90)
		whole, _ := p.problem().run(t, d)
		p.bounds = []int{0, 150}
		one, _ := p.problem().run(t, d)
		assert.True(t, sameBits(whole, one), name)
		p.bounds = []int{0, 77, 150}
		q := p.problem()
		copy(q.b.data[q.b.step:], q.b.data[:q.b.step]) // both groups have the weight of the first
		p.bounds = nil
		r := p.problem()
		copy(r.b.data, q.b.data)
		copy(r.a.data, q.a.data)
		copy(r.dst.data, q.dst.data)
		two, _ := q.run(t, d)
		whole, _ = r.run(t, d)
		assert.True(t, sameBits(whole, two), name)
	}
}

func TestTheOrderOfThreadsDecidesNothing(t *testing.T) {
	everyProduct(t, func(t *testing.T, l *emulated.Library, d *emulated.Bench, x *productTile, f form) {
		l.SameInEveryOrder(t, func() []byte {
			dst, _ := deep(x, f).run(t, d)
			return fmt.Append(nil, dst)
		})
	})
}

// deep has more of k than the ring holds, and where rows are divided, a group to find.
func deep(x *productTile, f form) *problem {
	p := plain(x, f, 130, 140, 300)
	if f == nt {
		p.bounds = []int{0, 3, 130}
	}
	return p.problem()
}

func TestEveryBarrierOfAProductIsNeeded(t *testing.T) {
	l := emulated.Build(t)
	for name, x := range tiles {
		t.Run(name, func(t *testing.T) {
			f := nt
			if x.kernels[f] == "" {
				f = tn
			}
			l.EveryBarrierCounts(t, nil, func() []byte {
				dst, _, err := deep(x, f).try(l.Device(t))
				if err != nil {
					return nil
				}
				return fmt.Append(nil, dst)
			})
		})
	}
}

func TestTheTileFollowsTheShape(t *testing.T) {
	for _, x := range []struct {
		form    form
		bf16    bool
		m, n, k int32
		kernel  string
		blocks  int
	}{
		{nt, true, 8192, 2304, 1024, "product_nt_bf16_256", 64 * 9},
		{nt, true, 8192, 128, 1024, "product_nt_bf16_128", 64},
		{nn, true, 8192, 640, 1024, "product_nn_bf16_128", 64 * 5},
		{nn, true, manyLogits / 50304, 1024, 50304, "product_nn_bf16_128", 32 * 8},
		{tn, true, 1024, 1536, 8192, "product_tn_bf16_128", 8 * 12}, // the large one would leave most processors idle
		{nt, false, 8192, 64, 1024, "product_nt", 128},
		{tn, false, 64, 1024, 8192, "product_tn_deep", 2 * 32},
		{tn, false, 64, 1024, 512, "product_tn", 16},
		{tn, false, 50304, 1024, 8192, "product_tn", 786 * 16},
	} {
		o := operands{groups: 1, m: x.m, n: x.n, k: x.k}
		w := o.work(x.form, x.bf16, 163<<10)
		assert.Equal(t, x.kernel, w.kernel)
		assert.Equal(t, x.blocks, w.blocks, x.kernel)
	}
}

// GPUs with less than a server's let a block have 99 KiB: a product that would have large tiles has small ones there.
func TestAProductFitsTheSharedMemoryOfEveryGPU(t *testing.T) {
	l := emulated.Build(t)
	l.Shared(99 << 10)
	d := l.Device(t)
	k := &kernels{dev: d.Device, found: map[string]*driver.Kernel{}}
	o := operands{split: whole, groups: 1, m: 8, n: 256 * processors, k: 8, lda: 8, ldb: 8, ldDst16: 256 * processors,
		alpha: 1}
	assert.Equal(t, "product_nt_bf16_256", o.work(nt, true, 163<<10).kernel)
	ones := func(n int32) []uint16 {
		x := make([]uint16, n)
		for i := range x {
			x[i] = rounded(1)
		}
		return x
	}
	require.NoError(t, d.Do(func() (err error) {
		if k.module, err = d.Load([]byte("emulated")); err != nil {
			return err
		}
		dst := emulated.Put(d, make([]uint16, o.m*o.n))
		o.a, o.b = emulated.Put(d, ones(o.m*o.k)).Address(), emulated.Put(d, ones(o.n*o.k)).Address()
		o.dst16 = dst.Address()
		k.multiply(&o, nt, BF16)
		for _, x := range emulated.Get[uint16](d, dst) {
			if x != rounded(8) {
				return fmt.Errorf("a sum of eight ones is %#x", x)
			}
		}
		return nil
	}))
	assert.Equal(t, 1, l.Launches("product_nt_bf16_128"))
}
