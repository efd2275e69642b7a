package bench

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/torch"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// steps compares whole native training steps with PyTorch's, both on one thread.
func (r *Report) steps(ctx context.Context, o Options) error {
	if !o.Peers {
		return errNotAsked
	}
	python, err := torch.Find(ctx)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		key   string
		shape workload.Shape
		each  int // steps of one repetition
	}{{"step-native", workload.Default(), 20}, {"step-native-large", workload.Large(), 1}} {
		if o.Quick && c.key != "step-native" {
			r.miss(c.key, fmt.Errorf("left out of a quick run"))
			continue
		}
		if err := r.step(ctx, python, c.key, c.shape, c.each, o); err != nil {
			r.miss(c.key, err)
		}
	}
	return ctx.Err()
}

func (r *Report) step(ctx context.Context, python, key string, shape workload.Shape, each int, o Options) error {
	s, err := shape.New(compute.NewCPU())
	if err != nil {
		return err
	}
	p, err := torch.Start(ctx, python, s)
	if err != nil {
		return err
	}
	defer p.Close()
	r.Machine.Peers["PyTorch"] = p.Version
	theirs, err := sameNetwork(s, p)
	if err != nil {
		return err
	}
	laps, err := measure.Laps(ctx, o.repetitions(), updates(s, each), theirs(each))
	if err != nil {
		return err
	}
	us, them, ratios := measure.Median(laps[0]), measure.Median(laps[1]), measure.Ratios(laps[1], laps[0])
	r.set(key, them/us, "%.2f ms against %.2f ms; from %.2f to %.2f x in single repetitions; %.1f against %.1f GFLOP/s in %.0f MFLOP of matrix products",
		1e3*us, 1e3*them, slices.Min(ratios), slices.Max(ratios), shape.FLOPs()/us/1e9, shape.FLOPs()/them/1e9, shape.FLOPs()/1e6)
	return nil
}

// updates is so many of our updates as one timed run.
func updates(s *workload.Step, each int) measure.Run {
	return func() (float64, error) {
		seconds, err := measure.Repeat(0, func() {
			for range each {
				s.Run()
			}
		})()
		return seconds / float64(each), err
	}
}

// sameNetwork makes a few updates on both sides and errs where their losses differ; a comparison of times would then be worth nothing.
func sameNetwork(s *workload.Step, p *torch.Peer) (func(each int) measure.Run, error) {
	const first = 3
	_, losses, err := p.Steps(first)
	if err != nil {
		return nil, err
	}
	for i, theirs := range losses {
		if ours := s.Run(); math.Abs(ours-theirs) > 1e-2 {
			return nil, fmt.Errorf("after %d updates the loss is %.4f here and %.4f in PyTorch: it is not the same network", i, ours, theirs)
		}
	}
	return func(each int) measure.Run {
		return func() (float64, error) {
			seconds, _, err := p.Steps(each)
			return seconds, err
		}
	}, nil
}

// allocations counts what a step asks of the memory allocator after its first few updates.
func (r *Report) allocations(_ context.Context, o Options) error {
	s, err := workload.Default().New(compute.NewCPU())
	if err != nil {
		return err
	}
	const steps = 50
	for range steps {
		s.Run() // how many tokens an expert gets changes, and buffers grow to the largest number
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range steps {
		s.Run()
	}
	runtime.ReadMemStats(&after)
	r.set("allocations", float64(after.Mallocs-before.Mallocs)/steps, "%d updates of the default experiment after Inner 2x", steps)
	return nil
}
