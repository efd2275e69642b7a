package session

import (
	"errors"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// Record is what was measured so far, live memory.
func (s *Session) Record() *record.Record { return s.rec }

// Document is what runs; [Session.WidenNow] changes it.
func (s *Session) Document() experiment.Valid { return s.doc }

// Experiment is a copy of the document that runs.
func (s *Session) Experiment() experiment.Experiment { return s.exp.Clone() }

// Playing reports whether the run goes on by itself.
func (s *Session) Playing() bool { return s.playing && !s.Done() }

// Speed is the present multiple of the default pace.
func (s *Session) Speed() Speed { return s.speed }

// Forked reports whether the arms have parted.
func (s *Session) Forked() bool { return s.forked }

// Done reports whether no arm has anything left to do.
func (s *Session) Done() bool {
	for _, a := range s.arms {
		if a.State == record.Running || a.State == record.Waiting && s.before() {
			return false
		}
	}
	return true
}

// Settled reports whether nothing comes by itself any more: the run does not go on, or has come to where it is held,
// and no arm owes anything of what it was told to do before.
func (s *Session) Settled() bool {
	for _, a := range s.arms {
		if a.State == record.Running && !a.ready || a.writing != 0 {
			return false
		}
	}
	held := s.limit >= 0 && s.progress() >= s.limit
	return (!s.Playing() || held) && s.busy() == 0 && !(s.asked && s.before())
}

// Arms are the states of all arms.
func (s *Session) Arms() []record.ArmStatus {
	out := make([]record.ArmStatus, len(s.arms))
	for i, a := range s.arms {
		out[i] = a.ArmStatus
	}
	return out
}

// Describe says in plain sentences what the pictures show: the step, the losses, and whether the copies are still
// locked.
func (s *Session) Describe() string { return s.rec.Describe(s.rec.Last(), s.Arms()) }

// AskNetwork asks an arm for its network as it is now; [Session.Network] has it when it has arrived. It errs where the
// arm is not at work.
func (s *Session) AskNetwork(i int) error {
	if i < 0 || i >= len(s.arms) || s.arms[i].port == nil {
		return errors.New("only an arm that has begun and has not failed has a network")
	}
	s.arms[i].network = nil
	s.arms[i].port.Send(train.Message{Kind: train.KindAsk}.Encode())
	return nil
}

// Network is the network that an arm was last asked for, nil until it has arrived.
func (s *Session) Network(i int) *train.Network { return s.arms[i].network }
