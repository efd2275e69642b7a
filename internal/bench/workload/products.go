package workload

import (
	"context"
	"math"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Products are the matrix products of one training step.
func (s Shape) Products() []shapes.Product { return shapes.Step(s.Model, s.Batch, s.Seq) }

// Product is one matrix product done by several, each into memory of its own.
type Product struct {
	Name    string
	FLOPs   float64
	Seconds []float64 // of each
	Differ  float64   // by how much the results of the first two differ at most, over the largest value
}

// MatMul does a product.
type MatMul func(form compute.Form, dst, a, b compute.Mat)

// By is an engine's.
func By(e compute.Engine) MatMul {
	return func(form compute.Form, dst, a, b compute.Mat) { e.MatMul(form, dst, a, b, false) }
}

// MeasureProducts measures products in turns.
func MeasureProducts(
	ctx context.Context, effort measure.Effort, list []shapes.Product, by ...MatMul,
) ([]Product, error) {
	var all []Product
	for _, p := range list {
		p.Count = 1
		var runs []func()
		var out [][]float32
		for _, multiply := range by {
			dst, a, b := p.Operands()
			out = append(out, dst.Data)
			runs = append(runs, func() { multiply(p.Form, dst, a, b) })
		}
		times, err := effort.Medians(ctx, runs...)
		if err != nil {
			return nil, err
		}
		one := Product{Name: p.Name(), FLOPs: p.FLOPs(), Seconds: times}
		if len(out) > 1 {
			one.Differ = differ(out[0], out[1])
		}
		all = append(all, one)
	}
	return all, nil
}

// differ is the largest difference over the largest value.
func differ(x, y []float32) float64 {
	var worst, largest float64
	for i, v := range x {
		worst, largest = max(worst, math.Abs(float64(v-y[i]))), max(largest, math.Abs(float64(v)))
	}
	return worst / largest
}
