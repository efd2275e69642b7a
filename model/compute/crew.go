package compute

import (
	"runtime"
	"sync/atomic"
)

// work is an operation that can be done in parts: units from to to, on the engine of the thread that does them.
type work interface {
	do(c *cpu, from, to int)
}

// crew is a caller and helpers that take the parts of one work at a time. Handing a part over costs about a microsecond as long as helpers
// are on the watch; after a while without work they sleep.
//
// A part is taken by counting up state: which work it is, how many parts it has and which is next, in one number, so that a helper that
// comes late cannot take a part of a work that is over. Only who has taken a part reads what the work is.
type crew struct {
	cpus  []*cpu // the caller's first
	state atomic.Uint64
	done  atomic.Int64 // parts
	fault atomic.Pointer[any]

	work    work
	n, part int // units; units in a part

	asleep []atomic.Bool // by helper
	wake   []chan struct{}
}

// The fields of crew.state: the number of the work, its parts, the next of them.
const (
	partBits = 20
	partMask = 1<<partBits - 1
)

func newCrew(k kernel, size int) *crew {
	c := &crew{asleep: make([]atomic.Bool, size), wake: make([]chan struct{}, size)}
	for range size {
		c.cpus = append(c.cpus, &cpu{kernel: k})
	}
	return c
}

// start sends helper i to work. It ends when its channel is closed.
func (c *crew) start(i int) {
	c.wake[i] = make(chan struct{}, 1)
	go func() {
		for seen := uint64(0); ; seen = c.state.Load() >> (2 * partBits) {
			c.help(i)
			if !c.watch(i, seen) {
				return
			}
		}
	}()
}

// help takes parts until none is left.
func (c *crew) help(i int) {
	for {
		s := c.state.Load()
		if s&partMask >= s>>partBits&partMask {
			return
		}
		s = c.state.Add(1) - 1
		at := s & partMask
		if at >= s>>partBits&partMask {
			return
		}
		from := int(at) * c.part
		c.take(i, from, min(from+c.part, c.n))
	}
}

// take does one part. A panic waits until all parts are done, and then is the caller's.
func (c *crew) take(i, from, to int) {
	defer func() {
		if r := recover(); r != nil {
			c.fail(r)
		}
		c.done.Add(1)
	}()
	c.work.do(c.cpus[i], from, to)
}

func (c *crew) fail(why any) { c.fault.CompareAndSwap(nil, &why) }

// watch waits for the work after seen; false says that there will be none.
func (c *crew) watch(i int, seen uint64) bool {
	isNew := func() bool { return c.state.Load()>>(2*partBits) != seen }
	const rounds, looks = 400, 64 // some 100 µs: the steps of a training leave no longer gap
	for range rounds {
		for range looks {
			if isNew() {
				return true
			}
		}
		runtime.Gosched()
	}
	c.asleep[i].Store(true)
	if isNew() && c.asleep[i].CompareAndSwap(true, false) {
		return true
	}
	_, ok := <-c.wake[i]
	return ok
}

// share does n units of w in parts, with the first threads of the crew, and returns when all are done.
func (c *crew) share(w work, n, part, threads int) {
	parts := (n + part - 1) / part
	c.work, c.n, c.part = w, n, part
	c.done.Store(0)
	number := c.state.Load()>>(2*partBits) + 1
	c.state.Store(number<<(2*partBits) | uint64(parts)<<partBits)
	for i := 1; i < threads; i++ {
		if c.wake[i] == nil {
			c.start(i)
		} else if c.asleep[i].CompareAndSwap(true, false) {
			c.wake[i] <- struct{}{}
		}
	}
	c.help(0)
	for spin := 0; c.done.Load() < int64(parts); spin++ {
		if spin%64 == 63 {
			runtime.Gosched()
		}
	}
	c.work = nil
	if f := c.fault.Swap(nil); f != nil {
		panic(*f)
	}
}

// stop lets the helpers end.
func (c *crew) stop() {
	for _, w := range c.wake {
		if w != nil {
			close(w)
		}
	}
}
