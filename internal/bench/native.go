package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/torch"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// steps compares whole native training steps with PyTorch's, both on one thread.
func (r *Report) steps(ctx context.Context, o Options) error {
	if !o.Peers {
		return errNotAsked
	}
	for _, c := range []struct {
		key   string
		shape workload.Shape
		n     int // updates of one repetition
	}{{"step-native", workload.Default(), 20}, {"step-native-large", workload.Large(), 1}} {
		if o.Quick && c.n == 1 {
			return errQuick
		}
		s, err := c.shape.New(compute.NewCPU())
		if err != nil {
			return err
		}
		ours := func(n int) (workload.Updates, error) { return s.Updates(n), nil }
		if _, err := r.againstTorch(ctx, c.key, c.shape, c.n, ours, o); err != nil {
			return err
		}
	}
	return nil
}

// againstTorch fills a row with a step of ours against PyTorch's, n updates a repetition, and returns
// the seconds of ours. Without PyTorch, or where it has not the same losses, the row says so.
func (r *Report) againstTorch(
	ctx context.Context, key string, shape workload.Shape, n int, ours func(n int) (workload.Updates, error), o Options,
) (float64, error) {
	first, err := ours(torch.First)
	if err != nil {
		return 0, err
	}
	runs := []measure.Run{func() (float64, error) {
		u, err := ours(n)
		return u.Seconds, err
	}}
	theirs, err := r.theirs(ctx, shape, first.Losses)
	r.miss(key, err)
	if err == nil {
		runs = append(runs, theirs(n))
	}
	times, err := measure.Interleaved(ctx, o.effort().Repetitions, runs...)
	if err != nil {
		return 0, err
	}
	us, flops := measure.Median(times[0]), shape.FLOPs()
	if len(times) > 1 {
		them, ratios := measure.Median(times[1]), times[1]
		for i := range ratios {
			ratios[i] /= times[0][i]
		}
		r.set(key, them/us, "%.2f ms against %.2f ms; from %.2f to %.2f x in single repetitions; "+
			"%.1f against %.1f GFLOP/s in %.0f MFLOP of matrix products",
			1e3*us, 1e3*them, slices.Min(ratios), slices.Max(ratios), flops/us/1e9, flops/them/1e9, flops/1e6)
	}
	return us, nil
}

// theirs makes runs of so many of PyTorch's updates at a shape, by a process that is kept. It errs unless our first
// losses are its.
func (r *Report) theirs(ctx context.Context, shape workload.Shape, ours []float64) (func(n int) measure.Run, error) {
	p := r.torch[shape.Name]
	if p == nil {
		var err error
		if p, err = torch.Start(ctx, shape); err != nil {
			return nil, err
		}
		r.torch[shape.Name], r.Machine.Peers["PyTorch"] = p, p.Version
	}
	return func(n int) measure.Run {
		return func() (float64, error) {
			seconds, _, err := p.Steps(n)
			return seconds, err
		}
	}, p.Same(ours)
}

// elementwise measures the elementwise operations beside their rooflines.
func (r *Report) elementwise(ctx context.Context, o Options) error {
	got, err := workload.MeasureElementwise(ctx, compute.NewCPU(), o.effort())
	r.addElementwise("native", got)
	return err
}

func (r *Report) addElementwise(where string, got workload.Elementwises) {
	for i, rate := range got.Copy {
		within := workload.Within(8*workload.Sizes[i], "B")
		r.line("roofline", "STREAM copy within %s, %s|%.1f GB/s", within, where, rate/1e9)
	}
	for _, e := range got.Operations {
		r.line("elementwise", "%s|%s|%s|%.2f|%.2f|%s|%.0f %%",
			e.Name, where, workload.Within(e.Size, ""), e.Time, e.Roofline, e.BoundBy, 100*e.Roofline/e.Time)
	}
}

// probes holds what a run measures of its pairs against its updates.
func (r *Report) probes(ctx context.Context, o Options) error {
	got, err := workload.MeasureProbes(ctx, compute.NewCPU(), o.effort())
	if err == nil {
		r.setProbes("probes", got)
	}
	return err
}

