package checkpoints

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Widen widens a checkpoint into another, matrix by matrix from the disk to the disk, for a run whose network does not
// fit into memory twice: the run saves, lets go of its network, widens, and loads. g and p are the growth and the
// position after the widening of the plan. Every file is to the bit the one that the network would leave if it were
// widened in memory and saved.
func (k *Keeper) Widen(ctx context.Context, c *Checkpoint, plan *widen.Plan, g model.Growth, p Position) (*Checkpoint,
	error) {
	if p.Step != c.Step || p.Widenings != c.Widenings+1 || g.Stages() != p.Widenings+1 {
		return nil, fmt.Errorf("widening %d at step %d does not follow upon %d at step %d", p.Widenings, p.Step,
			c.Widenings, c.Step)
	}
	n := g.Stages() - 1
	from, err := c.source(ctx, plan.From, model.Growth{Inner: g.Inner[:n], Hidden: g.Hidden[:n]})
	if err != nil {
		return nil, err
	}
	defer from.Close()
	dir, err := k.write(ctx, &widened{from: from, plan: plan}, g, p)
	if err = errors.Join(err, from.Close()); err != nil {
		return nil, err
	}
	if err := k.prune(filepath.Base(dir)); err != nil {
		return nil, err
	}
	return open(ctx, dir)
}

// widened is a network as it is after a widening, made as it is read.
type widened struct {
	from network
	plan *widen.Plan
	src  []float32
}

func (w *widened) Table() *model.Table { return w.plan.To }

func (w *widened) Read(q model.Quantity, tensor, expert int, into []float32) error {
	old := w.plan.From.Tensors[tensor]
	if n := old.Rows.Size * old.Cols.Size; cap(w.src) < n {
		w.src = make([]float32, n)
	} else {
		w.src = w.src[:n]
	}
	if err := w.from.Read(q, tensor, expert, w.src); err != nil {
		return err
	}
	clear(into)
	switch q {
	case model.Moment1:
		w.plan.State(tensor, into, w.src, 1)
	case model.Moment2:
		w.plan.State(tensor, into, w.src, 2)
	default:
		w.plan.Weight(tensor, expert, into, w.src)
	}
	return nil
}
