package session

import (
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// An arm gets a turn of about timeSliceFLOPs at a time, some tenths of a second: every turn costs the pictures' thread
// a message. More busy arms than cores would gain nothing, and keep the pictures waiting. The fastest arm may be a turn
// and a half ahead of the slowest.
const (
	timeSliceFLOPs = 5e9
	maxTimeSlice   = 64
)

// timeSliceOf is the steps of a turn in which the largest network of an experiment makes timeSliceFLOPs.
func timeSliceOf(e experiment.Experiment) int {
	largest := 0.0
	for i := range e.Arms {
		largest = max(largest, e.Cost(e.Wide(i)).Update())
	}
	return int(min(max(timeSliceFLOPs/largest, 1), maxTimeSlice))
}

// progress is the step that every running arm has reached.
func (s *Session) progress() int {
	least := -1
	for _, a := range s.arms {
		if a.State == record.Running && (least < 0 || a.Step < least) {
			least = a.Step
		}
	}
	return max(least, 0)
}

func (s *Session) pump() {
	s.advance()
	limit := min(int(s.target), s.progress()+s.timeSlice+s.timeSlice/2)
	if s.before() {
		limit = min(limit, s.fork) // nobody goes on before the arms have parted
		if a := &s.arms[s.trunk]; a.granted >= s.fork && !s.asked {
			s.asked = true
			a.port.Send(train.Message{Kind: train.KindSave, Step: s.fork}.Encode())
		}
	}
	for free := s.host.Cores() - s.busy(); free > 0; free-- {
		i := s.next(limit)
		if i < 0 {
			return
		}
		a := &s.arms[i]
		a.granted = min(limit, a.granted+s.timeSlice, a.End)
		a.port.Send(train.Message{Kind: train.KindRun, Step: a.granted}.Encode())
	}
}

// before reports whether the small phase is still under way to a fork.
func (s *Session) before() bool {
	return !s.forked && s.fork < s.exp.Steps && s.arms[s.trunk].State == record.Running
}

func (a *armState) busy() bool { return a.State == record.Running && a.granted > a.Step }

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
		if a.State == record.Running && !a.stays && a.granted < min(limit, a.End) && !a.busy() &&
			(k < 0 || a.granted < s.arms[k].granted) {
			k = i
		}
	}
	return k
}
