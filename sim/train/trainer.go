package train

import (
	"time"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Trainer is one arm at work. It speaks only encoded messages, and does not know where it runs: in a goroutine or in a
// Web Worker.
type Trainer struct {
	make   learner.Factory
	run    *Arm
	search *search // what the next widening waits for, if anything
	writer *writer // what was asked for last and is not yet written
	until  int     // granted
	fork   int     // step whose state is asked for, −1 where none is
	failed bool
	good   []byte            // a state to go back to where training diverges; nil where none is kept
	frames []record.ArmFrame // gathered since sent
	sent   time.Time
}

// gather is how long frames may wait for company: each message costs its reader more than each frame in it.
const gather = 200 * time.Millisecond

// few steps before the end of what was granted a budget no longer counts: they would be a message of their own.
const few = 2

// NewTrainer waits for a start message. It trains with learners of the factory.
func NewTrainer(f learner.Factory) *Trainer { return &Trainer{make: f} }

// Handle takes one message and returns those to send back.
func (t *Trainer) Handle(data []byte) [][]byte {
	m, err := DecodeMessage(data)
	if err != nil {
		return t.fail(nil, err)
	}
	switch m.Kind {
	case KindStart:
		return t.start(m)
	case KindRun:
		t.until = m.Step
	case KindSave:
		if t.run == nil || t.failed {
			return nil
		}
		if t.run.step < m.Step {
			t.fork = m.Step
			return nil
		}
		return t.save(nil)
	case KindAsk:
		if t.run == nil || t.failed {
			return nil
		}
		n, err := t.run.network()
		if err != nil {
			return t.fail(nil, err)
		}
		return [][]byte{Message{Kind: KindNetwork, Arm: t.run.arm, Step: t.run.step, Network: n}.Encode()}
	case KindWrite:
		if t.run == nil || t.failed {
			return nil
		}
		return t.begin(m)
	case KindLook:
		if t.run == nil || t.failed {
			return nil
		}
		return t.look(m)
	}
	return nil
}

func (t *Trainer) start(m Message) [][]byte {
	doc, err := experiment.Parse(m.Document)
	if err != nil {
		return t.fail(nil, err)
	}
	var r *Arm
	var seeking *search
	if len(m.Snapshot) > 0 {
		r, seeking, err = restored(doc, m.Arm, m.Snapshot, t.make)
	} else {
		r, err = New(doc, m.Arm, t.make)
	}
	if err != nil {
		return t.fail(nil, err)
	}
	t.Close()
	*t = Trainer{make: t.make, run: r, search: seeking, until: r.step, fork: -1, sent: time.Now()}
	counts := r.Counts()
	out := [][]byte{Message{Kind: KindReady, Arm: m.Arm, Step: r.step, Params: counts.Total,
		Active: counts.Active}.Encode()}
	if r.step == 0 {
		f, err := r.First()
		if err != nil {
			return t.fail(nil, err)
		}
		out = append(out, Message{Kind: KindFrames, Arm: m.Arm, Frames: []record.ArmFrame{f}}.Encode())
	}
	return out
}

// Close gives back what its learners hold. Nothing else may be called afterwards.
func (t *Trainer) Close() {
	t.found()
	t.writer.close()
	if t.run != nil {
		t.run.Close()
	}
	t.run = nil
}

// found ends the search, if there is one.
func (t *Trainer) found() {
	if t.search != nil {
		t.search.wide.Close()
	}
	t.search = nil
}

// Threads sets how many threads the arm may use. The bits of its results do not depend on it.
func (t *Trainer) Threads(n int) {
	if t.run != nil && !t.failed {
		t.run.Threads(n)
	}
}

// Work trains for about the budget, at most to the granted step, and returns the messages to send and whether granted
// work is left.
func (t *Trainer) Work(budget time.Duration) (out [][]byte, more bool) {
	if t.run == nil || t.failed {
		return nil, false
	}
	begin, r := time.Now(), t.run
	if t.writer != nil {
		if out = t.write(begin.Add(budget)); t.writer != nil {
			return out, true
		}
	}
	until := min(t.until, r.end)
	for r.step < until {
		if w, ok := r.due(); ok {
			var err error
			if out, err = t.seek(out, w, begin.Add(budget)); err != nil {
				return t.fail(out, err), false
			}
			if t.search != nil && !t.search.done() {
				return out, true
			}
			report, err := r.widen(w, t.search, nil)
			if err != nil {
				return t.fail(out, err), false
			}
			t.found()
			out = append(out, Message{Kind: KindWidened, Arm: r.arm, Step: r.step, Report: report}.Encode())
		}
		if err := t.keep(); err != nil {
			return t.fail(out, err), false
		}
		f, err := r.Update()
		if err != nil {
			return t.fail(out, err), false
		}
		t.frames = append(t.frames, f)
		if err := f.Err(); err != nil {
			return t.fail(t.lastGood(out, f.Step-1), err), false
		}
		if time.Since(begin) >= budget && until-r.step > few {
			break
		}
	}
	if r.step >= until || time.Since(t.sent) >= gather {
		out = t.flush(out)
	}
	if t.fork >= 0 && r.step >= t.fork {
		t.fork = -1
		out = t.save(out)
	}
	return out, !t.failed && r.step < until
}

// save sends the state, after the frames that led to it.
func (t *Trainer) save(out [][]byte) [][]byte {
	r := t.run
	out = t.flush(out)
	state, err := r.snapshot(t.search)
	if err != nil {
		return t.fail(out, err)
	}
	return append(out, Message{Kind: KindSnapshot, Arm: r.arm, Step: r.step, Snapshot: state}.Encode())
}

// seek sends what was gathered, and goes on with the search that a widening asks for until then.
func (t *Trainer) seek(out [][]byte, w experiment.Widening, then time.Time) (_ [][]byte, err error) {
	out = t.flush(out)
	if t.search == nil {
		if t.search, err = t.run.search(w); err != nil {
			return out, err
		}
	}
	for t.search != nil && !t.search.done() {
		if err = t.search.train(); err != nil {
			return out, err
		}
		if time.Now().After(then) {
			break
		}
	}
	if t.search != nil && time.Since(t.sent) >= gather {
		t.sent = time.Now()
		out = append(out, Message{Kind: KindDoing, Arm: t.run.arm, Step: t.run.step, Text: t.search.says()}.Encode())
	}
	return out, nil
}

// flush sends the frames gathered so far.
func (t *Trainer) flush(out [][]byte) [][]byte {
	if len(t.frames) == 0 {
		return out
	}
	out = append(out, Message{Kind: KindFrames, Arm: t.run.arm, Frames: t.frames}.Encode())
	t.frames, t.sent = t.frames[:0], time.Now()
	return out
}

// fail sends what was measured until then, and why the arm cannot go on.
func (t *Trainer) fail(out [][]byte, err error) [][]byte {
	out = t.flush(out)
	m := Message{Kind: KindFailed, Text: err.Error()}
	if t.run != nil {
		m.Arm, m.Step = t.run.arm, t.run.step
	}
	t.failed = true
	return append(out, m.Encode())
}
