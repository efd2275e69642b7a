package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/openblas"
	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// ChildVerb is the hidden verb of the command line that calls [Child].
const ChildVerb = "bench-products"

// tolerance of the comparison with OpenBLAS: sums of a few hundred terms in another order.
const tolerance = 1e-5

// cores are what OpenBLAS calls the processors that our kernels are made for. Left to itself it takes AVX2 on those newer than it.
var cores = map[string]string{"avx512": "SkylakeX", "avx2": "Haswell"}

// childReport is what a child hands back.
type childReport struct {
	Core     string // what OpenBLAS says that it is made for
	Kernel   string
	Products Products
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
	got, err := o.multiply(ctx, kernel, workload.By(e), lib.MatMul, lib.Nothing)
	if err != nil {
		return err
	}
	for _, p := range got.List {
		p.Seconds[1] -= p.Seconds[2] // the way into the library is not its own
	}
	got.Against = "OpenBLAS"
	return json.NewEncoder(out).Encode(childReport{lib.Core, e.Name(), got})
}

// multiply measures the network's products.
func (o Options) multiply(ctx context.Context, kernel string, by ...workload.MatMul) (p Products, err error) {
	p = Products{Where: kernel, Peak: peak.For(kernel).Measure()}
	p.List, err = workload.MeasureProducts(ctx, o.short(), o.products(), by...)
	return p, err
}

// products are the network's, or one of each form where the run is quick.
func (o Options) products() []shapes.Product {
	if o.Quick {
		return shapes.Main()[:3]
	}
	return shapes.Main()
}

// products compares native matrix products with OpenBLAS.
func (r *Report) products(ctx context.Context, o Options) error {
	known := compute.Kernels()
	if !o.Peers {
		p, err := o.multiply(ctx, known[0], workload.By(compute.NewCPU()))
		r.Products = append(r.Products, p)
		return errors.Join(errNotAsked, err)
	}
	r.miss("products-native", r.against(ctx, "products-native", known[0], o))
	if !slices.Contains(known, "avx2") {
		return errors.New("this machine or build has no kernel avx2")
	}
	r.miss("products-native-avx2", r.against(ctx, "products-native-avx2", "avx2", o))
	return nil
}

// against fills the row of one kernel against OpenBLAS.
func (r *Report) against(ctx context.Context, key, kernel string, o Options) error {
	got, err := child(ctx, kernel, cores[kernel], o)
	if err != nil {
		return err
	}
	differ := 0.0
	for _, p := range got.Products.List {
		if !(p.Differ <= tolerance) {
			return fmt.Errorf("%s: the results differ by %.1g of the largest value: one of the two is wrong", p.Name, p.Differ)
		}
		differ = max(differ, p.Differ)
	}
	r.Products = append(r.Products, got.Products)
	r.Machine.Peers["OpenBLAS, "+kernel] = "core " + got.Core
	ratios, fractions := got.Products.ratios("")
	r.set(key, measure.GeoMean(ratios), "%s; OpenBLAS for %s; geometric mean over %d products, from %.2f to %.2f; %.0f %% of the peak of "+
		"%.0f GFLOP/s; results differ by at most %.0e of the largest value; the way into the library is taken off",
		got.Kernel, got.Core, len(ratios), slices.Min(ratios), slices.Max(ratios), 100*measure.GeoMean(fractions), got.Products.Peak/1e9, differ)
	return nil
}

// child runs this program again, with OpenBLAS made for the core type, or for this machine where that is empty.
func child(ctx context.Context, kernel, core string, o Options) (got childReport, err error) {
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
	c.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OPENBLAS_") })
	c.Env = append(c.Env, "OPENBLAS_NUM_THREADS=1")
	if core != "" {
		c.Env = append(c.Env, "OPENBLAS_CORETYPE="+core)
	}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if why := strings.TrimPrefix(strings.TrimSpace(stderr.String()), "sparkling: "); err != nil && why != "" {
		err = errors.New(why)
	}
	if err != nil {
		return got, err
	}
	return got, json.Unmarshal(out, &got)
}
