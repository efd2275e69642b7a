package session

import (
	"cmp"
	"errors"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// Write asks every arm that has begun and has not failed, at the step where it is, to go on with a prompt, each with
// the same random numbers; an empty one is how the text that is never trained on begins. What they write comes into the
// record, also while the run is paused, and when it has ended. No bit of the training depends on it. It errs where that
// is not allowed; of what the text has no letters for [Session.Refused] tells afterwards.
func (s *Session) Write(prompt string, temperature float64) error {
	return s.write(prompt, temperature, true)
}

// write also is for those who only watch.
func (s *Session) write(prompt string, temperature float64, asked bool) error {
	if !s.exp.Task.Writes() {
		return errors.New("only networks that learn a text can write")
	}
	p := record.Prompt{Text: prompt, Temperature: temperature, Seed: s.exp.Seed, Count: experiment.WriteCount}
	if err := p.Validate(); err != nil {
		return err
	}
	s.asks++
	s.byReader, s.refused = asked, ""
	for i := range s.arms {
		if a := &s.arms[i]; a.port != nil {
			a.writing = s.asks
			a.port.Send(train.Message{Kind: train.KindWrite, Ask: s.asks, Prompt: p}.Encode())
		}
	}
	return nil
}

// wrote takes what an arm has written, or why it does not.
func (s *Session) wrote(i int, m train.Message) {
	a := &s.arms[i]
	if m.Ask != a.writing {
		return // something else was asked for since
	}
	a.writing = 0
	if m.Text != "" {
		s.refused = cmp.Or(s.refused, m.Text)
		return
	}
	m.Writing.Asked = s.byReader
	s.rec.AddWriting(m.Writing)
}

// Writing reports whether something that was asked for is not yet written.
func (s *Session) Writing() bool {
	for i := range s.arms {
		if s.arms[i].writing != 0 {
			return true
		}
	}
	return false
}

// Refused is why an arm did not write what it was asked for last, in a sentence, the first that was said; empty where
// none has said so.
func (s *Session) Refused() string { return s.refused }
