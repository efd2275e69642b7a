package bench

import (
	"context"
	"errors"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
)

// browser measures our program in a Web Worker of a Chromium, and its peers.
func (r *Report) browser(ctx context.Context, o Options) error {
	if !o.Peers {
		return errNotAsked
	}
	p, err := inpage.Open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	r.Machine.Peers["browser"] = p.Browser
	peak, err := r.workerProducts(p, o)
	if err != nil {
		return err
	}
	r.miss("worker-products-tfjs", r.workerTFJS(ctx, p, o))
	if err := errors.Join(ctx.Err(), r.workerStep(ctx, p, peak, o)); err != nil {
		return err
	}
	elementwise, err := inpage.Do[workload.Elementwises](p, workload.Job{Do: "elementwise", Effort: o.effort()})
	if err != nil {
		return err
	}
	r.addElementwise("Chromium", elementwise)
	probes, err := inpage.Do[[]workload.Probes](p, workload.Job{Do: "probes", Effort: o.effort()})
	if err != nil {
		return err
	}
	r.setProbes("worker-probes", probes)
	// The clock of a browser is coarse, but its errors even out over many operations.
	profile, err := inpage.Do[workload.Profile](p, workload.Job{Do: "profile", Effort: o.effort(), N: o.few(20)})
	if err != nil {
		return err
	}
	profile.Name, profile.Peak = profile.Name+", in Chromium", peak
	r.addProfile(profile)
	return nil
}

// workerProducts compares our matrix products with scalar blocked Go and with the peak, which it returns in flop/s.
func (r *Report) workerProducts(p *inpage.Page, o Options) (peak float64, err error) {
	before, err := inpage.Do[float64](p, workload.Job{Do: "peak"})
	if err != nil {
		return 0, err
	}
	got, err := inpage.Do[[]workload.Product](p, workload.Job{Do: "products", Effort: o.effort(), N: len(o.list())})
	if err != nil {
		return 0, err
	}
	after, err := inpage.Do[float64](p, workload.Job{Do: "peak"}) // a browser compiles better what has run for long
	if err != nil {
		return 0, err
	}
	peak = max(before, after)
	r.line("roofline", "128-bit multiply and add, Chromium|%.1f GFLOP/s", peak/1e9)
	ratios, fractions := compared(got, peak)
	r.set("worker-products-scalar", measure.GeoMean(ratios), "geometric mean over %d products", len(got))
	r.set("worker-products-peak", 100*measure.GeoMean(fractions), "geometric mean over %d products, of %.1f GFLOP/s",
		len(got), peak/1e9)
	return peak, nil
}

func (r *Report) workerTFJS(ctx context.Context, p *inpage.Page, o Options) error {
	effort := o.short()
	effort.Repetitions = min(effort.Repetitions, 5)
	sum, err := p.AgainstTFJS(ctx, effort)
	if err != nil {
		return err
	}
	r.Machine.Peers["TensorFlow.js"] = inpage.Version
	r.set("worker-products-tfjs", sum[1]/sum[0],
		"all products of one step of the default experiment: %.2f ms against %.2f ms; "+
			"TensorFlow.js gets the heads and the experts of a layer as batches",
		1e3*sum[0], 1e3*sum[1])
	return nil
}

// workerStep compares a training step in one worker with the peak, and with PyTorch.
func (r *Report) workerStep(ctx context.Context, p *inpage.Page, peak float64, o Options) error {
	ours, err := r.againstTorch(ctx, "worker-step", workload.Default(), 20, func(n int) (workload.Updates, error) {
		return inpage.Do[workload.Updates](p, workload.Job{Do: "updates", N: n})
	}, o)
	if err == nil {
		rate := workload.Default().FLOPs() / ours
		r.set("worker-step-peak", 100*rate/peak, "%.2f ms: %.1f of %.1f GFLOP/s, counting matrix products only",
			1e3*ours, rate/1e9, peak/1e9)
	}
	return err
}
