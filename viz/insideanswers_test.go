package viz

import (
	"math"
	"math/rand/v2"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// answering answers as the networks of an invented record do: in the first widened arm copies are equal bit for bit, in
// later ones they come apart.
func answering(r *record.Record) func(arm int, q look.Question) (look.Answer, bool) {
	e := r.Experiment
	return func(arm int, q look.Question) (look.Answer, bool) {
		out := look.Answer{Question: q, Step: r.Last(), Number: 1}
		rng := rand.New(rand.NewPCG(uint64(q.Layer), uint64(q.Quantity)))
		size := [look.Activations + 1]float64{0.2, 0.004, 0.002, 4e-6, 0.1}[q.Quantity]
		number := func() float32 {
			x := rng.NormFloat64() * size
			if q.Quantity >= look.Activations-1 {
				x = math.Abs(x)
			}
			return float32(x)
		}
		switch q.Kind {
		case look.KindLayer:
			out.Layer = inventedLayer(e, arm, q, r, number)
		case look.KindHistograms:
			out.Histograms = inventedHistograms(e, arm, size, rng)
		case look.KindAttention:
			out.Attention = inventedAttention(e, q, rng)
		}
		return out, true
	}
}

func inventedLayer(e experiment.Experiment, arm int, q look.Question, r *record.Record,
	number func() float32) *look.LayerValues {
	m, out := e.Model, &look.LayerValues{}
	inner := m.Inner
	if f, ok := r.PairsAt(arm, r.Last()); ok && len(f.Pairs) > 0 {
		inner *= 2
	}
	for _, p := range []model.Part{model.AttnNorm, model.Q, model.K, model.V, model.O, model.Route} {
		rows := map[model.Part]int{model.AttnNorm: 1, model.Route: m.Experts, model.K: 16, model.V: 16}[p]
		w := look.Matrix{Part: p, Expert: look.None, Rows: max(rows, 1), Cols: m.Hidden}
		if rows == 0 {
			w.Rows = m.Hidden
		}
		for range w.Rows * w.Cols {
			w.Values = append(w.Values, number())
		}
		if q.Quantity != look.Activations {
			out.Matrices = append(out.Matrices, w)
		}
	}
	// Pairs of an invented record have no places of their own: neuron i and the one Inner after it.
	twin := func(n int) int { return n % m.Inner }
	for x := range m.Experts {
		base := make([]float32, 3*m.Inner*m.Hidden)
		for i := range base {
			base[i] = number()
		}
		at := func(k, n, c int) float32 {
			v := base[(k*m.Inner+twin(n))*m.Hidden+c]
			if n >= m.Inner && arm > 1 {
				v += 0.4 * float32(arm-1) * number()
			}
			return v
		}
		for k, p := range look.Parts {
			w := look.Matrix{Part: p, Expert: x, Rows: inner, Cols: m.Hidden}
			if p == model.Down {
				w.Rows, w.Cols = m.Hidden, inner
			}
			w.Values = make([]float32, inner*m.Hidden)
			for n := range inner {
				for c := range m.Hidden {
					if p == model.Down {
						w.Values[c*inner+n] = at(k, n, c)
					} else {
						w.Values[n*m.Hidden+c] = at(k, n, c)
					}
				}
			}
			if q.Quantity != look.Activations {
				out.Matrices = append(out.Matrices, w)
			}
		}
		a := look.Neurons{Tokens: 100 + 20*x}
		for n := range inner {
			a.Mean = append(a.Mean, float32(math.Abs(math.Sin(float64(7*x+twin(n)))))/5)
			a.Active = append(a.Active, float32(math.Abs(math.Cos(float64(5*x+twin(n))))))
		}
		if q.Quantity == look.Activations {
			out.Experts = append(out.Experts, a)
		}
	}
	return out
}

func inventedHistograms(e experiment.Experiment, arm int, size float64, rng *rand.Rand) *look.Histograms {
	out := &look.Histograms{}
	add := func(p model.Part, layer int) {
		s := size * (1 + 0.3*float64(arm)) * (0.6 + 0.1*float64(p))
		count := 4096
		if p == model.AttnNorm || p == model.FFNNorm || p == model.QNorm || p == model.KNorm || p == model.FinalNorm {
			count = 32
		}
		h := look.Histogram{Part: p, Layer: layer, Count: count, RMS: float32(s), Min: float32(-3.4 * s),
			Max: float32(3.6 * s), Low1: float32(-2.3 * s), High99: float32(2.3 * s), From: float32(-2.3 * s),
			To: float32(2.3 * s), Bins: make([]int32, look.Bins)}
		for i := range h.Bins {
			x := (float64(i)+0.5)/look.Bins*4.6 - 2.3
			h.Bins[i] = int32(400*math.Exp(-x*x/2) + 12*rng.Float64())
		}
		out.Tensors = append(out.Tensors, h)
	}
	add(model.Embed, -1)
	for l := range e.Model.Layers {
		for p := model.AttnNorm; p <= model.Down; p++ {
			add(p, l)
		}
	}
	add(model.FinalNorm, -1)
	return out
}

func inventedAttention(e experiment.Experiment, q look.Question, rng *rand.Rand) *look.Attention {
	n := e.Task.Seq
	out := &look.Attention{Heads: e.Model.Heads, KVHeads: e.Model.KVHeads, Sequences: 12, Probs: make([]float32, n*n)}
	for i := range n {
		s := " abc"[i%4 : i%4+1]
		if i%4 > 0 {
			s = string(rune('a' + rng.IntN(24)))
		}
		out.Symbols = append(out.Symbols, s)
	}
	for r := range n {
		sum := 0.0
		row := make([]float64, r+1)
		for c := range row {
			row[c] = math.Exp(2*math.Cos(float64(r-c-1-q.Head)*math.Pi/2) - 0.2*float64(r-c) + rng.Float64())
			sum += row[c]
		}
		for c := range row {
			out.Probs[r*n+c] = float32(row[c] / sum)
		}
	}
	return out
}

// placed are the pairs of an invented record, each neuron with the one Inner after it.
func placed(r *record.Record) *record.Record {
	for _, t := range r.Tracks {
		for i := range t {
			for _, g := range t[i].Pairs {
				for k := range g.Orig {
					g.Orig[k], g.Copy[k] = int32(k), int32(k+len(g.Orig))
				}
			}
		}
	}
	return r
}
