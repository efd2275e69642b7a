package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/torch"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// page measures the real page: what it loads, when it trains, what it takes from the main thread, and a whole run.
func (r *Report) page(ctx context.Context, o Options) error {
	if !o.Peers {
		return errNotAsked
	}
	l, err := inpage.Build(ctx)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := r.pageLoad(ctx, l, o); err != nil {
		return err
	}
	r.miss("page-frame", r.pageFrames(ctx, l, o))
	return r.pageRun(ctx, l, o)
}

func (r *Report) pageLoad(ctx context.Context, l *inpage.Lab, o Options) error {
	slow, err := l.Open(ctx, "", true)
	if err != nil {
		return err
	}
	slow.Close()
	r.set("page-bytes-picture", float64(slow.PictureBytes)/1e6,
		"files that had come whole when the live pictures replaced the still, at %.1f MB a second after %.1f s",
		inpage.LineRate/1e6, slow.Picture.Seconds())
	r.set("page-bytes-training", float64(slow.TrainingBytes)/1e6,
		"files that had come whole when the first step was done, after %.1f s", slow.Training.Seconds())
	var pictures, trainings []float64
	for range o.few(5) {
		v, err := l.Open(ctx, "", false)
		if err != nil {
			return err
		}
		v.Close()
		pictures, trainings = append(pictures, v.Picture.Seconds()), append(trainings, v.Training.Seconds())
	}
	r.set("page-first-step", measure.Median(trainings), "median of %d first visits; the first picture after %.2f s",
		len(trainings), measure.Median(pictures))
	return nil
}

// beside are how many busy threads of other programs the page's frames are measured beside. What lies between two
// frames is the more the longer they wait for a core.
var beside = []int{0, 2, 4}

func (r *Report) pageFrames(ctx context.Context, l *inpage.Lab, o Options) error {
	v, err := l.Open(ctx, inpage.FourArms().Link(), false)
	if err != nil {
		return err
	}
	defer v.Close()
	during := 12 * time.Second // a twentieth of few frames are fewer than happen to meet a collection of garbage
	if o.Quick {
		during = 2 * time.Second
	}
	var p95 []float64
	var notes []string
	for _, n := range beside {
		stop := spin(n)
		f, err := v.Frames(during)
		stop()
		if err != nil {
			return err
		}
		p95, notes = append(p95, f.P95), append(notes, fmt.Sprintf("beside %d busy threads %v", n, f))
	}
	r.set("page-frame", slices.Max(p95),
		"the highest of %.1f to %.1f ms beside other busy threads, at full speed, without a graphics card: %s",
		slices.Min(p95), slices.Max(p95), strings.Join(notes, "; "))
	return nil
}

// spin keeps n threads busy until it is stopped.
func spin(n int) (stop func()) {
	var enough atomic.Bool
	var all sync.WaitGroup
	before := runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
	for range n {
		all.Go(func() {
			for !enough.Load() {
			}
		})
	}
	return func() {
		enough.Store(true)
		all.Wait()
		runtime.GOMAXPROCS(before)
	}
}

// pageRun compares a whole run of three arms with what three runs in PyTorch take, one after the other. PyTorch's
// time is that of its steps before and after the widening, measured in turns with the page, times their number: it
// measures no probes and widens nothing. The page is left before every turn of PyTorch's: it draws its pictures on
// the processor.
func (r *Report) pageRun(ctx context.Context, l *inpage.Lab, o Options) error {
	e := inpage.ThreeArms()
	v, err := l.Open(ctx, e.Link(), false)
	if err != nil {
		return err
	}
	defer v.Close()
	if err := v.Leave(); err != nil {
		return err
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
		s, err := shape.New(compute.NewCPU())
		if err != nil {
			return err
		}
		theirs, err := r.theirs(ctx, shape, s.Updates(torch.First).Losses)
		if err != nil {
			return err
		}
		// Half as many go before them untimed: what ran in between has taken the caches.
		warm, timed := theirs(o.few(20)), theirs(o.few(40))
		runs = append(runs, func() (float64, error) {
			if _, err := warm(); err != nil {
				return 0, err
			}
			return timed()
		})
	}
	times, err := measure.Interleaved(ctx, o.few(7), runs...)
	if err != nil {
		return err
	}
	ours, small, large := measure.Median(times[0]), measure.Median(times[1]), measure.Median(times[2])
	if small > 1.1*large {
		return fmt.Errorf("PyTorch took %.2f ms for the smaller network, %.2f ms for the larger: something "+
			"disturbed it",
			1e3*small, 1e3*large)
	}
	before, arms := float64(e.Fork()), float64(len(e.Arms))
	after := float64(e.Steps) - before
	theirs := arms * (before*small + after*large)
	r.set("page-run", theirs/ours, "%.1f s (from %.1f to %.1f) against %.1f s; PyTorch's time is %.0f times %.0f "+
		"steps of %.2f ms and %.0f of %.2f ms, measured on one thread while the page was left; the page uses all "+
		"cores, shares the first %.0f steps, and measures its probes and its validation loss besides",
		ours, slices.Min(times[0]), slices.Max(times[0]), theirs, arms, before, 1e3*small, after, 1e3*large, before)
	return nil
}
