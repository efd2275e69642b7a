package cuda

import (
	"time"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// Attention is the attention of one layer by itself, to be timed: causal, of Batch sequences of Seq tokens.
type Attention struct{ Batch, Seq, Heads, KVHeads, HeadDim int }

// FLOPs are the operations that the forward needs, a multiply and an add are two: scores and sums of values over what
// causality lets through. The backward needs two and a half times as many; what it makes again does not count.
func (x Attention) FLOPs() float64 {
	return 2 * float64(x.Batch*x.Heads*x.HeadDim) * float64(x.Seq) * float64(x.Seq+1)
}

// TimeAttention is how long the device takes for one of several forwards, and for one of as many backwards.
func (f *Factory) TimeAttention(x Attention, p Precision, times int) (forward, backward time.Duration, err error) {
	err = f.dev.Do(func() error {
		m := driver.NewMemory(f.dev)
		defer m.Release()
		s := attended{x.Batch, x.Seq, x.Heads, x.KVHeads, x.HeadDim}
		n, a, b := x.Batch*x.Seq, x.Heads*x.HeadDim, x.KVHeads*x.HeadDim
		room := func(cols int) matrix { return matrix{m.Take(p.kind(), n*p.ld(cols)), p.ld(cols)} }
		floats := func(cols int) driver.Buffer { return m.Take(driver.F32, n*cols) }
		qkv, out, dout, dqkv := room(a+2*b), room(a), room(a), room(a+2*b)
		lse, delta, dqk := floats(x.Heads), floats(x.Heads), floats(a+b)
		f.fill(qkv)
		f.fill(dout)
		forward = f.timed(times, func() { f.kernels.attend(p, out, lse, qkv, s) })
		backward = f.timed(times, func() { f.kernels.attendBackward(p, dqk, delta, dqkv, dout, out, lse, qkv, s) })
		return f.dev.Err()
	})
	return forward, backward, err
}
