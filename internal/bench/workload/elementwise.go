package workload

import (
	"context"
	"fmt"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Formula is what an elementwise operation needs of the machine, whatever a kernel makes of it: floating-point
// operations of one element, and bytes read and written. docs/performance.md says how they are counted.
type Formula struct {
	Name        string
	Flop, Bytes float64
}

// Formulas are those of the measured operations.
var Formulas = []Formula{{"exp", 19, 8}, {"SiLU", 22, 12}, {"softmax", 23, 8}, {"RMSNorm", 4, 8}, {"AdamW", 16, 28}}

// Elementwise is what an operation takes beside its roofline, in nanoseconds an element.
type Elementwise struct {
	Name     string  `json:"name"`
	Size     int     `json:"size"` // elements
	Time     float64 `json:"ns"`
	Roofline float64 `json:"roofline_ns"`
	BoundBy  string  `json:"bound_by"` // compute or bandwidth
}

// Sizes are how many elements the operations are measured on: about what the network of the default experiment has,
// and what no cache holds: several times as much as the largest of today.
var Sizes = []int{1 << 14, 1 << 24}

// warmUp is for how many repetitions an operation runs before it is measured: a browser compiles what runs often
// better, beside it, and that has to be over.
const warmUp = 20

// Elementwises are the operations on an engine, and the rates of copying beside them.
type Elementwises struct {
	Operations []Elementwise
	Copy       []float64 // bytes read and written a second, by size
}

// MeasureElementwise measures the elementwise operations of an engine, in turns with copying one array of as many
// elements to another: STREAM's copy, whose best rate at a size is the bandwidth there.
func MeasureElementwise(ctx context.Context, e compute.Engine, effort measure.Effort) (all Elementwises, err error) {
	flops := peak.All()[0].Measure()
	for _, n := range Sizes {
		x, y, u, m, v := ramp(n), make([]float32, n), ramp(n), make([]float32, n), make([]float32, n)
		rstd, weight, labels, rate := make([]float32, n/32), ramp(32), make([]int32, n/64), []float32{1e-6}
		adam := compute.AdamW{WeightDecay: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, BiasCorr1: 0.5, BiasCorr2: 0.5}
		run := map[string]func(){
			"exp":     func() { compute.Exp(y, x) },
			"SiLU":    func() { e.SwiGLU(y, x, u) },
			"softmax": func() { e.CrossEntropy(0, y, x, labels, 64, 1) },
			"RMSNorm": func() { e.RMSNorm(y, rstd, x, weight, 1e-6) },
			"AdamW":   func() { e.AdamW(u, x, m, v, rate, adam) },
		}
		copied := 0.0
		for _, f := range Formulas {
			if _, err := measure.Repeat(warmUp*effort.Each, run[f.Name])(); err != nil {
				return all, err
			}
			times, err := effort.Medians(ctx, run[f.Name], func() { copy(m, x) })
			if err != nil {
				return all, err
			}
			copied = max(copied, 8*float64(n)/times[1])
			one := Elementwise{Name: f.Name, Size: n, Time: 1e9 * times[0] / float64(n)}
			all.Operations = append(all.Operations, one)
		}
		all.Copy = append(all.Copy, copied)
	}
	flops = max(flops, peak.All()[0].Measure()) // a browser may have compiled its loop better only now
	for i := range all.Operations {
		e, f := &all.Operations[i], Formulas[i%len(Formulas)]
		e.Roofline, e.BoundBy = f.roofline(flops, all.Copy[i/len(Formulas)])
	}
	return all, nil
}

// roofline is the least time of an element in nanoseconds, and what bounds it: arithmetic at its peak, or copying.
func (f Formula) roofline(flops, bytes float64) (ns float64, boundBy string) {
	compute, bandwidth := 1e9*f.Flop/flops, 1e9*f.Bytes/bytes
	if compute >= bandwidth {
		return compute, "compute"
	}
	return bandwidth, "bandwidth"
}

// Within is a number of bytes or elements for people.
func Within(n int, unit string) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d Mi%s", n>>20, unit)
	}
	return fmt.Sprintf("%d Ki%s", n>>10, unit)
}

// ramp is n numbers from −2 to 2.
func ramp(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i%997)/249 - 2
	}
	return x
}
