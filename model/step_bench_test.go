package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// timed is an engine that notes how long every kind of operation took in a step, and in the fastest: on a busy machine
// only that says what the code costs.
type timed struct {
	compute.Engine
	spent, best map[string]time.Duration
}

// step times one step.
func (e *timed) step(f func()) {
	clear(e.spent)
	begin := time.Now()
	f()
	e.since("step", begin)
	for op, d := range e.spent {
		if b, ok := e.best[op]; !ok || d < b {
			e.best[op] = d
		}
	}
}

func (e *timed) since(op string, begin time.Time) { e.spent[op] += time.Since(begin) }

func (e *timed) MatMul(form compute.Form, dst, a, b compute.Mat, acc bool) {
	defer e.since("products", time.Now())
	e.Engine.MatMul(form, dst, a, b, acc)
}

func (e *timed) GroupedMatMul(form compute.Form, dst, a, b compute.Mat, off []int, acc bool) {
	defer e.since("products", time.Now())
	e.Engine.GroupedMatMul(form, dst, a, b, off, acc)
}

func (e *timed) RMSNorm(y, inv, x, gain []float32, eps float32) {
	defer e.since("norm", time.Now())
	e.Engine.RMSNorm(y, inv, x, gain, eps)
}

func (e *timed) RMSNormBackward(dx, dgain, dy, x, gain, inv []float32, acc bool) {
	defer e.since("norm-back", time.Now())
	e.Engine.RMSNormBackward(dx, dgain, dy, x, gain, inv, acc)
}

func (e *timed) Attention(out compute.Mat, probs []float32, q, k, v compute.Mat, s compute.AttnShape) {
	defer e.since("attend", time.Now())
	e.Engine.Attention(out, probs, q, k, v, s)
}

func (e *timed) AttentionBackward(dq, dk, dv, dout compute.Mat, probs []float32, q, k, v compute.Mat,
	s compute.AttnShape) {
	defer e.since("attend-back", time.Now())
	e.Engine.AttentionBackward(dq, dk, dv, dout, probs, q, k, v, s)
}

func (e *timed) Route(r compute.Routing, logits compute.Mat) {
	defer e.since("route", time.Now())
	e.Engine.Route(r, logits)
}

func (e *timed) RouteBackward(dlogits, dw compute.Mat, r compute.Routing, dp []float32, z float32) {
	defer e.since("route", time.Now())
	e.Engine.RouteBackward(dlogits, dw, r, dp, z)
}

func (e *timed) Dispatch(dst, src compute.Mat, s compute.Permutation) {
	defer e.since("combine", time.Now())
	e.Engine.Dispatch(dst, src, s)
}

func (e *timed) Combine(dst, src compute.Mat, s compute.Permutation, weight compute.Mat, acc bool) {
	defer e.since("combine", time.Now())
	e.Engine.Combine(dst, src, s, weight, acc)
}

func (e *timed) CombineBackward(dsrc, dw, ddst, src compute.Mat, s compute.Permutation, weight compute.Mat) {
	defer e.since("combine", time.Now())
	e.Engine.CombineBackward(dsrc, dw, ddst, src, s, weight)
}

func (e *timed) SwiGLU(h, gate, up []float32) {
	defer e.since("swiglu", time.Now())
	e.Engine.SwiGLU(h, gate, up)
}

func (e *timed) SwiGLUBackward(dgate, dup, dh, gate, up []float32) {
	defer e.since("swiglu", time.Now())
	e.Engine.SwiGLUBackward(dgate, dup, dh, gate, up)
}

func (e *timed) Gather(dst, src []float32, rows []int32, cols int) {
	defer e.since("embed", time.Now())
	e.Engine.Gather(dst, src, rows, cols)
}

func (e *timed) ScatterAdd(dst, src []float32, rows []int32, cols int) {
	defer e.since("embed", time.Now())
	e.Engine.ScatterAdd(dst, src, rows, cols)
}

func (e *timed) CrossEntropy(total float64, dlogits, logits []float32, labels []int32, cols int,
	scale float32) float64 {
	defer e.since("loss", time.Now())
	return e.Engine.CrossEntropy(total, dlogits, logits, labels, cols, scale)
}

func (e *timed) Axpby(y []float32, a float32, x []float32, b float32) {
	defer e.since("axpby", time.Now())
	e.Engine.Axpby(y, a, x, b)
}

