package cuda

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// Form says which operand of a [Product] is transposed.
type Form string

// The forms: y = x·Wᵀ, dx = dy·W, dW = dyᵀ·x.
const (
	NT Form = "nt"
	NN Form = "nn"
	TN Form = "tn"
)

var formsOf = map[Form]form{NT: nt, NN: nn, TN: tn}

// Product is one launch of products by itself, to be timed or looked at: dst (M, N), summed over K, of Groups groups
// that have M (NT, NN) or K (TN) evenly among them.
type Product struct {
	Name   string `json:"name"`
	Form   Form   `json:"form"`
	Groups int    `json:"groups"`
	M      int    `json:"m"`
	N      int    `json:"n"`
	K      int    `json:"k"`
}

// FLOPs are its operations: a multiply and an add are two.
func (x Product) FLOPs() float64 { return 2 * float64(x.M) * float64(x.N) * float64(x.K) }

// lying is a product with its operands on a device.
type lying struct {
	operands
	work
	a, b, dst matrix
	// of a and b as they lie: rows and columns
	rowsA, colsA, rowsB, colsB int
}

// lay takes memory for a product. What lies there is anything.
func (f *Factory) lay(m *driver.Memory, x Product, p Precision) *lying {
	ragged, stacked := x.M, x.Groups // rows in all groups, and matrices one a group
	l := &lying{rowsA: x.M, colsA: x.K, rowsB: stacked * x.N, colsB: x.K}
	rowsDst := x.M
	switch x.Form {
	case NN:
		l.rowsB, l.colsB = stacked*x.K, x.N
	case TN:
		ragged = x.K
		l.rowsA, l.colsA, l.rowsB, l.colsB = x.K, x.M, x.K, x.N
		rowsDst *= stacked
	}
	take := func(rows, cols int) matrix {
		return matrix{m.Take(p.kind(), rows*p.ld(cols)), p.ld(cols)}
	}
	l.a, l.b, l.dst = take(l.rowsA, l.colsA), take(l.rowsB, l.colsB), matrix{m.Take(driver.F32, rowsDst*x.N), x.N}
	l.operands = operands{a: l.a.Address(), b: l.b.Address(), dst: l.dst.Address(), split: whole,
		groups: int32(x.Groups), m: int32(x.M), n: int32(x.N), k: int32(x.K),
		lda: int32(l.a.ld), ldb: int32(l.b.ld), ldDst: int32(l.dst.ld), alpha: 1}
	if x.Groups > 1 {
		off := make([]int32, x.Groups+1)
		for e := range off {
			off[e] = int32(ragged * e / x.Groups)
		}
		to := m.Take(driver.I32, len(off))
		driver.Put(f.dev, to, off)
		l.off = to.Address()
		l.stepB, l.stepDst = int64(l.rowsB/stacked*l.b.ld), int64(x.M*x.N)
	}
	l.work = l.operands.work(formsOf[x.Form], p == BF16, f.dev.Shared)
	return l
}

func (f *Factory) launch(l *lying) {
	f.kernels.launch(l.kernel, driver.Grid{l.blocks, 1, 1}, l.threads, l.bytes,
		driver.Struct(f.dev.Args(), &l.operands))
}

// Time is how long the device takes for one of several launches of a product, one after the other.
func (f *Factory) Time(x Product, p Precision, times int) (took time.Duration, err error) {
	err = f.dev.Do(func() error {
		m := driver.NewMemory(f.dev)
		defer m.Release()
		l := f.lay(m, x, p)
		for _, of := range []matrix{l.a, l.b} {
			f.fill(of)
		}
		took = f.timed(times, func() { f.launch(l) })
		return f.dev.Err()
	})
	return took, err
}

// TimeCopy is how long a copy of so many bytes takes on the device.
func (f *Factory) TimeCopy(bytes, times int) (took time.Duration, err error) {
	err = f.dev.Do(func() error {
		m := driver.NewMemory(f.dev)
		defer m.Release()
		from, to := m.Take(driver.U8, bytes), m.Take(driver.U8, bytes)
		f.dev.Zero(from)
		took = f.timed(times, func() { f.dev.Copy(to, from) })
		return f.dev.Err()
	})
	return took, err
}

// timed is how long one of several calls takes on the device, when it is warm.
func (f *Factory) timed(times int, do func()) time.Duration {
	first, last := f.dev.Event(), f.dev.Event()
	defer first.Close()
	defer last.Close()
	do()
	first.Record()
	for range times {
		do()
	}
	last.Record()
	return last.Since(first) / time.Duration(times)
}

// Device is what the factory's learners compute on.
func (f *Factory) Device() *driver.Device { return f.dev }

// fill puts numbers around zero into a matrix: a device is faster where all are zero.
func (f *Factory) fill(m matrix) {
	const some = 1 << 16
	draws := rand.New(rand.NewPCG(1, 2))
	floats, halves := make([]float32, some), make([]uint16, some)
	for i := range floats {
		floats[i] = float32(draws.NormFloat64())
		halves[i] = rounded(floats[i])
	}
	for at := 0; at < m.Len(); at += some {
		n := min(some, m.Len()-at)
		if m.Kind() == driver.BF16 {
			driver.Put(f.dev, m.Slice(at, at+n), halves[:n])
		} else {
			driver.Put(f.dev, m.Slice(at, at+n), floats[:n])
		}
	}
}

// rounded is a number as bf16, to nearest, ties to even.
func rounded(x float32) uint16 {
	u := math.Float32bits(x)
	return uint16((u + 0x7fff + u>>16&1) >> 16)
}

// Positions is dst of a product, of one group, of which all rows of a are equal and all columns of b: all sums are of
// the same numbers, and have to be the same bits. What lies beyond the columns is not a number.
func (f *Factory) Positions(x Product, p Precision) (dst []float32, err error) {
	if x.Groups != 1 {
		return nil, fmt.Errorf("a product of %d groups; allowed is one", x.Groups)
	}
	dst = make([]float32, x.M*x.N)
	err = f.dev.Do(func() error {
		m := driver.NewMemory(f.dev)
		defer m.Release()
		l := f.lay(m, x, p)
		draws := rand.New(rand.NewPCG(uint64(x.K), 3))
		for _, o := range []struct {
			matrix
			rows, cols int
			down       bool // k runs down
		}{{l.a, l.rowsA, l.colsA, x.Form == TN}, {l.b, l.rowsB, l.colsB, x.Form != NT}} {
			same := make([]float32, x.K)
			for i := range same {
				same[i] = float32(draws.NormFloat64())
			}
			f.put(o.matrix, func(row, col int) float32 {
				switch {
				case col >= o.cols:
					return float32(math.NaN())
				case o.down:
					return same[row]
				}
				return same[col]
			})
		}
		f.launch(l)
		return driver.Get(f.dev, dst, l.dst.Buffer)
	})
	return dst, err
}

// put fills a matrix with what its rows and columns say.
func (f *Factory) put(m matrix, of func(row, col int) float32) {
	floats := make([]float32, m.Len())
	halves := make([]uint16, m.Len())
	for i := range floats {
		floats[i] = of(i/m.ld, i%m.ld)
		halves[i] = rounded(floats[i])
	}
	if m.Kind() == driver.BF16 {
		driver.Put(f.dev, m.Buffer, halves)
	} else {
		driver.Put(f.dev, m.Buffer, floats)
	}
}
