package train

import (
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/look"
)

// lookAtHistograms sums up one quantity of every tensor, or the activations of every layer.
func (r *Arm) lookAtHistograms(q look.Question) (*look.Histograms, error) {
	if err := r.check(q.Quantity); err != nil {
		return nil, err
	}
	out := &look.Histograms{}
	var values [][]float32
	add := func(part model.Part, layer int, x []float32) {
		out.Tensors = append(out.Tensors, summary(part, layer, x))
		values = append(values, x)
	}
	if q.Quantity == look.Activations {
		for l := range r.learn.Table().Config.Layers {
			_, hidden, err := r.sample(l)
			if err != nil {
				return nil, err
			}
			add(model.Down, l, hidden)
		}
	} else {
		for i, t := range r.learn.Table().Tensors {
			x := make([]float32, t.Len())
			size := t.Rows.Size * t.Cols.Size
			for e := range t.Experts {
				if err := r.learn.Read(q.Quantity, i, e, x[e*size:(e+1)*size]); err != nil {
					return nil, err
				}
			}
			add(t.Part, t.Layer, x)
		}
	}
	reach := 0.0
	for _, h := range out.Tensors {
		reach = max(reach, math.Abs(float64(h.Min)), math.Abs(float64(h.Max)))
	}
	for i := range out.Tensors {
		h := &out.Tensors[i]
		if q.Scale == look.Fixed {
			h.To = powerOfTwo(reach)
			h.From = -h.To
		} else {
			h.From, h.To = around(h.Low1, h.High99)
		}
		bin(h, values[i])
	}
	return out, nil
}

// mostSorted is of how many values quantiles are taken: of more, evenly spread ones stand for all.
const mostSorted = 1 << 16

// summary is a histogram without its range and bins.
func summary(part model.Part, layer int, x []float32) look.Histogram {
	h := look.Histogram{Part: part, Layer: layer, Count: len(x), Bins: make([]int32, look.Bins)}
	every := max(1, len(x)/mostSorted)
	var sorted []float32
	finite, sum := 0, 0.0
	for i, v := range x {
		if !model.Finite(v) {
			h.NotFinite++
			continue
		}
		if v == 0 {
			h.Zeros++
		}
		if finite == 0 {
			h.Min, h.Max = v, v
		}
		h.Min, h.Max = min(h.Min, v), max(h.Max, v)
		finite, sum = finite+1, sum+float64(v)*float64(v)
		if i%every == 0 {
			sorted = append(sorted, v)
		}
	}
	h.RMS = float32(math.Sqrt(sum / float64(max(finite, 1))))
	if slices.Sort(sorted); len(sorted) > 0 {
		last := float64(len(sorted) - 1)
		h.Low1, h.High99 = sorted[int(math.Floor(0.01*last))], sorted[int(math.Ceil(0.99*last))]
	}
	return h
}

// powerOfTwo is the least one, in what a float32 holds, that is not below x; 1 where that is 0.
func powerOfTwo(x float64) float32 {
	if x == 0 {
		return 1
	}
	return float32(math.Ldexp(1, min(max(int(math.Ceil(math.Log2(x))), -120), 127)))
}

// around is a range of some width that holds two values.
func around(low, high float32) (from, to float32) {
	if low < high {
		return low, high
	}
	half := powerOfTwo(math.Abs(float64(low))) / 4
	return low - half, high + half
}

// bin counts the values of every bin of a histogram's range; its upper end belongs to the last.
func bin(h *look.Histogram, x []float32) {
	scale := look.Bins / (float64(h.To) - float64(h.From))
	for _, v := range x {
		switch {
		case !model.Finite(v):
		case v < h.From:
			h.Below++
		case v > h.To:
			h.Above++
		default:
			h.Bins[min(int((float64(v)-float64(h.From))*scale), look.Bins-1)]++
		}
	}
}
