package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/torch"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// pageRun compares a whole run of three arms with what three runs in PyTorch take, one after the other. PyTorch's time is that of its steps
// before and after the widening, measured in turns with the page, times their number: it measures no probes and widens nothing. The page
// is left before every turn of PyTorch's: it draws its pictures on the processor.
func (r *Report) pageRun(ctx context.Context, l *inpage.Lab, o Options) error {
	e := inpage.ThreeArms()
	python, err := torch.Find(ctx)
	if err != nil {
		r.miss("page-run", err)
		return nil
	}
	v, err := l.Open(ctx, e.Link(), false)
	if err != nil {
		return err
	}
	defer v.Close()
	if err := v.Leave(); err != nil {
		return err
	}
	repetitions, each := 7, 40
	if o.Quick {
		repetitions, each = 1, 5
	}
	runs := []measure.Run{func() (float64, error) {
		if err := v.Return(); err != nil {
			return 0, err
		}
		seconds, err := v.RunAtFullSpeed()
		if err != nil {
			return 0, err
		}
		return seconds, v.Leave()
	}}
	for _, shape := range []workload.Shape{workload.Small(), workload.Default()} {
		theirs, done, err := rested(ctx, python, shape, each)
		if err != nil {
			r.miss("page-run", err)
			return nil
		}
		defer done()
		runs = append(runs, theirs)
	}
	laps, err := measure.Laps(ctx, repetitions, runs...)
	if err != nil {
		return err
	}
	ours, small, large := measure.Median(laps[0]), measure.Median(laps[1]), measure.Median(laps[2])
	if err := undisturbed(small, large); err != nil {
		r.miss("page-run", err)
		return nil
	}
	before := float64(e.Fork())
	after, arms := float64(e.Steps)-before, float64(len(e.Arms))
	theirs := arms * (before*small + after*large)
	r.set("page-run", theirs/ours, "%.1f s (from %.1f to %.1f) against %.1f s; PyTorch's time is %.0f times %.0f steps of %.2f ms and %.0f of %.2f ms, measured on one thread while the page was left; the page uses all cores, shares the first %.0f steps, and measures its probes and the held-out text besides",
		ours, slices.Min(laps[0]), slices.Max(laps[0]), theirs, arms, before, 1e3*small, after, 1e3*large, before)
	return nil
}

// rested is so many of PyTorch's steps as one run. Half as many go before them untimed: what ran in between has taken the caches.
func rested(ctx context.Context, python string, shape workload.Shape, each int) (measure.Run, func(), error) {
	s, err := shape.New(compute.NewCPU())
	if err != nil {
		return nil, nil, err
	}
	p, err := torch.Start(ctx, python, s)
	if err != nil {
		return nil, nil, err
	}
	steps, err := sameNetwork(s, p)
	if err != nil {
		p.Close()
		return nil, nil, err
	}
	warm, timed := steps((each+1)/2), steps(each)
	return func() (float64, error) {
		if _, err := warm(); err != nil {
			return 0, err
		}
		return timed()
	}, p.Close, nil
}

// undisturbed errs where PyTorch was slower at the smaller of two networks than at the larger: something else was running then.
func undisturbed(small, large float64) error {
	if small > 1.1*large {
		return fmt.Errorf("PyTorch took %.2f ms for the smaller network and %.2f ms for the larger: something else ran beside it", 1e3*small, 1e3*large)
	}
	return nil
}
