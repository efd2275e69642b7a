package session

import (
	"errors"
	"time"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// looks is what an arm was asked while somebody looked at it.
type looks struct {
	asked   int           // number of the question that is under way; 0 where none is
	answers []look.Answer // the newest of each question, the newest last
	at      time.Time     // when the last one came
	took    time.Duration // of the arm's time
}

// keptLooks is how many answers of an arm are kept, and lookShare the share of an arm's time that looking takes while
// the run goes on: one part of so many.
const (
	keptLooks = 32
	lookShare = 50
)

// Look asks an arm a question; [Session.Looked] has the answer when it has arrived. While arms wait to be forked the
// small phase answers for them. No bit of the training depends on it. It errs where there is no such arm, or the
// question is not allowed; what the network does not answer it declines.
func (s *Session) Look(arm int, q look.Question) error {
	if arm < 0 || arm >= len(s.arms) {
		return errors.New("there is no such arm to look at")
	}
	if err := q.Validate(); err != nil {
		return err
	}
	a := &s.arms[s.answering(arm)]
	if a.port == nil {
		s.keepLook(a, look.Answer{Question: q, Step: max(a.Step, 0), Declined: s.silent(a)})
		return nil
	}
	s.asks++
	a.looks.asked = s.asks
	a.port.Send(train.Message{Kind: train.KindLook, Ask: s.asks, Question: q}.Encode())
	return nil
}

// answering is the arm whose network is another's before the arms have parted.
func (s *Session) answering(arm int) int {
	if s.arms[arm].State == record.Waiting && s.trunk >= 0 && s.exp.Arms[arm].From == experiment.Fork {
		return s.trunk
	}
	return arm
}

// silent says why an arm has no network to look at.
func (s *Session) silent(a *armState) string {
	if a.State == record.Failed {
		return a.Name + " has stopped"
	}
	return a.Name + " has not begun"
}

// Looked is the newest answer of an arm to a question, which may be of an earlier step.
func (s *Session) Looked(arm int, q look.Question) (look.Answer, bool) {
	if arm < 0 || arm >= len(s.arms) {
		return look.Answer{}, false
	}
	for _, a := range s.arms[s.answering(arm)].looks.answers {
		if a.Question == q {
			return a, true
		}
	}
	return look.Answer{}, false
}

// looked takes what an arm answers.
func (s *Session) looked(i int, m train.Message) {
	a := &s.arms[i]
	if m.Ask == a.looks.asked {
		a.looks.asked = 0
	}
	a.looks.at, a.looks.took = s.now(), m.Took
	s.keepLook(a, m.Answer)
}

func (s *Session) keepLook(a *armState, x look.Answer) {
	s.answers++
	x.Number = s.answers
	kept := a.looks.answers[:0:0]
	for _, old := range a.looks.answers {
		if old.Question != x.Question {
			kept = append(kept, old)
		}
	}
	kept = append(kept, x)
	a.looks.answers = kept[max(0, len(kept)-keptLooks):]
}

// Watch asks for what somebody looks at, where the answer is missing or of an earlier step: one question of an arm at a
// time, and while the run goes on no oftener than looking's share of the time allows, but for what was never answered.
// It is to be called now and then, and never waits.
func (s *Session) Watch(wants []look.Want) {
	for _, w := range wants {
		if s.stale(w) {
			_ = s.Look(w.Arm, w.Question) // a question that is not allowed is never answered
		}
	}
}

// Watched reports whether Watch would ask for nothing, and nothing is under way.
func (s *Session) Watched(wants []look.Want) bool {
	for i := range s.arms {
		if s.arms[i].looks.asked != 0 {
			return false
		}
	}
	for _, w := range wants {
		if s.stale(w) {
			return false
		}
	}
	return true
}

// stale reports whether it is time to ask a question.
func (s *Session) stale(w look.Want) bool {
	if w.Arm < 0 || w.Arm >= len(s.arms) || w.Validate() != nil {
		return false
	}
	a := &s.arms[s.answering(w.Arm)]
	if a.looks.asked != 0 {
		return false
	}
	x, ok := s.Looked(w.Arm, w.Question)
	switch {
	case !ok:
		return true
	case x.Step >= a.Step:
		return false
	}
	return !s.Playing() || s.now().Sub(a.looks.at) >= lookShare*a.looks.took
}
