package bench

import (
	"context"
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
	f, err := v.Frames(during)
	if err != nil {
		r.miss("page-frame", err)
		return ctx.Err()
	}
	r.set("page-frame", f.P95, "%v; at full speed, without a graphics card", f)
	return nil
}
