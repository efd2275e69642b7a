package compute

import (
	"runtime"
	"sync/atomic"
)

// task is an operation that can be done in chunks: items from to to, on the engine of the thread that does them.
type task interface {
	do(c *cpu, from, to int)
}

// threadPool is a caller and workers that take the chunks of one task at a time. Handing a chunk over costs about a
// microsecond as long as workers spin; after a while without a task they are parked.
//
// A chunk is taken by counting up state: which task it is, how many chunks it has and which is next, in one number, so
// that a worker that has not seen a task end cannot take a chunk of it. Only who has taken a chunk reads what the task
// is.
type threadPool struct {
	cpus  []*cpu // the caller's first
	state atomic.Uint64
	done  atomic.Int64 // chunks
	fault atomic.Pointer[any]

	task     task
	n, chunk int // items; items in a chunk

	parked []atomic.Bool // by worker
	wake   []chan struct{}
}

// The fields of pool.state: the number of the task, its chunks, the next of them.
const (
	chunkBits = 20
	chunkMask = 1<<chunkBits - 1
)

func newThreadPool(k kernel, size int) *threadPool {
	p := &threadPool{parked: make([]atomic.Bool, size), wake: make([]chan struct{}, size)}
	for range size {
		p.cpus = append(p.cpus, &cpu{kernel: k})
	}
	return p
}

// start starts worker i. It ends when its channel is closed.
func (p *threadPool) start(i int) {
	p.wake[i] = make(chan struct{}, 1)
	go func() {
		for seen := uint64(0); ; seen = p.state.Load() >> (2 * chunkBits) {
			p.takeChunks(i)
			if !p.spin(i, seen) {
				return
			}
		}
	}()
}

// takeChunks takes chunks until none is left.
func (p *threadPool) takeChunks(i int) {
	for {
		s := p.state.Load()
		if s&chunkMask >= s>>chunkBits&chunkMask {
			return
		}
		s = p.state.Add(1) - 1
		at := s & chunkMask
		if at >= s>>chunkBits&chunkMask {
			return
		}
		from := int(at) * p.chunk
		p.take(i, from, min(from+p.chunk, p.n))
	}
}

// take does one chunk. A panic waits until all chunks are done, and then is the caller's.
func (p *threadPool) take(i, from, to int) {
	defer func() {
		if r := recover(); r != nil {
			p.fail(r)
		}
		p.done.Add(1)
	}()
	p.task.do(p.cpus[i], from, to)
}

func (p *threadPool) fail(why any) { p.fault.CompareAndSwap(nil, &why) }

// spin waits for the task after seen; false says that there will be none.
func (p *threadPool) spin(i int, seen uint64) bool {
	isNew := func() bool { return p.state.Load()>>(2*chunkBits) != seen }
	const rounds, looks = 400, 64 // some 100 µs: the steps of a training leave no longer gap
	for range rounds {
		for range looks {
			if isNew() {
				return true
			}
		}
		runtime.Gosched()
	}
	p.parked[i].Store(true)
	if isNew() && p.parked[i].CompareAndSwap(true, false) {
		return true
	}
	_, ok := <-p.wake[i]
	return ok
}

// parallelFor does n items of w in chunks, with the first threads of the pool, and returns when all are done.
func (p *threadPool) parallelFor(w task, n, chunk, threads int) {
	chunks := (n + chunk - 1) / chunk
	p.task, p.n, p.chunk = w, n, chunk
	p.done.Store(0)
	number := p.state.Load()>>(2*chunkBits) + 1
	p.state.Store(number<<(2*chunkBits) | uint64(chunks)<<chunkBits)
	for i := 1; i < threads; i++ {
		if p.wake[i] == nil {
			p.start(i)
		} else if p.parked[i].CompareAndSwap(true, false) {
			p.wake[i] <- struct{}{}
		}
	}
	p.takeChunks(0)
	for spin := 0; p.done.Load() < int64(chunks); spin++ {
		if spin%64 == 63 {
			runtime.Gosched()
		}
	}
	p.task = nil
	if f := p.fault.Swap(nil); f != nil {
		panic(*f)
	}
}

// stop lets the workers end.
func (p *threadPool) stop() {
	for _, w := range p.wake {
		if w != nil {
			close(w)
		}
	}
}
