package bench

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
)

// thePage measures the real page: what it loads, when it trains, what it takes from the main thread, and a whole run.
func (r *Report) thePage(ctx context.Context, o Options) error {
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
	if err := r.pageFrames(ctx, l, o); err != nil {
		return err
	}
	return r.pageRun(ctx, l, o)
}

func (r *Report) pageLoad(ctx context.Context, l *inpage.Lab, o Options) error {
	slow, err := l.Open(ctx, "", true)
	if err != nil {
		return err
	}
	slow.Close()
	r.set("page-bytes-picture", float64(slow.PictureBytes-slow.Spare)/1e6, "what had been sent when the live pictures replaced the still, through a line of %.1f MB a second after %.1f s, without the %.2f MB of the training program that had come while they started",
		inpage.LineRate/1e6, slow.Picture.Seconds(), float64(slow.Spare)/1e6)
	r.set("page-bytes-training", float64(slow.TrainingBytes)/1e6, "what had been sent when the first step was done, after %.1f s", slow.Training.Seconds())
	var pictures, trainings []float64
	for range min(o.repetitions(), 5) {
		v, err := l.Open(ctx, "", false)
		if err != nil {
			return err
		}
		v.Close()
		pictures, trainings = append(pictures, v.Picture.Seconds()), append(trainings, v.Training.Seconds())
	}
	r.set("page-first-step", measure.Median(trainings), "median of %d first visits; the first picture after %.2f s", len(trainings), measure.Median(pictures))
	return nil
}

func (r *Report) pageFrames(ctx context.Context, l *inpage.Lab, o Options) error {
	v, err := l.Open(ctx, inpage.FourArms().Link(), false)
	if err != nil {
		return err
	}
	defer v.Close()
	during := 8 * time.Second
	switch {
	case o.Quick:
		during = 2 * time.Second
	case o.Long: // a twentieth of few frames are fewer than happen to meet a collection of garbage
		during = 12 * time.Second
	}
	var most, least float64
	var notes []string
	for i, n := range beside {
		stop := spin(n)
		f, err := v.Frames(during)
		stop()
		if err != nil {
			r.miss("page-frame", err)
			return ctx.Err()
		}
		if i == 0 {
			least = f.P95
		}
		most, least = max(most, f.P95), min(least, f.P95)
		notes = append(notes, fmt.Sprintf("beside %d busy threads %v", n, f))
	}
	rest, err := v.Rest(during)
	if err != nil {
		r.miss("page-frame", err)
		return ctx.Err()
	}
	r.set("page-frame", most, "the highest of %.1f to %.1f ms, at full speed, without a graphics card: %s; a frame of the page at rest takes %.2f",
		least, most, strings.Join(notes, "; "), rest.P95)
	return nil
}

// beside are how many busy threads of other programs the page's frames are measured beside. What lies between two frames is the more the longer they
// wait for a core.
var beside = []int{0, 2, 4}

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
