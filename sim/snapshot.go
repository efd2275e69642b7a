package sim

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// headRoom is for what stands before the bulk of an encoding, which is allocated once instead of being grown.
const headRoom = 1024

// snapshot is the whole state of an arm between two updates: all that decides the bits of what follows, as far as the document does not say
// it. Which widenings are done follows from the step; those of them bring along shapes, ages, pairs and learning rates. Batches depend on
// seed and step alone. seeking is the search that the widening that is due waits for, nil where none is under way.
func (r *run) snapshot(seeking *search) []byte {
	size := len(r.net.Weights.Data)
	if seeking != nil {
		size += len(seeking.wide.net.Weights.Data)
	}
	c := &coder{buf: make([]byte, 0, snapshots*4*size+headRoom)}
	c.integer(&r.step)
	for k := range r.stage {
		if r.stages[k].Dynamics.Kind == optim.Remapped {
			c.integer(&r.places[k])
		}
	}
	c.training(r, r.net.Table)
	if seeking != nil {
		c.integer(&seeking.wide.step)
		c.training(seeking.wide, seeking.wide.net.Table)
	}
	return c.buf
}

// restored is an arm, and the search that it was at, as a snapshot has them. It errs where the snapshot is not one of that arm.
func restored(e Experiment, arm int, snapshot []byte) (*run, *search, error) {
	r, err := blank(e, arm)
	if err != nil {
		return nil, nil, err
	}
	c := &coder{reading: true, buf: snapshot}
	seeking := c.restore(r)
	if c.err == nil && len(c.buf) > 0 {
		c.err = fmt.Errorf("%d bytes are left over", len(c.buf))
	}
	if c.err != nil {
		return nil, nil, fmt.Errorf("not a state of this arm: %w", c.err)
	}
	return r, seeking, nil
}

// restore brings an arm without a network to its state, and returns the search that it was at, if any.
func (c *coder) restore(r *run) *search {
	c.within(&r.step, r.end)
	table := model.NewTable(r.exp.start(r.arm))
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
			return nil
		}
		r.grow(w, plan, place)
		table = plan.To
	}
	c.training(r, table)
	w, due := r.due()
	if !due || w.Dynamics.Kind != optim.Remapped || len(c.buf) == 0 || c.err != nil {
		return nil
	}
	shape := r.shape(w)
	s := &search{training(r.exp, shape, r.exp.Steps), r.smooth.mean()}
	c.within(&s.wide.step, s.wide.end)
	c.training(s.wide, model.NewTable(shape))
	return s
}

// within is a number from 0 to most.
func (c *coder) within(v *int, most int) {
	c.integer(v)
	if c.err == nil && (*v < 0 || *v > most) {
		c.err = fmt.Errorf("step %d; there are 0 to %d", *v, most)
	}
}

// training visits what the updates of a run so far have left. What is read is allocated only once it is known to fit the data.
func (c *coder) training(r *run, table *model.Table) {
	for _, v := range []*float64{&r.flops, &r.smooth.sum, &r.smooth.weight} {
		c.f64(v)
	}
	if !c.reading {
		for _, v := range []model.Values{r.net.Weights, r.opt.M, r.opt.V} {
			c.floats(v.Data)
		}
		return
	}
	if c.err == nil && (table.Size < 0 || table.Size > len(c.buf)/(snapshots*4)) {
		c.err = fmt.Errorf("%d bytes of values; the network has %d parameters", len(c.buf), table.Size)
	}
	if c.err != nil {
		return
	}
	var all [snapshots]model.Values
	for i := range all {
		all[i] = model.NewValues(table)
		c.floats(all[i].Data)
	}
	r.adopt(all[0], all[1], all[2])
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
