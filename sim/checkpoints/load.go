package checkpoints

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Sink is what matrices are written to: a learner.
type Sink interface {
	Table() *model.Table
	Write(q model.Quantity, tensor, expert int, from []float32) error
}

// Load writes what a learner goes on from into one that is empty, matrix by matrix, so that the program holds no more
// than one of them. The learner's shape and g, its growth, are those that the document leads to at the checkpoint's
// position. It errs where the checkpoint is of another document, another shape or another growth, and says in one
// sentence which.
func (c *Checkpoint) Load(ctx context.Context, doc experiment.Valid, into Sink, g model.Growth) error {
	if err := c.Of(doc); err != nil {
		return err
	}
	t := into.Table()
	from, err := c.source(ctx, t, g)
	if err != nil {
		return err
	}
	defer from.Close()
	var matrix []float32
	for _, q := range []model.Quantity{model.Weight, model.Moment1, model.Moment2} {
		for i, x := range t.Tensors {
			n := x.Rows.Size * x.Cols.Size
			matrix = slices.Grow(matrix[:0], n)[:n]
			for e := range x.Experts {
				if err := from.Read(q, i, e, matrix); err != nil {
					return err
				}
				if err := into.Write(q, i, e, matrix); err != nil {
					return err
				}
			}
		}
	}
	return from.Close()
}

// Of errs where the checkpoint is not one of a document. What it and its arm are called does not matter, nor whether it
// recomputes.
func (c *Checkpoint) Of(doc experiment.Valid) error {
	if at := differs(c.Experiment.Deciding().JSON(), doc.Experiment().Deciding().JSON()); at != "" {
		return fmt.Errorf("%s is the checkpoint of another experiment: %s", c.Dir, at)
	}
	return nil
}

// network is a checkpoint as the run's network, whose head may be tied and have a factor on its logits.
type network struct {
	*checkpoint.Reader
	table *model.Table
}

func (n network) Table() *model.Table { return n.table }

// source begins to read a network of shape t that has grown so; the caller closes it.
func (c *Checkpoint) source(ctx context.Context, t *model.Table, g model.Growth) (network, error) {
	n := network{c.network.Reader(ctx), t}
	err := c.fits(ctx, n, g)
	if err != nil {
		_ = n.Close() // it was only read
		err = fmt.Errorf("%s is not the checkpoint that is asked for: %w", c.Dir, err)
	}
	return n, err
}

// fits requires that the folder holds the network.
func (c *Checkpoint) fits(ctx context.Context, n network, g model.Growth) error {
	want, there := n.table, c.network.Table
	mult := want.Config.LogitMult
	if mult != 1 {
		shape := want.Config
		shape.Untied, shape.LogitMult = true, 1
		want = model.NewTable(shape)
	}
	if err := same(want, there); err != nil {
		return err
	}
	grown, err := c.network.Growth(ctx)
	if err != nil {
		return err
	}
	if !slices.Equal(grown.Inner, g.Inner) || !slices.Equal(grown.Hidden, g.Hidden) {
		return fmt.Errorf("by the ages of its rows and columns it was %v wide inside and %v hidden, and not %v and %v",
			grown.Inner, grown.Hidden, g.Inner, g.Hidden)
	}
	if mult == 1 {
		return nil
	}
	return carries(n, there, float32(mult))
}

// same errs unless two networks have the same matrices.
func same(want, there *model.Table) error {
	for i, x := range want.Tensors {
		if i >= len(there.Tensors) {
			return fmt.Errorf("it has no %s", x.Name(0))
		}
		y := there.Tensors[i]
		if x.Name(0) != y.Name(0) || x.Experts != y.Experts || x.Rows != y.Rows || x.Cols != y.Cols {
			return fmt.Errorf("it has %d of %s, %d by %d; the experiment leads to %d of %s, %d by %d", y.Experts,
				y.Name(0), y.Rows.Size, y.Cols.Size, x.Experts, x.Name(0), x.Rows.Size, x.Cols.Size)
		}
	}
	if n := len(there.Tensors); n > len(want.Tensors) {
		return fmt.Errorf("it has %s, which the experiment does not lead to", there.Tensors[n-1].Name(0))
	}
	return nil
}

// carries requires of a head that stands apart that it is the embedding times the factor on the logits: then nothing of
// it is lost where the embedding is the head again.
func carries(n network, there *model.Table, mult float32) error {
	embed, head := there.Find(model.Embed, -1), there.Find(model.Head, -1)
	x := there.Tensors[head]
	a, b := make([]float32, x.Len()), make([]float32, x.Len())
	if err := errors.Join(n.Read(model.Weight, embed, 0, a), n.Read(model.Weight, head, 0, b)); err != nil {
		return err
	}
	for i := range a {
		if a[i]*mult != b[i] {
			return fmt.Errorf("%s[%d, %d] is not %g times the embedding", x.Name(0), i/x.Cols.Size, i%x.Cols.Size,
				mult)
		}
	}
	return nil
}
