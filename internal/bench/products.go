package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/openblas"
	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// tolerance of the comparison with OpenBLAS: sums of a few hundred terms in another order.
const tolerance = 1e-5

// cores are what OpenBLAS calls the processors that our kernels are made for. Left to itself it takes AVX2 on those
// newer than it.
var cores = map[string]string{"avx512": "SkylakeX", "avx2": "Haswell"}

// list is the network's products, or one of each form where the run is quick.
func (o Options) list() []shapes.Product {
	if o.Quick {
		return shapes.Main()[:3]
	}
	return shapes.Main()
}

// products compares native matrix products with OpenBLAS.
func (r *Report) products(ctx context.Context, o Options) error {
	if !o.Peers {
		return errNotAsked
	}
	known := compute.Kernels()
	r.miss("products-native", r.kernel(ctx, "products-native", known[0], o))
	if !slices.Contains(known, "avx2") {
		return errors.New("this machine or build has no kernel avx2")
	}
	return r.kernel(ctx, "products-native-avx2", "avx2", o)
}

// kernel fills the row of one kernel against OpenBLAS.
func (r *Report) kernel(ctx context.Context, key, kernel string, o Options) error {
	e, err := compute.NewCPUWith(kernel)
	if err != nil {
		return err
	}
	lib, err := openblas.Open(cores[kernel])
	if err != nil {
		return err
	}
	defer lib.Close()
	r.Machine.Peers["OpenBLAS, "+kernel] = "core " + lib.Core
	got, err := workload.MeasureProducts(ctx, o.short(), o.list(), workload.By(e), lib.MatMul, lib.Nothing)
	if err != nil {
		return err
	}
	roof, differ := peak.For(kernel).Measure(), 0.0
	for _, p := range got {
		if !(p.Differ <= tolerance) {
			return fmt.Errorf("%s: the results differ by %.1g of the largest value: one is wrong", p.Name, p.Differ)
		}
		differ = max(differ, p.Differ)
		p.Seconds[1] -= p.Seconds[2] // the way into the library is not its own
	}
	ratios, fractions := compared(got, roof)
	r.set(key, measure.GeoMean(ratios), "%s; OpenBLAS for %s; geometric mean over %d products, from %.2f to %.2f; "+
		"%.0f %% of the peak of %.0f GFLOP/s; results differ by at most %.0e of the largest value; "+
		"the way into the library is taken off", e.Name(), lib.Core, len(got), slices.Min(ratios), slices.Max(ratios),
		100*measure.GeoMean(fractions), roof/1e9, differ)
	return nil
}

// compared are how many times as fast the first of two is at each product, and what part of a peak it reaches.
func compared(all []workload.Product, peak float64) (ratios, fractions []float64) {
	for _, p := range all {
		ratios, fractions = append(ratios, p.Seconds[1]/p.Seconds[0]), append(fractions, p.FLOPs/p.Seconds[0]/peak)
	}
	return ratios, fractions
}
