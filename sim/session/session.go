package session

import (
	"errors"
	"time"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// Session runs an experiment over a [Host]: it trains the small phase once, as the first arm that forks, forks it into
// the others, trains beside it the arms that begin on their own, keeps all in lockstep and gathers the Record. It
// belongs to one goroutine and never blocks.
type Session struct {
	doc       experiment.Valid
	exp       experiment.Experiment // doc, to be read
	host      Host
	rec       *record.Record
	arms      []armState
	fork      int  // step at which the arms part
	trunk     int  // arm that runs the small phase, −1 where none forks
	timeSlice int  // steps that an arm gets at a time
	forked    bool // the arms have parted
	asked     bool // for the state to part at
	shown     bool // it is a record, and nobody trains: see [Show]
	playing   bool
	speed     Speed
	target    float64 // step that the pace allows
	limit     int     // step that it stops at; −1 is none
	reached   int     // step that all running arms had reached
	last      time.Time
	lives     int  // starts of trainers so far
	asks      int  // for something to be written, or of somebody who looks, so far
	answers   int  // to those who look
	byReader  bool // somebody asked for the last one, who did not only watch
	refused   string
	now       func() time.Time
}

type armState struct {
	record.ArmStatus
	port    Port
	network *train.Network // that it was last asked for
	// number of the present trainer, so that what an earlier one still sends is not taken for its word
	life    int
	granted int
	begin   []byte // state that a trainer begins at: of the fork, or the one saved last; nil is step 0
	at      int    // step of it
	saving  bool   // it was asked for a newer one
	writing int    // number of what it was asked to write and has not yet
	looks   looks
	ready   bool // the present trainer has begun
	stays   bool // it catches up with nobody before the run goes on
}

// New prepares a run, paused at step 0. It errs where no trainer can be started.
func New(doc experiment.Valid, h Host) (*Session, error) {
	s := &Session{host: h, speed: 1, now: time.Now}
	return s, s.SetExperiment(doc)
}

// SetExperiment begins anew with another document. It errs where no trainer can be started.
func (s *Session) SetExperiment(doc experiment.Valid) error {
	s.Close()
	s.begin(doc, record.New(doc))
	for i := range s.exp.Arms {
		if !s.exp.Waits(i) {
			if err := s.start(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin prepares to run the document that a record is of. No arm has begun yet.
func (s *Session) begin(doc experiment.Valid, r *record.Record) {
	s.rec = r
	s.adopt(doc)
	e := s.exp
	s.arms = make([]armState, len(e.Arms))
	s.refused, s.shown = "", false
	s.forked, s.asked, s.target, s.limit, s.reached, s.last = false, false, 0, -1, 0, s.now()
	for i := range s.arms {
		s.arms[i].ArmStatus = record.ArmStatus{Name: e.Arms[i].Name, State: record.Waiting, Step: -1, End: e.End(i)}
	}
}

// adopt makes a document the one that runs.
func (s *Session) adopt(doc experiment.Valid) {
	e := doc.Experiment()
	s.doc, s.exp, s.fork, s.trunk, s.timeSlice = doc, e, e.Fork(), e.Trunk(), timeSliceOf(e)
}

// Reset begins anew; the same document gives the same bits.
func (s *Session) Reset() error { return s.SetExperiment(s.doc) }

// Close stops all trainers.
func (s *Session) Close() {
	for i := range s.arms {
		s.stop(i)
	}
}

func (s *Session) stop(i int) {
	s.lives++
	s.arms[i].life, s.arms[i].saving = s.lives, false
	s.arms[i].writing = 0
	s.arms[i].looks.asked = 0
	if s.arms[i].port != nil {
		s.arms[i].port.Close()
		s.arms[i].port = nil
	}
}

// start begins the trainer of an arm, at the newest state that there is of it.
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
	a.port, a.State, a.Err, a.Doing, a.ready = port, record.Running, "", "", false
	s.rec.Stop(i, false)
	a.granted, a.Step = a.at, a.at
	if a.at >= a.End {
		a.State = record.Finished
	}
	port.Send(train.Message{Kind: train.KindStart, Arm: i, Document: s.exp.JSON(), Snapshot: a.begin}.Encode())
	return nil
}

func (s *Session) failed(i int, why string) {
	a := &s.arms[i]
	s.stop(i)
	a.Fail(why)
	s.rec.Stop(i, true)
	s.pump()
}

// deliver takes one message of an arm's present trainer.
func (s *Session) deliver(i int, data []byte) {
	m, err := train.DecodeMessage(data)
	if err != nil {
		s.failed(i, err.Error())
		return
	}
	a := &s.arms[i]
	switch m.Kind {
	case train.KindReady:
		a.ready = true
		a.Params, a.Active = m.Params, m.Active
	case train.KindFrames:
		for _, f := range m.Frames {
			t := s.rec.Tracks[i]
			if n := len(t); n > 0 && t[n-1].Step >= f.Step {
				continue // the shared phase, seen already
			}
			s.rec.Tracks[i] = append(t, f)
			a.Step = f.Step
		}
		if a.Step >= a.End {
			a.State = record.Finished
		}
	case train.KindWidened:
		s.rec.AddReport(m.Report)
		a.Params, a.Active = m.Report.ParamsAfter, m.Report.ActiveAfter
		a.Doing = ""
	case train.KindDoing:
		a.Doing = m.Text
	case train.KindSnapshot:
		a.begin, a.at, a.saving = m.Snapshot, m.Step, false
		if i == s.trunk && m.Step == s.fork && s.before() {
			s.part(m.Snapshot)
		}
	case train.KindNetwork:
		a.network = m.Network
	case train.KindWritten:
		s.wrote(i, m)
	case train.KindLooked:
		s.looked(i, m)
	case train.KindFailed:
		s.failed(i, m.Text)
		return
	}
	s.pump()
}

// part starts every forking arm at the state that the small phase has led to; the one that led there goes on if it is
// never widened.
func (s *Session) part(snapshot []byte) {
	s.forked = true
	for i, a := range s.exp.Arms {
		if a.From == experiment.Fork && (i != s.trunk || a.Widens()) {
			s.arms[i].begin, s.arms[i].at = snapshot, s.fork
			_ = s.start(i) // an arm that cannot start says so in its status
		}
	}
}

// Tick grants what the pace allows. It is to be called every frame, or every second while nothing is shown.
func (s *Session) Tick() { s.pump() }

// WidenNow moves the first widening of every arm to the present step; later ones keep their distance as far as the run
// lasts.
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
	e.Shift(at - old)
	doc, err := e.Validate()
	if err != nil {
		return err
	}
	s.adopt(doc)
	s.rec.Experiment = e
	for i := range e.Arms {
		if end := e.End(i); end != s.arms[i].End {
			s.arms[i].End = end // and with it the schedule from the first step on
			s.arms[i].begin, s.arms[i].at = nil, 0
			s.forget(i)
			_ = s.start(i) // an arm that cannot start says so in its status
		}
	}
	s.pump()
	return nil
}

// Restart begins a failed arm again, at the fork or at the state that was saved last, or where it diverged just before;
// the others go on as soon as it has caught up.
func (s *Session) Restart(i int) error {
	if i < 0 || i >= len(s.arms) || s.arms[i].State != record.Failed {
		return errors.New("only an arm that has stopped can be started again")
	}
	if s.shown {
		return errors.New("this is the record of a run: no arm has a state here that it could go on from")
	}
	s.forget(i)
	if i == s.trunk && !s.forked {
		s.asked = false
	}
	err := s.start(i)
	s.pump()
	return err
}

// GoBack begins an arm that has stopped again at the last state that is known to be good, see [Session.LastGood], and
// pauses: for somebody who wants to look at what comes next.
func (s *Session) GoBack(i int) error {
	if s.shown || i < 0 || i >= len(s.arms) || s.arms[i].State != record.Failed {
		return s.Restart(i)
	}
	s.Pause()
	s.arms[i].stays = true
	return s.Restart(i)
}

// LastGood is the step at which an arm would begin again: of one that diverged the last one before, of others that of
// the fork, or the one saved last.
func (s *Session) LastGood(i int) int { return s.arms[i].at }

// forget drops what an arm has measured since the state that it begins at.
func (s *Session) forget(i int) {
	s.arms[i].looks = looks{}
	s.rec.Cut(i, s.arms[i].at, s.arms[i].begin != nil)
}
