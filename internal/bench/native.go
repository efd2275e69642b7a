package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/torch"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// steps compares whole native training steps with PyTorch's, both on one thread.
func (r *Report) steps(ctx context.Context, o Options) error {
	if !o.Peers {
		return errNotAsked
	}
	r.miss("step-native", r.step(ctx, "step-native", workload.Default(), 20, o))
	if o.Quick {
		return fmt.Errorf("left out of a quick run")
	}
	return r.step(ctx, "step-native-large", workload.Large(), 1, o)
}

// step fills a row with a step of ours against PyTorch's, so many updates a repetition.
func (r *Report) step(ctx context.Context, key string, shape workload.Shape, n int, o Options) error {
	s, err := shape.New(compute.NewCPU())
	if err != nil {
		return err
	}
	theirs, err := r.theirs(ctx, shape, s.Updates(torch.First).Losses)
	if err != nil {
		return err
	}
	times, err := measure.Interleaved(ctx, o.effort().Repetitions, updates(s, n), theirs(n))
	if err != nil {
		return err
	}
	ratios := slices.Clone(times[1])
	for i, ours := range times[0] {
		ratios[i] /= ours
	}
	us, them, flops := measure.Median(times[0]), measure.Median(times[1]), shape.FLOPs()
	r.set(key, them/us, "%.2f ms against %.2f ms; from %.2f to %.2f x in single repetitions; "+
		"%.1f against %.1f GFLOP/s in %.0f MFLOP of matrix products",
		1e3*us, 1e3*them, slices.Min(ratios), slices.Max(ratios), flops/us/1e9, flops/them/1e9, flops/1e6)
	return nil
}

// updates is so many of our updates as one timed run.
func updates(s *workload.Step, n int) measure.Run {
	return func() (float64, error) { return s.Updates(n).Seconds, nil }
}

// theirs makes runs of so many of PyTorch's updates at a shape, by a process that is kept. It errs unless our first losses are its.
func (r *Report) theirs(ctx context.Context, shape workload.Shape, ours []float64) (func(n int) measure.Run, error) {
	p := r.torch[shape.Name]
	if p == nil {
		var err error
		if p, err = torch.Start(ctx, shape); err != nil {
			return nil, err
		}
		r.torch[shape.Name], r.Machine.Peers["PyTorch"] = p, p.Version
	}
	if err := p.Same(ours); err != nil {
		return nil, err
	}
	return func(n int) measure.Run {
		return func() (float64, error) {
			seconds, _, err := p.Steps(n)
			return seconds, err
		}
	}, nil
}

// elementwise measures the elementwise operations beside their rooflines.
func (r *Report) elementwise(ctx context.Context, o Options) error {
	got, err := workload.MeasureElementwise(ctx, compute.NewCPU(), o.effort())
	if err == nil {
		r.setElementwise("native", got)
	}
	return err
}

// probes holds what a run measures of its pairs against its updates.
func (r *Report) probes(ctx context.Context, o Options) error {
	got, err := workload.MeasureProbes(ctx, compute.NewCPU(), o.effort())
	if err == nil {
		r.setProbes("probes", got)
	}
	return err
}

// setProbes fills a row with the dearest axis. The row is of the pairs, which are sampled where they would cost more; the live validation
// loss is of as many windows whatever it costs, and is said beside it.
func (r *Report) setProbes(key string, got []workload.Probes) {
	dearest, validation := got[0], 0.0
	for _, p := range got {
		if p.Share() > dearest.Share() {
			dearest = p
		}
		validation = max(validation, p.ValidationShare())
	}
	r.set(key, 100*dearest.Share(), "at the default rate, the pairs of the dearest axis, %s: %.0f us a probe, %.2f ms an update, from the widening to the end "+
		"of the default run; the validation loss of %d windows every %d updates takes up to %.1f %% besides, which this row does not count",
		dearest.Axis, 1e6*dearest.Each, 1e3*dearest.Update, experiment.HeldWindows, experiment.ProbeEvery, 100*validation)
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
	r.set("allocations", float64(after.Mallocs-before.Mallocs)/steps, "%d updates of the default experiment after Inner 2x", steps)
	return nil
}

// Threads is what several threads inside one arm gain. Times are milliseconds a step by number of threads.
type Threads struct {
	Name    string    `json:"name"`
	Threads []int     `json:"threads"`
	Step    []float64 `json:"step_ms"`
}

// threads measures a step on one core, and on two, four … as many as there are.
func (r *Report) threads(ctx context.Context, o Options) error {
	var counts []int
	for n := 1; n < runtime.NumCPU(); n *= 2 {
		counts = append(counts, n)
	}
	counts = append(counts, runtime.NumCPU())
	for _, shape := range o.shapes(workload.Default(), workload.Large()) {
		var runs []measure.Run
		for _, n := range counts {
			team := compute.NewTeam(n)
			team.Use(n)
			s, err := shape.New(team)
			if err != nil {
				return err
			}
			runs = append(runs, updates(s, max(1, int(1e9/shape.FLOPs()))))
		}
		times, err := measure.Interleaved(ctx, o.effort().Repetitions, runs...)
		if err != nil {
			return err
		}
		t := Threads{Name: shape.Name, Threads: counts}
		for _, s := range times {
			t.Step = append(t.Step, 1e3*measure.Median(s))
		}
		r.Threads = append(r.Threads, t)
	}
	return nil
}

// profiles measures where the time of a step goes.
func (r *Report) profiles(ctx context.Context, o Options) error {
	for _, s := range o.shapes(workload.Default(), workload.Muon(), workload.Large()) {
		n := o.few(max(1, int(2e9/s.FLOPs()))) // about a fortieth of a second, or one that is longer
		p, err := workload.MeasureProfile(ctx, s, compute.NewCPU(), o.effort().Repetitions, n)
		if err != nil {
			return err
		}
		r.Profiles = append(r.Profiles, p)
	}
	return nil
}

// shapes are those given, or the first where the run is quick.
func (o Options) shapes(all ...workload.Shape) []workload.Shape {
	if o.Quick {
		return all[:1]
	}
	return all
}
