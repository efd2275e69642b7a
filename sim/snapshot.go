package sim

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// headRoom is for what stands before the bulk of an encoding, which is allocated once instead of being grown.
const headRoom = 1024

// snapshot is the whole state of an arm between two updates: all that decides the bits of what follows, as far as the document does not say
// it. Which widenings are done follows from the step; those of them bring along shapes, ages, pairs and learning rates. Batches depend on
// seed and step alone. seeking is the search that the widening that is due waits for, nil where none is under way.
func (r *run) snapshot(seeking *search) ([]byte, error) {
	size := r.learn.Table().Size
	if seeking != nil {
		size += seeking.wide.learn.Table().Size
	}
	c := &coder{buf: make([]byte, 0, experiment.StateValues*4*size+headRoom)}
	c.integer(&r.step)
	for k := range r.stage {
		if r.stages[k].Dynamics.Kind == optim.Remapped {
			c.integer(&r.places[k])
		}
	}
	c.trained(r)
	if seeking != nil {
		c.integer(&seeking.wide.step)
		c.trained(seeking.wide)
	}
	return c.buf, c.err
}

// restored is an arm, and the search that it was at, as a snapshot has them. It errs where the snapshot is not one of that arm, or no learner can
// go on from it.
func restored(e experiment.Experiment, arm int, snapshot []byte, f learner.Factory) (*run, *search, error) {
	r, err := blank(e, arm, f)
	if err != nil {
		return nil, nil, err
	}
	c := &coder{reading: true, buf: snapshot}
	own, seeking, wide := c.restore(r)
	if c.err == nil && len(c.buf) > 0 {
		c.err = fmt.Errorf("%d bytes are left over", len(c.buf))
	}
	if c.err != nil {
		return nil, nil, fmt.Errorf("not a state of this arm: %w", c.err)
	}
	if err = r.adopt(own); err == nil && seeking != nil {
		err = seeking.wide.adopt(wide)
	}
	if err != nil {
		r.close()
		return nil, nil, err
	}
	return r, seeking, nil
}

// restore brings an arm without a network to its step, and returns what its network goes on from; and the search that it was at, if any, with
// what that one's goes on from.
func (c *coder) restore(r *run) (own learner.State, seeking *search, wide learner.State) {
	c.within(&r.step, r.end)
	table := model.NewTable(r.exp.Start(r.arm))
	for r.stage < len(r.stages) && r.stages[r.stage].Step < r.step {
		w, place := r.stages[r.stage], 0
		if w.Dynamics.Kind == optim.Remapped {
			c.within(&place, r.exp.Steps)
		}
		plan, err := r.plan(w, table)
		if err != nil && c.err == nil {
			c.err = err
		}
		if c.err != nil {
			return own, nil, wide
		}
		r.grow(w, plan, place)
		table = plan.To
	}
	own = c.training(r, table)
	w, due := r.due()
	if !due || w.Dynamics.Kind != optim.Remapped || len(c.buf) == 0 || c.err != nil {
		return own, nil, wide
	}
	shape := r.shape(w, table.Config)
	seeking = &search{training(r.exp, shape, r.exp.Steps, r.make), r.smooth.mean()}
	c.within(&seeking.wide.step, seeking.wide.end)
	return own, seeking, c.training(seeking.wide, model.NewTable(shape))
}

// within is a number from 0 to most.
func (c *coder) within(v *int, most int) {
	c.integer(v)
	if c.err == nil && (*v < 0 || *v > most) {
		c.err = fmt.Errorf("step %d; there are 0 to %d", *v, most)
	}
}

// tallies visits what the updates of a run so far have summed up.
func (c *coder) tallies(r *run) {
	for _, v := range []*float64{&r.flops, &r.smooth.sum, &r.smooth.weight} {
		c.f64(v)
	}
}

// stateOf are the quantities that a state consists of.
var stateOf = [experiment.StateValues]model.Quantity{model.Weight, model.Moment1, model.Moment2}

// trained writes what the updates of a run so far have left: its network matrix by matrix, so that no second copy of all is made.
func (c *coder) trained(r *run) {
	c.tallies(r)
	var matrix []float32
	for _, q := range stateOf {
		for i, t := range r.learn.Table().Tensors {
			matrix = slices.Grow(matrix[:0], t.Rows.Size*t.Cols.Size)[:t.Rows.Size*t.Cols.Size]
			for e := range t.Experts {
				if c.err == nil {
					c.err = r.learn.Read(q, i, e, matrix)
				}
				c.floats(matrix)
			}
		}
	}
}

// training reads what trained wrote. It is allocated only once it is known to fit the data.
func (c *coder) training(r *run, table *model.Table) learner.State {
	c.tallies(r)
	if c.err == nil && (table.Size < 0 || table.Size > len(c.buf)/(experiment.StateValues*4)) {
		c.err = fmt.Errorf("%d bytes of values; the network has %d parameters", len(c.buf), table.Size)
	}
	if c.err != nil {
		return learner.State{}
	}
	s := learner.State{Steps: r.step, Weights: model.NewValues(table), M: model.NewValues(table), V: model.NewValues(table)}
	for _, v := range [experiment.StateValues]model.Values{s.Weights, s.M, s.V} {
		c.floats(v.Data)
	}
	return s
}

// floats visits as many numbers as v holds, in bulk: a state is hardly anything else.
func (c *coder) floats(v []float32) {
	if c.reading {
		b := c.take(4 * len(v))
		for i := range len(b) / 4 {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return
	}
	n := len(c.buf)
	c.buf = slices.Grow(c.buf, 4*len(v))[:n+4*len(v)]
	b := c.buf[n:]
	for i, x := range v {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
}

// bulk is bytes that, when read, are not copied.
func (c *coder) bulk(v *[]byte) {
	n := c.length(len(*v), 1)
	if !c.reading {
		c.buf = append(c.buf, *v...)
	} else {
		*v = slices.Clip(c.take(n))
	}
}
