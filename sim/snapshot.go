package sim

import (
	"errors"
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
)

// headRoom is for what stands before the bulk of an encoding, which is allocated once instead of being grown.
const headRoom = 1024

// snapshot is the state of an arm that was not yet widened: it is all that a fork needs.
func (r *run) snapshot() ([]byte, error) {
	if r.stage > 0 {
		return nil, errors.New("a snapshot is taken before the first widening")
	}
	c := &coder{buf: make([]byte, 0, snapshots*4*len(r.net.Weights.Data)+headRoom)}
	c.snapshot(r, []model.Values{r.net.Weights, r.opt.M, r.opt.V})
	return c.buf, nil
}

// restore brings a fresh run to the state of a snapshot of the same network. Where it errs, the run is of no use any more.
func (r *run) restore(data []byte) error {
	c := &coder{reading: true, buf: data}
	c.snapshot(r, []model.Values{r.net.Weights, r.opt.M, r.opt.V})
	if c.err == nil && len(c.buf) > 0 {
		c.err = fmt.Errorf("%d bytes are left over", len(c.buf))
	}
	if c.err != nil {
		return fmt.Errorf("not a snapshot of this network: %w", c.err)
	}
	r.opt.Steps = r.step
	return nil
}

func (c *coder) snapshot(r *run, values []model.Values) {
	c.integer(&r.step)
	for _, v := range []*float64{&r.flops, &r.smooth.sum, &r.smooth.weight} {
		c.f64(v)
	}
	for _, v := range values {
		n := c.length(len(v.Data), 4)
		if c.err == nil && n != len(v.Data) {
			c.err = fmt.Errorf("it has %d parameters, the network %d", n, len(v.Data))
		}
		for i := range v.Data {
			c.f32(&v.Data[i])
		}
	}
}
