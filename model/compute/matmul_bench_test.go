package compute_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// rates are the median flop/s of each kernel on one product, in turns of about a millisecond that take each other's
// places, so that a slow moment of the machine meets all of them.
func rates(kernels []compute.Engine, p shapes.Product, turns int) []float64 {
	dst, a, b := p.Operands()
	flops := p.FLOPs() / float64(p.Count)
	n := max(1, int(2e7/flops))
	each := make([][]float64, len(kernels))
	for range turns {
		for i, e := range kernels {
			e.MatMul(p.Form, dst, a, b, false) // the memory is its own again
			start := time.Now()
			for range n {
				e.MatMul(p.Form, dst, a, b, false)
			}
			each[i] = append(each[i], flops*float64(n)/time.Since(start).Seconds())
		}
	}
	var out []float64
	for _, x := range each {
		slices.Sort(x)
		out = append(out, x[len(x)/2])
	}
	return out
}

// One line a product and kernel: its rate, as a part of the limit measured in the same run, and against blocked scalar
// Go.
func BenchmarkMatMul(b *testing.B) {
	lists := []struct {
		name     string
		products []shapes.Product
	}{{"main", shapes.Main()}, {"large", shapes.Large()}, {"odd", shapes.Odd()}}
	names := compute.Kernels()
	kernels := engines()
	limits := make([]float64, len(names))
	measure := func() {
		for i, name := range names {
			limits[i] = max(limits[i], peak.For(name).Measure())
		}
	}
	measure()
	for _, list := range lists {
		sums := make([][2]float64, len(names))
		for _, p := range list.products {
			b.Run(list.name+"/"+p.Name(), func(b *testing.B) {
				var got []float64
				for b.Loop() {
					got = rates(kernels, p, 7)
				}
				for i, name := range names {
					b.ReportMetric(got[i]/1e9, name+"-GFLOP/s")
					sums[i][0] += math.Log(got[i])
					sums[i][1] += math.Log(got[i] / got[len(got)-1])
				}
			})
		}
		b.Run(list.name+"/mean", func(b *testing.B) {
			for b.Loop() {
				measure()
			}
			for i, name := range names {
				n := float64(len(list.products))
				b.ReportMetric(100*math.Exp(sums[i][0]/n)/limits[i], name+"-%limit")
				b.ReportMetric(math.Exp(sums[i][1]/n), name+"-x-scalar")
			}
		})
	}
}
