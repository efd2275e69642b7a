package trial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// fullRate is the learning rate of the full size, without a warm-up.
const fullRate = 2e-4

// leastUpdates are those without which nothing is said: the first makes the device's caches warm.
const leastUpdates = 3

// full trains the paper's network on the same tokens again and again: what it takes beside what was planned, how fast
// it is, and whether the loss falls.
func (t *trial) full(ctx context.Context, p *Part) (err error) {
	n, f := t.Sizes.Full, t.devices[cuda.BF16]
	before, _, err := f.Memory()
	if err != nil {
		return err
	}
	plan := cuda.FootprintOf(n.Config, n.setup(optimizer(optim.AdamW, fullRate)), cuda.BF16).Total()
	s, err := begin(f, n, optim.AdamW, fullRate)
	if err != nil {
		return err
	}
	defer closed(s, &err)
	after, _, err := f.Memory()
	if err != nil {
		return err
	}
	p.add(Row{What: "memory planned", Value: plan / 1e9, Unit: "GB"})
	p.add(Row{What: "memory taken, as the driver says", Value: float64(before-after) / 1e9, Unit: "GB"})

	ids, labels := s.data()
	var losses, seconds []float64
	rates := []float64{fullRate}
	for i := 0; i < t.Sizes.FullUpdates; i++ {
		if i >= leastUpdates && !timeFor(ctx, seconds[len(seconds)-1]) {
			break
		}
		if ctx.Err() != nil || i > 0 && !timeFor(ctx, seconds[i-1]/2) {
			return fmt.Errorf("after %d updates: %w", i, cmp.Or(ctx.Err(), context.DeadlineExceeded))
		}
		begun := time.Now()
		u, err := s.Train(ids, labels, rates)
		if err != nil {
			return err
		}
		seconds, losses = append(seconds, time.Since(begun).Seconds()), append(losses, u.CE)
		if u.NotFinite != "" {
			return fmt.Errorf("after %d updates %s is not finite", i, u.NotFinite)
		}
		if i == 0 {
			p.add(Row{What: "the first update, not counted below", Value: seconds[0], Unit: "s"})
		}
	}
	speed := t.speed("tokens a second", n, seconds)
	t.reached = speed.Value
	p.add(speed)
	first, now := losses[0], losses[len(losses)-1]
	p.add(Row{What: "cross-entropy of the first update", Value: first, Unit: "nats"})
	p.add(Row{What: fmt.Sprintf("cross-entropy of update %d", len(losses)), Value: now, Unit: "nats"})
	if !(now < first) {
		return errors.New("the loss did not fall")
	}
	if !timeFor(ctx, 2*seconds[len(seconds)-1]) {
		return nil
	}
	return t.profile(p, func() error {
		_, err := s.Train(ids, labels, rates)
		return err
	})
}

// profile tells where the time of an update goes: the kernels that take most of it.
func (t *trial) profile(p *Part, update func() error) error {
	took, err := t.devices[cuda.BF16].Profile(update)
	if err != nil {
		return err
	}
	var all time.Duration
	for _, x := range took {
		all += x
	}
	names := slices.SortedFunc(maps.Keys(took), func(a, b string) int {
		return cmp.Or(cmp.Compare(took[b], took[a]), cmp.Compare(a, b))
	})
	for _, name := range names[:min(len(names), 16)] {
		p.add(Row{What: "of an update: " + name, Value: took[name].Seconds() * 1000, Unit: "ms",
			Note: fmt.Sprintf("%.1f %%", 100*took[name].Seconds()/all.Seconds())})
	}
	return nil
}

// timeFor reports whether there is time for another update, and for giving back.
func timeFor(ctx context.Context, seconds float64) bool {
	end, ok := ctx.Deadline()
	return !ok || time.Until(end).Seconds() > 2*seconds+1
}

// speed is the row of a network's speed, of the seconds of its updates but the first: the median of these.
func (t *trial) speed(what string, n Network, seconds []float64) Row {
	some := slices.Sorted(slices.Values(seconds[1:]))
	median := some[len(some)/2]
	r := Row{What: what, Value: float64(n.tokens()) / median, Unit: "tokens/s",
		Note: fmt.Sprintf("median of %d updates of %d tokens", len(some), n.tokens())}
	tflops := model.Count(n.Config, n.Batch*n.Accumulate, n.Seq).FLOPs / median / 1e12
	if t.card.PeakTFLOPs > 0 {
		r.Fraction = tflops / t.card.PeakTFLOPs
	}
	if t.fastest > 0 {
		r.Note += fmt.Sprintf(", %.1f %% of the fastest product", 100*tflops/t.fastest)
	}
	return r
}
