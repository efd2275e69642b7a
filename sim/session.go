package sim

import (
	"errors"
	"fmt"
	"time"
)

// Session runs an experiment over a [Host]: it trains the small phase once, as arm 0, forks it into the other arms, keeps the arms in
// lockstep and gathers the Record. It belongs to one goroutine and never blocks.
type Session struct {
	exp      Experiment
	host     Host
	rec      *Record
	arms     []armState
	snapshot []byte // of the fork; nil before
	asked    bool   // for the snapshot
	playing  bool
	speed    Speed
	target   float64 // step that the pace allows
	last     time.Time
	lives    int // starts of trainers so far
	now      func() time.Time
}

// ArmState says how an arm is doing.
type ArmState string

// The states of an arm.
const (
	Waiting  ArmState = "waiting" // for the fork
	Running  ArmState = "running"
	Finished ArmState = "done"
	Failed   ArmState = "failed"
)

// ArmStatus is how an arm is doing. Err is one sentence where it failed.
type ArmStatus struct {
	Name           string
	State          ArmState
	Step           int
	Params, Active int64
	Err            string
}

type armState struct {
	ArmStatus
	port    Port
	life    int // number of the present trainer, so that what an earlier one still sends is not taken for its word
	granted int
}

// The fastest arm may be window steps ahead of the slowest. An arm gets turn steps at most at a time, and counts as busy until all but
// the last few are done: more busy arms than cores would gain nothing, and keep the pictures waiting.
const (
	window = 16
	turn   = 8
	few    = 2
)

// NewSession prepares a run, paused at step 0. It errs where the document is not valid or no trainer can be started.
func NewSession(e Experiment, h Host) (*Session, error) {
	s := &Session{host: h, speed: 1, now: time.Now}
	return s, s.SetExperiment(e)
}

// SetExperiment begins anew with another document; a document that is not valid changes nothing.
func (s *Session) SetExperiment(e Experiment) error {
	if err := e.Validate(); err != nil {
		return err
	}
	s.Close()
	s.exp, s.rec = e.Clone(), newRecord(e.Clone())
	s.arms = make([]armState, len(e.Arms))
	s.snapshot, s.asked, s.target, s.last = nil, false, 0, s.now()
	for i := range s.arms {
		s.arms[i].ArmStatus = ArmStatus{Name: e.Arms[i].Name, State: Waiting, Step: -1}
	}
	return s.start(0)
}

// Reset begins anew; the same document gives the same bits.
func (s *Session) Reset() error { return s.SetExperiment(s.exp) }

// Close stops all trainers.
func (s *Session) Close() {
	for i := range s.arms {
		s.stop(i)
	}
}

func (s *Session) stop(i int) {
	s.lives++
	s.arms[i].life = s.lives
	if s.arms[i].port != nil {
		s.arms[i].port.Close()
		s.arms[i].port = nil
	}
}

// start begins the trainer of an arm, at the fork if there was one.
func (s *Session) start(i int) error {
	a := &s.arms[i]
	s.stop(i)
	life := a.life
	current := func() bool { return s.arms[i].life == life }
	port, err := s.host.Start(i, func(data []byte) {
		if current() {
			s.deliver(i, data)
		}
	}, func(err error) {
		if current() {
			s.failed(i, err.Error())
		}
	})
	if err != nil {
		s.failed(i, err.Error())
		return err
	}
	a.port, a.State, a.Err, a.granted = port, Running, "", 0
	if s.snapshot != nil {
		a.granted = s.exp.Fork()
	}
	a.Step = a.granted
	port.Send(Message{Kind: KindStart, Arm: i, Document: s.exp.JSON(), Snapshot: s.snapshot}.Encode())
	return nil
}

func (s *Session) failed(i int, why string) {
	a := &s.arms[i]
	s.stop(i)
	a.State = Failed
	a.Err = fmt.Sprintf("%s stopped at step %d: %s.", a.Name, max(a.Step, 0), why)
	s.pump()
}

// deliver takes one message of an arm's present trainer.
func (s *Session) deliver(i int, data []byte) {
	m, err := DecodeMessage(data)
	if err != nil {
		s.failed(i, err.Error())
		return
	}
	a := &s.arms[i]
	switch m.Kind {
	case KindReady:
		a.Params, a.Active = m.Params, m.Active
	case KindFrames:
		for _, f := range m.Frames {
			t := s.rec.Tracks[i]
			if n := len(t); n > 0 && t[n-1].Step >= f.Step {
				continue // the shared phase, seen already
			}
			s.rec.Tracks[i] = append(t, f)
			a.Step = f.Step
		}
		if a.Step >= s.exp.Steps {
			a.State = Finished
		}
	case KindWidened:
		s.rec.Reports = append(s.rec.Reports, m.Report)
		a.Params, a.Active = m.Report.ParamsAfter, m.Report.ActiveAfter
	case KindSnapshot:
		s.fork(m.Snapshot)
	case KindFailed:
		s.failed(i, m.Text)
		return
	}
	s.pump()
}

// fork starts every arm that differs from the small phase.
func (s *Session) fork(snapshot []byte) {
	s.snapshot = snapshot
	for i := range s.arms {
		if i > 0 || len(s.exp.Arms[0].Widen) > 0 {
			_ = s.start(i) // an arm that cannot start says so in its status
		}
	}
}

