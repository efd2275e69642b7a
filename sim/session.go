package sim

import (
	"errors"
	"fmt"
	"time"
)

// Session runs an experiment over a [Host]: it trains the small phase once, as the first arm that forks, forks it into the others, trains beside it
// the arms that begin on their own, keeps all in lockstep and gathers the Record. It belongs to one goroutine and never blocks.
type Session struct {
	exp      Experiment
	host     Host
	rec      *Record
	arms     []armState
	fork     int    // step at which the arms part
	trunk    int    // arm that runs the small phase, −1 where none forks
	turn     int    // steps that an arm gets at a time
	snapshot []byte // of the fork; nil before
	asked    bool   // for the snapshot
	playing  bool
	speed    Speed
	target   float64 // step that the pace allows
	reached  int     // step that all running arms had reached
	last     time.Time
	lives    int // starts of trainers so far
	now      func() time.Time
}

type armState struct {
	ArmStatus
	port    Port
	network *Network // that it was last asked for
	life    int      // number of the present trainer, so that what an earlier one still sends is not taken for its word
	granted int
	ready   bool // the present trainer has begun
}

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
	s.rec = newRecord(e.Clone())
	s.adopt(e.Clone())
	s.arms = make([]armState, len(e.Arms))
	s.snapshot, s.asked, s.target, s.reached, s.last = nil, false, 0, 0, s.now()
	for i := range s.arms {
		s.arms[i].ArmStatus = ArmStatus{Name: e.Arms[i].Name, State: Waiting, Step: -1, End: e.End(i)}
	}
	for i, a := range e.Arms {
		if i == s.trunk || a.From != Fork {
			if err := s.start(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// adopt makes e the document that runs.
func (s *Session) adopt(e Experiment) {
	s.exp, s.fork, s.trunk, s.turn = e, e.Fork(), e.Trunk(), turnOf(e)
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

// forked reports whether an arm has a fork to begin at.
func (s *Session) forked(i int) bool { return s.snapshot != nil && s.exp.Arms[i].From == Fork }

// start begins the trainer of an arm, at the fork if there was one for it.
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
	a.port, a.State, a.Err, a.Doing, a.granted, a.ready = port, Running, "", "", 0, false
	begin := Message{Kind: KindStart, Arm: i, Document: s.exp.JSON()}
	if s.forked(i) {
		a.granted, begin.Snapshot = s.fork, s.snapshot
	}
	a.Step = a.granted
	port.Send(begin.Encode())
	return nil
}

func (s *Session) failed(i int, why string) {
	a := &s.arms[i]
	s.stop(i)
	a.State, a.Doing = Failed, ""
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
		a.ready = true
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
		if a.Step >= a.End {
			a.State = Finished
		}
	case KindWidened:
		s.rec.report(m.Report)
		a.Params, a.Active = m.Report.ParamsAfter, m.Report.ActiveAfter
		a.Doing = ""
	case KindDoing:
		a.Doing = m.Text
	case KindSnapshot:
		s.part(m.Snapshot)
	case KindNetwork:
		a.network = m.Network
	case KindFailed:
		s.failed(i, m.Text)
		return
	}
	s.pump()
}

// part starts every forking arm that differs from the small phase.
func (s *Session) part(snapshot []byte) {
	s.snapshot = snapshot
	for i, a := range s.exp.Arms {
		if a.From == Fork && (i != s.trunk || a.Widens()) {
			_ = s.start(i) // an arm that cannot start says so in its status
		}
	}
}

// Tick grants what the pace allows. It is to be called every frame, or every second while nothing is shown.
func (s *Session) Tick() { s.pump() }

// WidenNow moves the first widening of every arm to the present step; later ones keep their distance as far as the run lasts.
func (s *Session) WidenNow() error {
	if s.Forked() || s.asked {
		return errors.New("the network is widened already; reset to begin anew")
	}
	old := s.fork
	if s.trunk < 0 || old >= s.exp.Steps || s.arms[s.trunk].granted >= s.exp.Steps {
		return errors.New("there is nothing to widen: the run is over, or no arm is ever widened")
	}
	at := max(s.arms[s.trunk].granted, 1)
	e := s.exp.Clone()
	e.shift(at - old)
	if err := e.Validate(); err != nil {
		return err
	}
	s.adopt(e)
	s.rec.Experiment = e.Clone()
	for i := range e.Arms {
		if end := e.End(i); end != s.arms[i].End {
			s.arms[i].End = end // and with it the schedule from the first step on
			s.forget(i)
			_ = s.start(i) // an arm that cannot start says so in its status
		}
	}
	s.pump()
	return nil
}

// Restart begins a failed arm again, at the fork if there was one; the others go on as soon as it has caught up.
func (s *Session) Restart(i int) error {
	if i < 0 || i >= len(s.arms) || s.arms[i].State != Failed {
		return errors.New("only an arm that has stopped can be started again")
	}
	s.forget(i)
	if i == s.trunk && s.snapshot == nil {
		s.asked = false
	}
	err := s.start(i)
	s.pump()
	return err
}

// forget drops what an arm has measured since it began.
func (s *Session) forget(i int) {
	keep := 0
	for keep < len(s.rec.Tracks[i]) && s.forked(i) && s.rec.Tracks[i][keep].Step <= s.fork {
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
}
