package session

import "time"

// Autosaver keeps the state of a session at a spacing, so that no more work is lost than that. Writing goes on beside
// the training.
type Autosaver struct {
	Every time.Duration     // from one state that is kept to the next
	Write func(State) error // puts a state where it is safe

	begun  time.Time // of the newest, or of the first look
	asked  bool
	writes chan error // of the write under way, nil where there is none
}

// Tick is to be called now and then while the session runs. It never waits. The error is that of the last write; the
// next is tried all the same.
func (k *Autosaver) Tick(s *Session) (err error) {
	if k.writes != nil {
		select {
		case err = <-k.writes:
			k.writes = nil
		default:
			return nil
		}
	}
	now := time.Now()
	switch {
	case k.begun.IsZero():
		k.begun = now
	case !k.asked && now.Sub(k.begun) >= k.Every:
		k.begun, k.asked = now, true
		s.Save()
	}
	if !k.asked {
		return err
	}
	if st, ok := s.Saved(); ok {
		k.asked = false
		writes := make(chan error, 1)
		k.writes = writes
		go func() { writes <- k.Write(st) }()
	}
	return err
}

// Settle waits for the write under way, whose error no longer matters.
func (k *Autosaver) Settle() {
	if k.writes != nil {
		<-k.writes
		k.writes = nil
	}
}

// Last keeps the present state, and returns it when it is safe; wait hands over what the session's trainers send.
func (k *Autosaver) Last(s *Session, wait func()) (State, error) {
	k.Settle() // what is written then is newer
	s.Save()
	for {
		if st, ok := s.Saved(); ok {
			return st, k.Write(st)
		}
		wait()
	}
}
