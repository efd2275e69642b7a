package train

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/codec"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// headRoom is for what stands before the bulk of an encoding, which is allocated once instead of being grown.
const headRoom = 1024

// snapshot is the whole state of an arm between two updates: all that decides the bits of what follows, as far as the
// document does not say it. Which widenings are done follows from the step; those of them bring along shapes, stages,
// pairs and learning rates. Batches depend on seed and step alone. seeking is the search that the widening that is due
// waits for, nil where none is under way.
func (r *Arm) snapshot(seeking *search) ([]byte, error) {
	size := r.learn.Table().Size
	if seeking != nil {
		size += seeking.wide.learn.Table().Size
	}
	c := &codec.Coder{Buf: make([]byte, 0, experiment.StateValues*4*size+headRoom)}
	c.Int(&r.step)
	for k := range r.stage {
		if r.stages[k].Dynamics.Kind == optim.Remapped {
			c.Int(&r.places[k])
		}
	}
	r.encode(c)
	if seeking != nil {
		c.Int(&seeking.wide.step)
		seeking.wide.encode(c)
	}
	return c.Buf, c.Err
}

// restored is an arm, and the search that it was at, as a snapshot has them. It errs where the snapshot is not one of
// that arm, or no learner can go on from it.
func restored(doc experiment.Valid, arm int, snapshot []byte, f learner.Factory) (*Arm, *search, error) {
	r, err := blank(doc, arm, f)
	if err != nil {
		return nil, nil, err
	}
	seeking, err := r.resume(snapshot)
	return r, seeking, err
}

// clone is an arm once more, which goes on without a bit of this one being changed. The search that it may be at is
// left out. It errs where a state cannot be read, and declines where there is no place for a second network.
func (r *Arm) clone() (*Arm, error) {
	state, err := r.snapshot(nil)
	if err != nil {
		return nil, err
	}
	return r.sibling(state)
}

// sibling is the same arm as it was at a snapshot.
func (r *Arm) sibling(state []byte) (*Arm, error) {
	c := training(r.exp, r.task, r.exp.Start(r.arm), r.end, r.make)
	c.follow(r.arm)
	if _, err := c.resume(state); err != nil {
		return nil, decline("there is no place for a second network beside this one: %v", err)
	}
	return c, nil
}

// resume brings an arm without a network to where a snapshot has it, and returns the search that it was at, if any.
func (r *Arm) resume(snapshot []byte) (*search, error) {
	c := &codec.Coder{Reading: true, Buf: snapshot}
	own, seeking, wide := r.restore(c)
	if c.Err == nil && len(c.Buf) > 0 {
		c.Err = fmt.Errorf("%d bytes are left over", len(c.Buf))
	}
	if c.Err != nil {
		return nil, fmt.Errorf("not a state of this arm: %w", c.Err)
	}
	err := r.adopt(own)
	if err == nil && seeking != nil {
		err = seeking.wide.adopt(wide)
	}
	if err != nil {
		r.Close()
	}
	return seeking, err
}

// restore brings an arm without a network to its step, and returns what its network goes on from; and the search that
// it was at, if any, with what that one's goes on from.
func (r *Arm) restore(c *codec.Coder) (own learner.State, seeking *search, wide learner.State) {
	within(c, &r.step, r.end)
	table := model.NewTable(r.exp.Start(r.arm))
	for r.stage < len(r.stages) && r.stages[r.stage].Step < r.step {
		w, place := r.stages[r.stage], 0
		if w.Dynamics.Kind == optim.Remapped {
			within(c, &place, r.exp.Steps)
		}
		plan, err := r.plan(w, table)
		if err != nil && c.Err == nil {
			c.Err = err
		}
		if c.Err != nil {
			return own, nil, wide
		}
		r.grow(w, plan, place)
		table = plan.To
	}
	own = r.decode(c, table)
	w, due := r.due()
	if !due || w.Dynamics.Kind != optim.Remapped || len(c.Buf) == 0 || c.Err != nil {
		return own, nil, wide
	}
	shape := r.shape(w, table.Config)
	seeking = &search{training(r.exp, r.task, shape, r.exp.Steps, r.make), r.lossEMA.mean()}
	within(c, &seeking.wide.step, seeking.wide.end)
	return own, seeking, seeking.wide.decode(c, model.NewTable(shape))
}

// within is a number from 0 to most.
func within(c *codec.Coder, v *int, most int) {
	c.Int(v)
	if c.Err == nil && (*v < 0 || *v > most) {
		c.Err = fmt.Errorf("step %d; there are 0 to %d", *v, most)
	}
}

// tallies visits what the updates of a run so far have summed up.
func (r *Arm) tallies(c *codec.Coder) {
	for _, v := range []*float64{&r.flops, &r.lossEMA.sum, &r.lossEMA.weight} {
		c.F64(v)
	}
}

// stateOf are the quantities that a state consists of.
var stateOf = [experiment.StateValues]model.Quantity{model.Weight, model.Moment1, model.Moment2}

// encode writes what the updates of a run so far have left: its network matrix by matrix, so that no second copy of all
// is made.
func (r *Arm) encode(c *codec.Coder) {
	r.tallies(c)
	var matrix []float32
	for _, q := range stateOf {
		for i, t := range r.learn.Table().Tensors {
			matrix = slices.Grow(matrix[:0], t.Rows.Size*t.Cols.Size)[:t.Rows.Size*t.Cols.Size]
			for e := range t.Experts {
				if c.Err == nil {
					c.Err = r.learn.Read(q, i, e, matrix)
				}
				c.Floats(matrix)
			}
		}
	}
}

// decode reads what encode wrote. It is allocated only once it is known to fit the data.
func (r *Arm) decode(c *codec.Coder, table *model.Table) learner.State {
	r.tallies(c)
	if c.Err == nil && (table.Size < 0 || table.Size > len(c.Buf)/(experiment.StateValues*4)) {
		c.Err = fmt.Errorf("%d bytes of values; the network has %d parameters", len(c.Buf), table.Size)
	}
	if c.Err != nil {
		return learner.State{}
	}
	s := learner.State{Steps: r.step, Weights: model.NewValues(table), M: model.NewValues(table),
		V: model.NewValues(table)}
	for _, v := range [experiment.StateValues]model.Values{s.Weights, s.M, s.V} {
		c.Floats(v.Data)
	}
	return s
}

// MaxSnapshot is more bytes than any snapshot of an arm has, a search included.
func MaxSnapshot(e experiment.Experiment, arm int) int64 {
	return headRoom + 2*experiment.StateValues*4*int64(model.NewTable(e.Wide(arm)).Size)
}