// setProbes fills a row with the dearest axis. The row is of the pairs, which are sampled where they would cost more;
// the live validation loss is of as many windows whatever it costs, and is said beside it.
func (r *Report) setProbes(key string, got []workload.Probes) {
	dearest, validation := got[0], 0.0
	for _, p := range got {
		if p.Share() > dearest.Share() {
			dearest = p
		}
		validation = max(validation, p.ValidationShare())
	}
	r.set(key, 100*dearest.Share(), "at the default rate, the pairs of the dearest axis, %s: %.0f us a probe, %.2f ms "+
		"an update, from the widening to the end of the default run; the validation loss of %d windows every %d "+
		"updates takes up to %.1f %% besides, not counted here", dearest.Axis, 1e6*dearest.Each, 1e3*dearest.Update,
		task.ValWindows, experiment.ProbeEvery, 100*validation)
}

// allocations counts what a step asks of the memory allocator after its first few updates.
func (r *Report) allocations(context.Context, Options) error {
	s, err := workload.Default().New(compute.NewCPU())
	if err != nil {
		return err
	}
	const steps = 50
	s.Updates(steps) // how many tokens an expert gets changes, and buffers grow to the largest number
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range steps {
		s.Run()
	}
	runtime.ReadMemStats(&after)
	r.set("allocations", float64(after.Mallocs-before.Mallocs)/steps,
		"%d updates of the default experiment after Inner 2x", steps)
	return nil
}

// threads measures a step on one core, and on two, four … as many as there are; two of the large step have a row.
func (r *Report) threads(ctx context.Context, o Options) error {
	var counts []int
	for n := 1; n < runtime.NumCPU(); n *= 2 {
		counts = append(counts, n)
	}
	counts = append(counts, runtime.NumCPU())
	for _, shape := range o.shapes(workload.Default(), workload.Large()) {
		var runs []measure.Run
		for _, n := range counts {
			eng := compute.NewThreaded(n)
			eng.SetThreads(n)
			s, err := shape.New(eng)
			if err != nil {
				return err
			}
			each := max(1, int(1e9/shape.FLOPs()))
			runs = append(runs, func() (float64, error) { return s.Updates(each).Seconds, nil })
		}
		times, err := measure.Interleaved(ctx, o.effort().Repetitions, runs...)
		if err != nil {
			return err
		}
		for i, t := range times {
			ms, one := 1e3*measure.Median(t), 1e3*measure.Median(times[0])
			r.line("threads", "%s|%d|%.2f|%.2f x", shape.Name, counts[i], ms, one/ms)
			if counts[i] == 2 && shape.Name == workload.Large().Name {
				r.set("threads-large", one/ms, "%.2f ms against %.2f ms", ms, one)
			}
		}
	}
	if o.Quick {
		r.miss("threads-large", errQuick)
	}
	return nil
}

// errQuick is why rows that take long are empty in a quick run.
var errQuick = errors.New("left out of a quick run")

// profiles measures where the time of a step goes.
func (r *Report) profiles(ctx context.Context, o Options) error {
	for _, s := range o.shapes(workload.Default(), workload.Muon(), workload.Large()) {
		n := o.few(max(1, int(2e9/s.FLOPs()))) // about a fortieth of a second, or one that is longer
		p, err := workload.MeasureProfile(ctx, s, compute.NewCPU(), o.effort().Repetitions, n)
		if err != nil {
			return err
		}
		r.addProfile(p)
	}
	return nil
}

// addProfile adds a line: what each group takes of the time of a step, and, of those with matrix products, what
// part of the peak they reach.
func (r *Report) addProfile(p workload.Profile) {
	flops, groups := 0.0, ""
	for g, ms := range p.Spent {
		groups += fmt.Sprintf("|%.0f %%", 100*ms/p.Step)
		if p.FLOPs[g] > 0 {
			groups += fmt.Sprintf(", %.0f %%", 1e5*p.FLOPs[g]/p.Peak/ms)
		}
		flops += p.FLOPs[g]
	}
	r.line("profile", "%s|%.3f|%.0f|%.0f %%%s", p.Name, p.Step, flops/1e6, 1e5*flops/p.Peak/p.Step, groups)
}

// shapes are those given, or the first where the run is quick.
func (o Options) shapes(all ...workload.Shape) []workload.Shape {
	if o.Quick {
		return all[:1]
	}
	return all
}
