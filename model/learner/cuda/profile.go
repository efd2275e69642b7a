package cuda

import (
	"time"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// profile is where the time goes: an event before every launch, and the name of what is launched. What is copied or set
// to zero in between counts for the launch before it.
type profile struct {
	events []*driver.Event
	names  []string
}

// mark notes an instant, and what begins there.
func (p *profile) mark(dev *driver.Device, name string) {
	e := dev.Event()
	e.Record()
	p.events, p.names = append(p.events, e), append(p.names, name)
}

// Profile does something with a learner of the factory, and returns the time that each kernel took on the device in it.
// It costs time itself: the sum is more than without it.
func (f *Factory) Profile(do func() error) (map[string]time.Duration, error) {
	p := &profile{}
	if err := f.dev.Do(func() error {
		f.kernels.profile = p
		return nil
	}); err != nil {
		return nil, err
	}
	err := do()
	took := map[string]time.Duration{}
	if e := f.dev.Do(func() error {
		f.kernels.profile = nil
		p.mark(f.dev, "")
		for i, e := range p.events {
			if i > 0 {
				took[p.names[i-1]] += e.Since(p.events[i-1])
			}
		}
		for _, e := range p.events {
			e.Close()
		}
		return f.dev.Err()
	}); err == nil {
		err = e
	}
	return took, err
}
