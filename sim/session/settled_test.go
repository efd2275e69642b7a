package session

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/train"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// desk is a Host whose trainers work when they are told to, one message at a time.
type desk struct{ ports []*deskPort }

type deskPort struct {
	trainer *train.Trainer
	inbox   [][]byte
	deliver func([]byte)
	closed  bool
}

func (d *desk) Start(_ int, deliver func([]byte), _ func(error)) (Port, error) {
	p := &deskPort{trainer: train.NewTrainer(cpu.Factory{}), deliver: deliver}
	d.ports = append(d.ports, p)
	return p, nil
}

func (d *desk) Cores() int { return 2 }

func (d *desk) Engine() string { return cpu.Factory{}.Engine() }

func (p *deskPort) Send(data []byte) { p.inbox = append(p.inbox, data) }

func (p *deskPort) Close() { p.closed = true }

// next lets one trainer do what it was told first, and hands over what it says. It is false where none was told
// anything.
func (d *desk) next() bool {
	i := slices.IndexFunc(d.ports, func(p *deskPort) bool { return len(p.inbox) > 0 && !p.closed })
	if i < 0 {
		return false
	}
	p := d.ports[i]
	out := p.trainer.Handle(p.inbox[0])
	p.inbox = p.inbox[1:]
	for more := true; more; {
		var said [][]byte
		said, more = p.trainer.Work(time.Hour)
		out = append(out, said...)
	}
	for _, m := range out {
		p.deliver(m)
	}
	return true
}

// A paused session is settled from the moment on when no trainer has anything left to do: not while one begins, owes
// steps or the fork.
func TestAPausedSessionIsSettledOnceNoTrainerOwesAnything(t *testing.T) {
	e := trial.Short(8)
	e.Task.Batch, e.Task.Seq = 2, 16
	d := &desk{}
	s, err := New(trial.Valid(e), d)
	require.NoError(t, err)
	defer s.Close()
	settles := func(why string) {
		owed := 0
		for assert.False(t, s.Settled(), why); d.next(); owed++ {
			idle := !slices.ContainsFunc(d.ports, func(p *deskPort) bool { return len(p.inbox) > 0 && !p.closed })
			assert.Equal(t, idle, s.Settled(), "%s, after %d messages", why, owed+1)
		}
		assert.True(t, s.Settled(), why)
	}
	settles("the first trainer begins")
	for step := range 8 {
		s.StepOnce()
		assert.Equal(t, step, s.Record().Last())
		settles("a step was asked for")
		assert.Equal(t, step+1, s.Record().Last(), "all that was asked for is there")
	}
	assert.True(t, s.Done())

	require.NoError(t, s.Reset())
	settles("it begins anew")
	s.SetSpeed(Max)
	s.Play()
	for s.Record().Last() < 2 {
		assert.False(t, s.Settled(), "it plays")
		require.True(t, d.next())
		s.Tick()
	}
	s.Pause()
	for d.next() {
		s.Tick()
	}
	assert.True(t, s.Settled())
	last := s.Record().Last()
	s.Tick()
	assert.False(t, d.next(), "nobody is told anything")
	assert.Equal(t, last, s.Record().Last())
}
