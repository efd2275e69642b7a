package bench

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage"
	"github.com/sparkling-lab/sparkling/internal/bench/inpage/job"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/torch"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// inBrowser measures our program in a Web Worker of a Chromium, and its peers.
func (r *Report) inBrowser(ctx context.Context, o Options) error {
	if !o.Peers {
		return errNotAsked
	}
	p, err := inpage.Open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	r.Machine.Peers["browser"] = p.Browser
	if err := r.workerMemory(p, o); err != nil { // first, while the worker has nothing else in its memory
		return err
	}
	limit, err := r.pageProducts(p, o)
	if err != nil {
		return err
	}
	for _, f := range []func() error{
		func() error { return r.pageTFJS(ctx, p, o) },
		func() error { return r.pageStep(ctx, p, limit, o) },
		func() error { return r.pageElements(p, o) },
		func() error { return r.pageProbes(p, o) },
		func() error { return r.pageProfile(p, limit, o) },
	} {
		if err := errors.Join(ctx.Err(), f()); err != nil {
			return err
		}
	}
	return nil
}

// milliseconds of a lap, for a job.
func (o Options) milliseconds() float64 { return o.lap().Seconds() * 1000 }

// pageProducts compares our matrix products with scalar blocked Go and with the limit, which it returns in flop/s.
func (r *Report) pageProducts(p *inpage.Page, o Options) (limit float64, err error) {
	few := 0
	if o.Quick {
		few = 3
	}
	before, err := p.Do(job.Job{Do: "limits", Of: o.repetitions()})
	if err != nil {
		return 0, err
	}
	got, err := p.Do(job.Job{Do: "products", Lap: o.milliseconds(), Of: o.repetitions(), N: few})
	if err != nil {
		return 0, err
	}
	after, err := p.Do(job.Job{Do: "limits", Of: o.repetitions()})
	if err != nil {
		return 0, err
	}
	limit = max(before.Limits["wasm"], after.Limits["wasm"])
	if limit == 0 {
		return 0, errors.New("the browser's program has no vectors")
	}
	r.Machine.Limits = append(r.Machine.Limits, Limit{"page", "128-bit multiply and add, in " + p.Browser, limit / 1e9, "GFLOP/s"})
	var scalar, share []float64
	for _, x := range got.Products {
		scalar, share = append(scalar, x.Scalar/x.Ours), append(share, 100*x.FLOPs/x.Ours/limit)
		r.Products = append(r.Products, Product{"Chromium", x.Name, x.FLOPs / x.Ours / 1e9, 0, limit / 1e9}, Product{"Chromium, scalar", x.Name, x.FLOPs / x.Scalar / 1e9, 0, limit / 1e9})
	}
	r.set("worker-products-scalar", measure.GeoMean(scalar), "%s; geometric mean over %d products; %s", p.Browser, len(scalar), before.Engine)
	r.set("worker-products-limit", measure.GeoMean(share), "geometric mean over %d products, of %.1f GFLOP/s", len(share), limit/1e9)
	return limit, nil
}

func (r *Report) pageTFJS(ctx context.Context, p *inpage.Page, o Options) error {
	got, err := p.AgainstTFJS(ctx, o.lap()/2, min(o.repetitions(), 5))
	if err != nil {
		r.miss("worker-products-tfjs", err)
		return ctx.Err()
	}
	r.Machine.Peers["TensorFlow.js"] = got.Version
	by := func(form string) float64 { return got.Forms[form][1] / got.Forms[form][0] }
	r.set("worker-products-tfjs", got.Theirs/got.Ours, "all products of one step of the default experiment: %.2f ms against %.2f ms; NN %.1f x, NT %.1f x, TN %.1f x; TensorFlow.js gets the heads and the experts of a layer as batches",
		1e3*got.Ours, 1e3*got.Theirs, by("NN"), by("NT"), by("TN"))
	return nil
}