// Tick grants what the pace allows. It is to be called every frame, or every second while nothing is shown.
func (s *Session) Tick(time.Time) { s.pump() }

// progress is the step that every running arm has reached.
func (s *Session) progress() int {
	least := -1
	for _, a := range s.arms {
		if a.State == Running && (least < 0 || a.Step < least) {
			least = a.Step
		}
	}
	return max(least, 0)
}

func (s *Session) pump() {
	s.advance()
	limit := min(int(s.target), s.progress()+window)
	fork := s.exp.Fork()
	if s.snapshot == nil && fork < s.exp.Steps {
		limit = min(limit, fork)
		if a := &s.arms[0]; a.State == Running && a.granted >= fork && !s.asked {
			s.asked = true
			a.port.Send(Message{Kind: KindFork}.Encode())
		}
	}
	for free := s.host.Cores() - s.busy(); free > 0; free-- {
		i := s.next(limit)
		if i < 0 {
			return
		}
		a := &s.arms[i]
		a.granted = min(limit, a.granted+turn)
		a.port.Send(Message{Kind: KindRun, Step: a.granted}.Encode())
	}
}

func (a *armState) busy() bool { return a.State == Running && a.granted-a.Step > few }

func (s *Session) busy() (n int) {
	for i := range s.arms {
		if s.arms[i].busy() {
			n++
		}
	}
	return n
}

// next is the arm whose turn it is, the one that is the farthest behind; −1 where none may go on to limit.
func (s *Session) next(limit int) int {
	k := -1
	for i := range s.arms {
		a := &s.arms[i]
		if a.State == Running && a.granted < limit && !a.busy() && (k < 0 || a.granted < s.arms[k].granted) {
			k = i
		}
	}
	return k
}

// Play goes on.
func (s *Session) Play() {
	s.advance()
	s.playing = true
	s.pump()
}

// Pause stops after the steps that were granted.
func (s *Session) Pause() {
	s.advance()
	s.playing = false
	s.target = float64(s.furthest())
}

// StepOnce pauses, and makes one step if it was paused already.
func (s *Session) StepOnce() {
	if s.playing {
		s.Pause()
		return
	}
	s.target = float64(min(s.furthest()+1, s.exp.Steps))
	s.pump()
}

// furthest is the last step granted to anyone.
func (s *Session) furthest() int {
	most := 0
	for _, a := range s.arms {
		most = max(most, a.granted)
	}
	return most
}

// SetSpeed changes the pace; [Max] is as fast as the machine can.
func (s *Session) SetSpeed(v Speed) {
	s.advance()
	s.speed = v
	s.target = float64(s.furthest())
	s.pump()
}

// WidenNow moves the first widening of every arm to the present step; later ones keep their distance as far as the run lasts.
func (s *Session) WidenNow() error {
	if s.Forked() || s.asked {
		return errors.New("the network is widened already; reset to begin anew")
	}
	at, old := max(s.arms[0].granted, 1), s.exp.Fork()
	if at >= s.exp.Steps || old >= s.exp.Steps {
		return errors.New("there is nothing to widen: the run is over, or no arm is ever widened")
	}
	e := s.exp.Clone()
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step += at - old
		}
	}
	if err := e.Validate(); err != nil {
		return err
	}
	s.exp, s.rec.Experiment = e, e.Clone()
	s.pump()
	return nil
}

// Restart begins a failed arm again, at the fork if there was one; the others go on as soon as it has caught up.
func (s *Session) Restart(i int) error {
	if i < 0 || i >= len(s.arms) || s.arms[i].State != Failed {
		return errors.New("only an arm that has stopped can be started again")
	}
	keep, from := 0, s.exp.Fork()
	for keep < len(s.rec.Tracks[i]) && s.snapshot != nil && s.rec.Tracks[i][keep].Step <= from {
		keep++
	}
	s.rec.Tracks[i] = s.rec.Tracks[i][:keep]
	var reports []Report
	for _, r := range s.rec.Reports {
		if r.Arm != i {
			reports = append(reports, r)
		}
	}
	s.rec.Reports = reports
	if s.snapshot == nil {
		s.asked = false
	}
	err := s.start(i)
	s.pump()
	return err
}

// Record is what was measured so far, live memory.
func (s *Session) Record() *Record { return s.rec }

// Experiment is the document that runs; [Session.WidenNow] changes it.
func (s *Session) Experiment() Experiment { return s.exp.Clone() }

// Playing reports whether the run goes on by itself.
func (s *Session) Playing() bool { return s.playing && !s.Done() }

// Speed is the present multiple of the default pace.
func (s *Session) Speed() Speed { return s.speed }

// Forked reports whether the arms have parted.
func (s *Session) Forked() bool { return s.snapshot != nil }

// Done reports whether no arm has anything left to do.
func (s *Session) Done() bool {
	for _, a := range s.arms {
		if a.State == Running || a.State == Waiting && s.exp.Fork() < s.exp.Steps && s.arms[0].State != Failed {
			return false
		}
	}
	return true
}

// Arms are the states of all arms.
func (s *Session) Arms() []ArmStatus {
	out := make([]ArmStatus, len(s.arms))
	for i, a := range s.arms {
		out[i] = a.ArmStatus
	}
	return out
}
