package session

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// LocalHost runs each trainer in a goroutine, with learners of one factory. What they send waits until [LocalHost.Poll]
// or [LocalHost.Wait] hands it over on the caller's goroutine.
type LocalHost struct {
	make   learner.Factory
	events chan func()
}

// busy is how many trainers of this process have work: they share its cores, whoever their hosts are. How many threads
// one gets changes nothing in what is computed.
var busy atomic.Int32

// NewLocalHost has no trainers yet.
func NewLocalHost(f learner.Factory) *LocalHost {
	return &LocalHost{f, make(chan func(), 64)}
}

// Poll hands over what has arrived.
func (h *LocalHost) Poll() {
	for {
		select {
		case f := <-h.events:
			f()
		default:
			return
		}
	}
}

// Wait is Poll, but waits up to the timeout for something to arrive.
func (h *LocalHost) Wait(timeout time.Duration) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case f := <-h.events:
		f()
		h.Poll()
	case <-timer.C:
	}
}

// localSlice is how long a trainer works before it looks for messages.
const localSlice = 20 * time.Millisecond

// Start implements [Host].
func (h *LocalHost) Start(_ int, deliver func([]byte), fail func(error)) (Port, error) {
	p := &localPort{arrived: make(chan struct{}, 1), done: make(chan struct{})}
	go h.work(p, deliver, fail)
	return p, nil
}

// Cores implements [Host].
func (h *LocalHost) Cores() int { return runtime.GOMAXPROCS(0) }

// Engine implements [Host].
func (h *LocalHost) Engine() string { return h.make.Engine() }

// localPort keeps what its trainer has not read, however much that is: who sends may be the one who has to hand over
// what the trainer says before it reads on.
type localPort struct {
	lock    sync.Mutex
	unread  [][]byte
	arrived chan struct{} // has one where there may be something unread
	done    chan struct{}
}

// Send implements [Port].
func (p *localPort) Send(data []byte) {
	p.lock.Lock()
	p.unread = append(p.unread, data)
	p.lock.Unlock()
	select {
	case p.arrived <- struct{}{}:
	default:
	}
}

// next is the oldest message that is unread; false where there is none.
func (p *localPort) next() (data []byte, ok bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if len(p.unread) == 0 {
		return nil, false
	}
	data, p.unread = p.unread[0], p.unread[1:]
	return data, true
}

// Close implements [Port].
func (p *localPort) Close() { close(p.done) }

func (h *LocalHost) work(p *localPort, deliver func([]byte), fail func(error)) {
	post := func(f func()) {
		select {
		case h.events <- f:
		case <-p.done:
		}
	}
	defer func() {
		if r := recover(); r != nil {
			post(func() { fail(fmt.Errorf("the trainer stopped: %v", r)) })
		}
	}()
	send := func(out [][]byte) {
		for _, data := range out {
			post(func() { deliver(data) })
		}
	}
	t, more := train.NewTrainer(h.make), false
	defer func() {
		if more {
			busy.Add(-1)
		}
	}()
	defer t.Close()
	for {
		select {
		case <-p.done:
			return
		default:
		}
		if data, ok := p.next(); ok {
			send(t.Handle(data))
		} else if !more {
			select {
			case <-p.arrived:
			case <-p.done:
			}
			continue
		}
		if !more {
			more = true
			busy.Add(1)
		}
		t.Threads(runtime.GOMAXPROCS(0) / int(busy.Load()))
		var out [][]byte
		if out, more = t.Work(localSlice); !more {
			busy.Add(-1)
		}
		send(out)
	}
}