func (e *timed) AdamW(p, g, m, v, rate []float32, s compute.AdamW) {
	defer e.since("update", time.Now())
	e.Engine.AdamW(p, g, m, v, rate, s)
}

func (e *timed) UpdateWeights(p, u, rate []float32, decay, scale float32) {
	defer e.since("update", time.Now())
	e.Engine.UpdateWeights(p, u, rate, decay, scale)
}

// The two networks that the speed of a step is stated for: the default experiment's after Inner 2x, and a large one.
var stepShapes = []struct {
	name       string
	c          model.Config
	batch, seq int
}{
	{"default", shape(47, 32, 2, 4, 2, 8, 4, 32), 8, 64},
	{"d512", shape(47, 512, 2, 8, 4, 64, 8, 512), 8, 256},
}

func shape(vocab, d, layers, heads, kv, headDim, experts, f int) model.Config {
	return model.Config{
		Vocab: vocab, Hidden: d, Layers: layers, Heads: heads, KVHeads: kv, HeadDim: headDim, Experts: experts,
		TopK: 2, Inner: f,
		NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1,
	}
}

// stepper prepares a network that was widened once on the inner axis, and its training update.
func stepper(eng compute.Engine, c model.Config, batch, seq int, kind optim.Kind) (*model.Net, func()) {
	small := c
	small.Inner /= 2
	growth := model.NewGrowth(small).Widen(c)
	rng := rand.New(rand.NewPCG(1, 2))
	ids, labels := make([]int32, batch*seq), make([]int32, batch*seq)
	w := model.Init(c, 1)
	net := model.NewNet(eng, w, batch, seq)
	opt := optim.New(optim.Config{Kind: kind, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95},
		eng, growth,
		model.NewValues(w.Table), model.NewValues(w.Table), 0)
	rates := []float64{1e-4, 1.3e-4}
	return net, func() {
		for i := range ids {
			ids[i], labels[i] = rng.Int32N(int32(c.Vocab)), rng.Int32N(int32(c.Vocab))
		}
		net.Forward(ids)
		net.Backward(labels)
		opt.Step(net.Weights, net.Grads, rates)
	}
}

// BenchmarkStep is one whole training update on random symbols, and what each kind of operation takes of it, both in
// the fastest step.
func BenchmarkStep(b *testing.B) {
	for _, s := range stepShapes {
		for _, kind := range []optim.Kind{optim.AdamW, optim.Muon} {
			b.Run(fmt.Sprintf("%s/%s", s.name, kind), func(b *testing.B) {
				eng := &timed{compute.NewCPU(), map[string]time.Duration{}, map[string]time.Duration{}}
				_, step := stepper(eng, s.c, s.batch, s.seq, kind)
				step()
				for b.Loop() {
					eng.step(step)
				}
				b.ReportMetric(model.Count(s.c, s.batch, s.seq).FLOPs/eng.best["step"].Seconds()/1e9, "GFLOP/s")
				for op, d := range eng.best {
					b.ReportMetric(float64(d.Microseconds()), op+"-us")
				}
			})
		}
	}
}

func (e *timed) QKNormRoPE(y, inv, x compute.Mat, gain []float32, r compute.Rotary, eps float32) {
	defer e.since("headnorm", time.Now())
	e.Engine.QKNormRoPE(y, inv, x, gain, r, eps)
}

func (e *timed) QKNormRoPEBackward(dx compute.Mat, dgain []float32, dy, x compute.Mat, gain []float32, inv compute.Mat,
	r compute.Rotary) {
	defer e.since("headnorm", time.Now())
	e.Engine.QKNormRoPEBackward(dx, dgain, dy, x, gain, inv, r)
}

// BenchmarkStepByThreads is a whole update on one thread and on as many as there are cores.
func BenchmarkStepByThreads(b *testing.B) {
	for _, s := range stepShapes {
		for threads := 1; threads <= runtime.GOMAXPROCS(0); threads *= 2 {
			b.Run(fmt.Sprintf("%s/%d", s.name, threads), func(b *testing.B) {
				eng := compute.NewThreaded(threads)
				eng.SetThreads(threads)
				_, step := stepper(eng, s.c, s.batch, s.seq, optim.AdamW)
				step()
				best := time.Duration(math.MaxInt64)
				for b.Loop() {
					begin := time.Now()
					step()
					best = min(best, time.Since(begin))
				}
				b.ReportMetric(model.Count(s.c, s.batch, s.seq).FLOPs/best.Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
