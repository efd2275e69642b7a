package trial

import (
	"context"
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// beforeWidening are updates, so that moments are not zero when they are copied.
const beforeWidening = 5

// lock widens by copies, with their states, along every axis, and trains on: the copies have to stay the same bits. And
// the same run a second time gives the same bits.
func (t *trial) lock(ctx context.Context, p *Part) error {
	for _, precision := range precisions {
		for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
			first, err := t.locked(ctx, p, precision, axis, true)
			if err != nil {
				return err
			}
			if axis != model.Joint {
				continue
			}
			again, err := t.locked(ctx, p, precision, axis, false)
			if err != nil {
				return err
			}
			n := unlike(first.Data, again.Data)
			p.add(Row{What: fmt.Sprintf("%s: unlike in the second of two runs", precision), Value: float64(n),
				Unit: "numbers", Note: fmt.Sprintf("of %d", len(first.Data))})
			if n > 0 {
				return fmt.Errorf("%s: the same run gave other bits the second time", precision)
			}
		}
	}
	return nil
}

// locked trains, widens and trains on. It returns the weights.
func (t *trial) locked(ctx context.Context, p *Part, precision cuda.Precision, axis model.Axis, tell bool,
) (w model.Values, err error) {
	s, err := begin(t.engines[precision], t.Sizes.Small, optim.AdamW, checkRate)
	if err != nil {
		return w, err
	}
	defer closed(s, &err)
	if err := s.updates(ctx, beforeWidening); err != nil {
		return w, err
	}
	plan, err := widen.New(widen.Spec{Axis: axis, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
		OptState: widen.Copy}, s.Table(), 5)
	if err != nil {
		return w, err
	}
	s.growth = s.growth.Widen(plan.To.Config)
	if err := s.Widen(plan, s.growth); err != nil {
		return w, err
	}
	if err := s.updates(ctx, t.Sizes.LockUpdates); err != nil {
		return w, err
	}
	if w, err = read(s, model.Weight); err != nil || !tell {
		return w, err
	}
	n, of := parted(plan, w)
	p.add(Row{What: fmt.Sprintf("%s, %s: unlike after %d updates", precision, axis, t.Sizes.LockUpdates),
		Value: float64(n), Unit: "numbers", Note: fmt.Sprintf("of %d", of)})
	if n > 0 {
		return w, fmt.Errorf("%s, %s: %d numbers of copies are not their originals' bits", precision, axis, n)
	}
	return w, nil
}

// updates makes some, until the time is over.
func (s *subject) updates(ctx context.Context, n int) error {
	for range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		u, err := s.update()
		if err != nil {
			return err
		}
		if u.NotFinite != "" {
			return fmt.Errorf("%s is not finite", u.NotFinite)
		}
	}
	return nil
}

// parted counts the numbers of copies that have other bits than their originals, and all that are compared.
func parted(plan *widen.Plan, w model.Values) (n, of int) {
	axes, _ := plan.Spec.Axis.Parts() // the plan was made of it
	for i, t := range w.Table.Tensors {
		cols := t.Cols.Size
		for e := range t.Experts {
			x := w.Expert(i, e)
			for _, axis := range axes {
				for _, q := range plan.Pairs(axis) {
					if t.Rows.Axis == axis {
						of += cols
						n += unlike(x[q.Orig*cols:][:cols], x[q.Copy*cols:][:cols])
					}
					if t.Cols.Axis == axis {
						of += t.Rows.Size
						for r := range t.Rows.Size {
							n += unlike(x[r*cols+q.Orig:][:1], x[r*cols+q.Copy:][:1])
						}
					}
				}
			}
		}
	}
	return n, of
}

var _ learner.Learner = (*subject)(nil)
