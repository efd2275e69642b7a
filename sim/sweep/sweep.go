// Package sweep runs one experiment over several seeds, a session for each and a few of them at a time, on a host that
// it shares among them. What a seed comes to has the bits of that seed run alone. It says how far it is and what was
// found as a [seeds.Summary], and keeps the state of every run that has ended; it computes no mean and draws nothing.
package sweep

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// Sweep is under way, paused, or over. It belongs to one goroutine, that of its host, and never blocks.
type Sweep struct {
	exp     experiment.Experiment
	host    session.Host
	atOnce  int // sessions
	runs    []*run
	playing bool
	summary *seeds.Summary
	frames  int // that it has in it
}

// run is that of one seed.
type run struct {
	doc     experiment.Valid
	seed    uint64
	session *session.Session // while it is under way
	saving  bool             // it has ended, and its state was asked for
	state   *session.State   // once it has ended
	frames  int              // that read has in it
	read    seeds.Run
}

// From are n seeds, from 1 on.
func From(n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = uint64(i + 1)
	}
	return out
}

// New prepares to run an experiment over seeds, whatever its own is, so many of them at once; it waits for
// [Sweep.Play]. It errs where there are too few seeds or too many.
func New(e experiment.Experiment, list []uint64, h session.Host, atOnce int) (*Sweep, error) {
	s := &Sweep{exp: e.Clone(), host: h, atOnce: max(atOnce, 1)}
	return s, s.Extend(list)
}

// Extend makes the seeds others. A run that is under way goes on if its seed is among them. One that has ended stays in
// any case, after the others.
func (s *Sweep) Extend(list []uint64) error {
	if len(list) < seeds.Least || len(list) > seeds.Most {
		return fmt.Errorf("%s; allowed are %d to %d", seeds.Count(len(list)), seeds.Least, seeds.Most)
	}
	had := map[uint64]*run{}
	for _, r := range s.runs {
		had[r.seed] = r
	}
	runs := make([]*run, len(list))
	for k, seed := range list {
		if r, ok := had[seed]; ok {
			runs[k] = r
			delete(had, seed)
			continue
		}
		e := s.exp.Clone()
		e.Seed = seed
		doc, err := e.Validate()
		if err != nil {
			return err
		}
		runs[k] = &run{doc: doc, seed: seed, read: seeds.Waiting(e, seed)}
	}
	for _, r := range s.runs {
		switch {
		case had[r.seed] == nil:
		case r.state != nil:
			runs = append(runs, r)
		default:
			r.close()
		}
	}
	s.runs, s.summary = runs, nil
	return nil
}

// Play goes on. It errs as [Sweep.Tick] does.
func (s *Sweep) Play() error {
	s.playing = true
	for _, r := range s.runs {
		if r.session != nil {
			r.session.Play()
		}
	}
	return s.Tick()
}

// Pause lets every session make the updates that it was granted, and no more until [Sweep.Play].
func (s *Sweep) Pause() {
	s.playing = false
	for _, r := range s.runs {
		if r.session != nil {
			r.session.Pause()
		}
	}
}

// Stop ends all trainers. Runs that have ended are kept; those that were under way begin anew with [Sweep.Play].
func (s *Sweep) Stop() {
	s.playing = false
	for _, r := range s.runs {
		r.close()
	}
	s.summary = nil
}

func (r *run) close() {
	if r.session != nil {
		r.session.Close()
		r.session, r.saving, r.frames = nil, false, 0
		r.read = seeds.Waiting(r.doc.Experiment(), r.seed)
	}
}

// Tick lets sessions go on, begins others where some have ended, and keeps the states of these. It is to be called
// often. It errs where no trainer can be started; then it is paused.
func (s *Sweep) Tick() error {
	for _, r := range s.runs {
		if r.session != nil {
			r.tick()
		}
	}
	for _, r := range s.runs {
		if !s.playing || s.active() >= s.atOnce {
			break
		}
		if r.session != nil || r.state != nil {
			continue
		}
		one, err := session.New(r.doc, share{s.host, s})
		if err != nil {
			one.Close()
			s.Pause()
			return err
		}
		r.session = one
		one.SetSpeed(session.Max)
		one.Play()
	}
	return nil
}

// tick lets a session go on, and ends it once its state is kept.
func (r *run) tick() {
	r.session.Tick()
	if !r.session.Done() {
		return
	}
	if !r.saving {
		r.saving = true
		r.session.Save()
	}
	if st, ok := r.session.Saved(); ok {
		r.session.Close()
		r.read = seeds.Read(st.Record, st.Status(), true)
		r.session, r.state = nil, &st
	}
}

// share is the host as each session has it: the cores are shared among those that are under way.
type share struct {
	session.Host
	of *Sweep
}

// Cores implements [session.Host].
func (h share) Cores() int { return max(1, h.Host.Cores()/max(h.of.active(), 1)) }

// active is how many sessions are under way.
func (s *Sweep) active() (n int) {
	for _, r := range s.runs {
		if r.session != nil {
			n++
		}
	}
	return n
}