// pageStep compares a training step in one worker with the limit, and with PyTorch.
func (r *Report) pageStep(ctx context.Context, p *inpage.Page, limit float64, o Options) error {
	const each = 20
	flops := workload.Default().FLOPs()
	ours := func() (float64, error) {
		a, err := p.Do(job.Job{Do: "updates", N: each})
		return a.Seconds, err
	}
	runs := []measure.Run{ours}
	first, err := p.Do(job.Job{Do: "updates", N: 3})
	if err != nil {
		return err
	}
	t, err := r.torchBeside(ctx, first.Losses)
	if err != nil {
		r.miss("worker-step", err)
	} else {
		defer t.Close()
		runs = append(runs, func() (float64, error) {
			s, _, err := t.Steps(each)
			return s, err
		})
	}
	times, err := measure.Interleaved(ctx, o.repetitions(), runs...)
	if err != nil {
		return err
	}
	r.set("worker-step-limit", 100*flops/times[0]/limit, "%.2f ms: %.1f of %.1f GFLOP/s, counting matrix products only", 1e3*times[0], flops/times[0]/1e9, limit/1e9)
	if len(times) > 1 {
		r.set("worker-step", times[1]/times[0], "%.2f ms against %.2f ms", 1e3*times[0], 1e3*times[1])
	}
	return nil
}

// torchBeside starts PyTorch at the default network, and errs unless its first losses are those given.
func (r *Report) torchBeside(ctx context.Context, ours []float64) (*torch.Peer, error) {
	python, err := torch.Find(ctx)
	if err != nil {
		return nil, err
	}
	s, err := workload.Default().New(compute.NewCPU())
	if err != nil {
		return nil, err
	}
	t, err := torch.Start(ctx, python, s)
	if err != nil {
		return nil, err
	}
	r.Machine.Peers["PyTorch"] = t.Version
	_, losses, err := t.Steps(len(ours))
	for i := 0; err == nil && i < len(ours); i++ {
		if math.Abs(ours[i]-losses[i]) > 1e-2 {
			err = fmt.Errorf("after %d updates the loss is %.4f here and %.4f in PyTorch: it is not the same network", i, ours[i], losses[i])
		}
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (r *Report) pageElements(p *inpage.Page, o Options) error {
	a, err := p.Do(job.Job{Do: "elements", Lap: o.milliseconds(), Of: o.repetitions()})
	if err != nil {
		return err
	}
	var got []Element
	for _, e := range a.Elements {
		got = append(got, Element{"Chromium", e.Name, e.Size, e.Took, e.Limit, e.Binds})
	}
	r.judgeElements("worker-element-", got)
	return nil
}

func (r *Report) pageProbes(p *inpage.Page, o Options) error {
	a, err := p.Do(job.Job{Do: "probes", Lap: o.milliseconds(), Of: o.repetitions()})
	if err != nil {
		return err
	}
	r.judgeProbes("worker-probes", a.Probes)
	return nil
}

// workerMemory lets an arm train for long, probes and messages and all, and looks whether what it keeps comes to rest. The program's memory
// as a whole is said too: it never shrinks, and grows by pieces as the collector happens to be late.
func (r *Report) workerMemory(p *inpage.Page, o Options) error {
	steps := 10_000
	switch {
	case o.Quick:
		steps = 200
	case o.Long:
		steps = 100_000
	}
	var at [2]job.Answer
	for i := range at {
		a, err := p.Do(job.Job{Do: "arm", N: steps / 2})
		if err != nil {
			return err
		}
		at[i] = a
	}
	r.set("worker-memory", 100*(at[1].Live/at[0].Live-1), "%.3f MB in use after %d updates of a small arm, %.3f MB after %d; the program's memory as a whole %.1f and %.1f MB",
		at[0].Live/1e6, steps/2, at[1].Live/1e6, steps, at[0].Bytes/1e6, at[1].Bytes/1e6)
	return nil
}

// pageProfile says where the time of a step goes in the worker.
func (r *Report) pageProfile(p *inpage.Page, limit float64, o Options) error {
	updates := 20 // the clock of a browser is coarse, but its errors even out over many operations
	if o.Quick {
		updates = 1
	}
	a, err := p.Do(job.Job{Do: "profile", Of: o.repetitions(), N: updates})
	if err != nil {
		return err
	}
	a.Profile.Name += inChromium
	a.Profile.Limit = limit / 1e9
	r.Profiles = append(r.Profiles, *a.Profile)
	return nil
}

// inChromium ends the name of a profile that was taken there.
const inChromium = ", in Chromium"
