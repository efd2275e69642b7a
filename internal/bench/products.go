package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/openblas"
	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Product is one matrix product under one kernel, and under a peer. Speeds are in GFLOP/s on one thread.
type Product struct {
	Where  string  `json:"where"` // native kernel, or Chromium
	Name   string  `json:"name"`
	Ours   float64 `json:"ours"`
	Theirs float64 `json:"theirs,omitempty"`
	Limit  float64 `json:"limit"`
}

// ChildVerb is the hidden verb of the command line that calls [Child].
const ChildVerb = "bench-products"

// childReport is what a child hands back.
type childReport struct {
	Core     string // what OpenBLAS says that it is made for
	Kernel   string
	Error    float64 // the largest difference of any result, over the largest value
	Products []Product
}

// Child compares one kernel with OpenBLAS, in a process of its own: which kernels OpenBLAS takes is settled by the environment that a
// process begins with.
func Child(ctx context.Context, kernel string, o Options, out io.Writer) error {
	lib, err := openblas.Open()
	if err != nil {
		return err
	}
	e, err := compute.NewCPUWith(kernel)
	if err != nil {
		return err
	}
	r := childReport{Core: lib.Core, Kernel: e.Name()}
	list := shapes.Main()
	if o.Quick {
		list = list[:3]
	}
	limit := peak.For(kernel).Measure()
	for _, p := range list {
		p.Count = 1
		dst, a, b := p.Operands()
		theirs := compute.M(make([]float32, len(dst.Data)), dst.Rows, dst.Cols)
		lap := o.lap() / 2
		times, err := measure.Interleaved(ctx, o.repetitions(),
			measure.Repeat(lap, func() { e.MatMul(p.Form, dst, a, b, false) }),
			measure.Repeat(lap, func() { lib.MatMul(p.Form, theirs, a, b) }),
			measure.Repeat(lap/4, func() { lib.Nothing(theirs, a, b) }))
		if err != nil {
			return err
		}
		var worst, largest float64
		for i, v := range theirs.Data {
			worst, largest = max(worst, math.Abs(float64(v-dst.Data[i]))), max(largest, math.Abs(float64(v)))
		}
		r.Error = max(r.Error, worst/largest)
		r.Products = append(r.Products, Product{kernel, p.Name(), p.FLOPs() / times[0] / 1e9, p.FLOPs() / (times[1] - times[2]) / 1e9, limit / 1e9})
	}
	return json.NewEncoder(out).Encode(r)
}

// tolerance of the comparison with OpenBLAS: sums of a few hundred terms in another order.
const tolerance = 1e-5

// cores are what OpenBLAS calls the processors that our kernels are made for. Left to itself it takes AVX2 on those that are newer than it.
var cores = map[string]string{"avx512": "SkylakeX", "avx2": "Haswell"}

// products compares native matrix products with OpenBLAS.
func (r *Report) products(ctx context.Context, o Options) error {
	if !o.Peers {
		return r.productsAlone(ctx, o)
	}
	known := compute.Kernels()
	for _, c := range []struct{ key, kernel, core string }{
		{"products-native", known[0], cores[known[0]]},
		{"products-native-avx2", "avx2", cores["avx2"]},
	} {
		if !slices.Contains(known, c.kernel) {
			r.miss(c.key, fmt.Errorf("this machine or build has no kernel %s", c.kernel))
			continue
		}
		got, err := child(ctx, c.kernel, c.core, o)
		if err != nil {
			r.miss(c.key, err)
			continue
		}
		if got.Error > tolerance {
			r.miss(c.key, fmt.Errorf("the results differ by %.1g of the largest value: one of the two is wrong", got.Error))
			continue
		}
		var ratios, share []float64
		for _, p := range got.Products {
			ratios, share = append(ratios, p.Ours/p.Theirs), append(share, p.Ours/p.Limit)
		}
		r.Products = append(r.Products, got.Products...)
		r.Machine.Peers["OpenBLAS, "+c.kernel] = "core " + got.Core
		r.set(c.key, measure.GeoMean(ratios), "%s; OpenBLAS for %s; geometric mean over %d products, from %.2f to %.2f; %.0f %% of the limit of %.0f GFLOP/s; results differ by at most %.0e of the largest value; the way into the library is taken off",
			got.Kernel, got.Core, len(ratios), slices.Min(ratios), slices.Max(ratios), 100*measure.GeoMean(share), got.Products[0].Limit, got.Error)
	}
	return ctx.Err()
}

// productsAlone measures the products without a peer, for what they are worth by themselves.
func (r *Report) productsAlone(ctx context.Context, o Options) error {
	kernel := compute.Kernels()[0]
	e, limit := compute.NewCPU(), peak.For(kernel).Measure()
	list := shapes.Main()
	if o.Quick {
		list = list[:6]
	}
	for _, p := range list {
		p.Count = 1
		dst, a, b := p.Operands()
		times, err := measure.Interleaved(ctx, o.repetitions(), measure.Repeat(o.lap()/2, func() { e.MatMul(p.Form, dst, a, b, false) }))
		if err != nil {
			return err
		}
		r.Products = append(r.Products, Product{kernel, p.Name(), p.FLOPs() / times[0] / 1e9, 0, limit / 1e9})
	}
	return errNotAsked
}

// child runs this program again, with OpenBLAS made for the core type, or for this machine where that is empty.
func child(ctx context.Context, kernel, core string, o Options) (childReport, error) {
	var got childReport
	self, err := os.Executable()
	if err != nil {
		return got, err
	}
	args := []string{ChildVerb, kernel}
	if o.Quick {
		args = append(args, "--quick")
	}
	c := exec.CommandContext(ctx, self, args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 2 * time.Second
	// The two may be set for other programs' sake; only together are they left out, so that neither spoils what the other chose.
	c.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "OPENBLAS_CORETYPE=") || strings.HasPrefix(v, "OPENBLAS_L2_SIZE=")
	})
	c.Env = append(c.Env, "OPENBLAS_NUM_THREADS=1")
	if core != "" {
		c.Env = append(c.Env, "OPENBLAS_CORETYPE="+core)
	}
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		why := strings.TrimPrefix(strings.TrimSpace(said.String()), "sparkling: ")
		if why == "" {
			why = err.Error()
		}
		return got, fmt.Errorf("%s", why)
	}
	return got, json.Unmarshal(out, &got)
}
