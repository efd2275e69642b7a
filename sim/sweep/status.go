package sweep

import (
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// Of reports whether it is of an experiment, whatever the seed of that is, and whatever its arms are called.
func (s *Sweep) Of(e experiment.Experiment) bool { return seeds.Same(s.exp, e) }

// call makes what is found speak of the arms by the names that an experiment gives them which it is [Sweep.Of].
func (s *Sweep) call(e experiment.Experiment) {
	for i, a := range e.Arms {
		if s.exp.Arms[i].Name != a.Name {
			s.exp, s.summary = e.Clone(), nil
			return
		}
	}
}

// Playing reports whether it goes on by itself.
func (s *Sweep) Playing() bool { return s.playing && !s.Done() }

// Done reports whether every seed has been run.
func (s *Sweep) Done() bool {
	return !slices.ContainsFunc(s.runs, func(r *run) bool { return r.state == nil })
}

// Begun reports whether any run has ended or is under way.
func (s *Sweep) Begun() bool {
	return slices.ContainsFunc(s.runs, func(r *run) bool { return r.session != nil || r.state != nil })
}

// State is that of the run of a seed at its end; false while it has none.
func (s *Sweep) State(seed uint64) (session.State, bool) {
	for _, r := range s.runs {
		if r.seed == seed && r.state != nil {
			return *r.state, true
		}
	}
	return session.State{}, false
}

// Summary is what was found so far: another one wherever anything has come. It is not changed once it is given.
func (s *Sweep) Summary() *seeds.Summary {
	frames, ended := 0, 0
	list := make([]seeds.Run, len(s.runs))
	for k, r := range s.runs {
		r.follow()
		frames += r.frames
		if list[k] = r.read; r.read.Ended {
			ended++
		}
	}
	switch {
	case s.summary == nil || ended != s.summary.Ended:
		s.summary = seeds.Summarize(s.exp, list)
	case frames != s.frames:
		s.summary = s.summary.With(list)
	}
	s.frames = frames
	return s.summary
}

// follow reads what has come of a run that is under way.
func (r *run) follow() {
	if r.session == nil {
		return
	}
	rec, frames := r.session.Record(), 0
	for _, t := range rec.Tracks {
		frames += len(t)
	}
	if frames != r.frames {
		r.frames, r.read = frames, seeds.Read(rec, r.session.Arms(), false)
	}
}
