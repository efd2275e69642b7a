package sweep

import (
	"errors"
	"fmt"
	"time"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// Turns lets a reader's run and a sweep of the same experiment take turns at the cores: while one trains the other is
// paused. The zero value has no sweep.
type Turns struct {
	sweep   *Sweep
	resumes *session.Session // goes on when the sweep has ended
	asked   bool             // for seeds, and it has not been said since that they have ended
	summary *seeds.Summary
	read    time.Time // when that was made

	// whether the sweep is of the session that was looked at last, which takes long to find out
	rec  *record.Record
	fork int
	same bool
}

// every is how often what is found is read anew.
const every = 300 * time.Millisecond

// Begin runs the experiment of a session over n seeds, from 1 on; what was run already stays, and where that is all
// the next tick says that it has ended. room is for how many runs there is memory, and keeps the states of all seeds
// out of account.
func (t *Turns) Begin(s *session.Session, n int, h session.Host, room int) error {
	e := s.Experiment()
	if t.sweep == nil || !t.sweep.Of(e) {
		one, err := New(e, From(n), h, atOnce(h.Cores(), room))
		if err != nil {
			return err
		}
		t.Close()
		t.sweep, t.rec = one, nil
	} else if err := t.sweep.Extend(From(n)); err != nil {
		return err
	}
	return t.Play(s)
}

// atOnce is how many seeds are run at a time: a session trains one network until its arms part, so that few cores are
// best given one each, and more of them shared by several arms.
func atOnce(cores, room int) int {
	return max(1, min(room, max(min(cores, 4), min(cores/2, 8))))
}

var errNone = errors.New("nothing was begun over several seeds")

// Play goes on with the sweep, and pauses the session; if it was playing it goes on when the sweep has ended.
func (t *Turns) Play(s *session.Session) error {
	if t.sweep == nil {
		return errNone
	}
	if s.Playing() {
		t.resumes = s
		s.Pause()
	}
	t.read, t.asked = time.Time{}, true
	return t.sweep.Play()
}

// Pause pauses the sweep.
func (t *Turns) Pause() {
	if t.sweep != nil {
		t.sweep.Pause()
	}
}

// Stop ends what is under way of the sweep, and keeps what has ended.
func (t *Turns) Stop(s *session.Session) {
	if t.sweep != nil {
		t.sweep.Stop()
		t.read, t.asked = time.Time{}, false
		t.yield(s)
	}
}

// Close ends all trainers.
func (t *Turns) Close() {
	if t.sweep != nil {
		t.sweep.Stop()
	}
	t.sweep, t.summary, t.resumes, t.asked = nil, nil, nil, false
}

// Tick is to be called often, with the session that the reader has before them. It reports whether the sweep has just
// ended. Where that is of another experiment what is under way of the sweep is stopped: nobody could see or pause it.
// It errs as [Sweep.Tick] does.
func (t *Turns) Tick(s *session.Session) (ended bool, err error) {
	if t.sweep == nil {
		return false, nil
	}
	if t.Of(s) == nil {
		if t.sweep.active() > 0 || t.sweep.playing {
			t.sweep.Stop()
		}
		t.read, t.resumes, t.asked = time.Time{}, nil, false
		return false, nil
	}
	if t.sweep.Playing() && s.Playing() { // the reader has pressed play
		t.Pause()
		t.resumes = nil
	}
	err = t.sweep.Tick()
	if ended = t.asked && t.sweep.Done(); ended {
		t.asked = false
		t.yield(s)
	}
	if now := time.Now(); ended || now.Sub(t.read) >= every {
		t.sweep.call(s.Experiment())
		t.read, t.summary = now, t.sweep.Summary()
	}
	return ended, err
}

// yield gives the cores back to the session that had them, if the reader still has it before them.
func (t *Turns) yield(s *session.Session) {
	if t.resumes == s {
		s.Play()
	}
	t.resumes = nil
}

// Of is the sweep of a session's experiment; nil where there is none, or it is of another.
func (t *Turns) Of(s *session.Session) *Sweep {
	if t.sweep == nil {
		return nil
	}
	if rec := s.Record(); rec != t.rec || rec.Experiment.Fork() != t.fork {
		t.rec, t.fork, t.same = rec, rec.Experiment.Fork(), t.sweep.Of(rec.Experiment)
	}
	if !t.same {
		return nil
	}
	return t.sweep
}

// Summary is what was found over the seeds of a session's experiment, as it was read last; nil where nothing was.
func (t *Turns) Summary(s *session.Session) *seeds.Summary {
	if t.Of(s) == nil {
		return nil
	}
	return t.summary
}

// Playing reports whether the sweep goes on by itself, whatever the reader looks at.
func (t *Turns) Playing() bool { return t.sweep != nil && t.sweep.Playing() }

// Open is a session of the run of a seed as it ended; its arms have the names that they have now.
func (t *Turns) Open(seed uint64, h session.Host) (*session.Session, error) {
	if t.sweep != nil {
		if st, ok := t.sweep.State(seed); ok {
			return t.sweep.resume(st, h)
		}
	}
	return nil, fmt.Errorf("the run of seed %d has not ended", seed)
}

func (s *Sweep) resume(st session.State, h session.Host) (*session.Session, error) {
	one, err := session.Resume(st, h)
	if err != nil {
		return nil, err
	}
	e := s.exp.Clone()
	e.Seed = st.Record.Experiment.Seed
	doc, err := e.Validate()
	if err == nil {
		err = one.Rename(doc)
	}
	if err != nil {
		one.Close()
		return nil, err
	}
	return one, nil
}
