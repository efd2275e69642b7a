package record

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/sim/codec"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Bounds of what networks are asked to write, in characters but for the temperature, and of how much of that is kept.
const (
	MaxPrompt      = 200
	MaxWritten     = 400
	MaxTemperature = 2
	keptWritings   = 64 // of an arm
)

// Prompt is what a network is asked to go on with, and how.
type Prompt struct {
	Text        string  // empty: how the text that is never trained on begins
	Temperature float64 // of the softmax; at 0 the most likely character is written
	Seed        uint64  // of the random numbers, the same for all arms
	Count       int     // characters to write
}

// Validate says in one sentence what is not allowed.
func (p Prompt) Validate() error {
	switch n := utf8.RuneCountInString(p.Text); {
	case !utf8.ValidString(p.Text):
		return errors.New("the prompt is not in UTF-8")
	case n > MaxPrompt:
		return fmt.Errorf("the prompt has %d characters; at most %d are allowed", n, MaxPrompt)
	case !(p.Temperature >= 0 && p.Temperature <= MaxTemperature):
		return fmt.Errorf("the temperature is %g; allowed are 0 to %d", p.Temperature, MaxTemperature)
	case p.Count < 1 || p.Count > MaxWritten:
		return fmt.Errorf("%d characters are to be written; allowed are 1 to %d", p.Count, MaxWritten)
	}
	return nil
}

// Writing is what an arm wrote after so many updates.
type Writing struct {
	Arm, Step int
	Prompt              // with its text, also where that was left to the arm
	Written   string    // at least one character
	Asked     bool      // by a reader; else it was written because somebody was watching
	Sure      []float32 // of each character of Written the probability that the network gave it, at temperature 1
}

// check refuses a writing that is none.
func (w *Writing) check() error {
	if err := w.Validate(); err != nil {
		return err
	}
	n := utf8.RuneCountInString(w.Written)
	if w.Text == "" || !utf8.ValidString(w.Written) || n != w.Count || n != len(w.Sure) {
		return fmt.Errorf("a text of %d characters after a prompt of %d, with %d probabilities; asked for were %d", n,
			utf8.RuneCountInString(w.Text), len(w.Sure), w.Count)
	}
	for _, p := range w.Sure {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("a character with a probability of %g", p)
		}
	}
	return nil
}

// Code visits the prompt.
func (p *Prompt) Code(c *codec.Coder) {
	c.Text(&p.Text)
	c.F64(&p.Temperature)
	c.U64(&p.Seed)
	c.Int(&p.Count)
	if c.Reading && c.Err == nil {
		c.Err = p.Validate()
	}
}

// writingBytes is the least that a writing takes.
const writingBytes = 8 + 24 + 9

// Code visits the writing.
func (w *Writing) Code(c *codec.Coder) {
	c.Int(&w.Arm)
	c.Int(&w.Step)
	w.Prompt.Code(c)
	c.Text(&w.Written)
	asked := byte(0)
	if w.Asked {
		asked = 1
	}
	c.Byte(&asked)
	w.Asked = asked == 1
	c.F32s(&w.Sure, MaxWritten)
	if c.Reading && c.Err == nil {
		c.Err = w.check()
	}
}

// codeWritings visits those of the record.
func (r *Record) codeWritings(c *codec.Coder) {
	codec.List(c, &r.Writings, writingBytes, keptWritings*experiment.MaxArms, func(w *Writing) {
		if w.Code(c); !c.Reading || c.Err != nil {
			return
		}
		k := len(r.Writings) - 1
		if w.Arm < 0 || w.Arm >= len(r.Tracks) || w.Step < 0 || w.Step > r.Experiment.Steps ||
			k > 0 && r.Writings[k-1].Step > w.Step {
			c.Err = fmt.Errorf("writing %d is of arm %d, step %d", k, w.Arm, w.Step)
		}
	})
}

// AddWriting keeps what an arm wrote, in the place of what it wrote at that step after the same prompt, and of each arm
// the newest few.
func (r *Record) AddWriting(w Writing) {
	kept, n := r.Writings[:0:0], 0 // a record that is being saved has the others
	for i := len(r.Writings) - 1; i >= 0; i-- {
		old := r.Writings[i]
		if old.Arm == w.Arm {
			if old.Step == w.Step && old.Prompt == w.Prompt {
				w.Asked = w.Asked || old.Asked
				continue
			}
			if n == keptWritings-1 {
				continue
			}
			n++
		}
		kept = append(kept, old)
	}
	slices.Reverse(kept)
	kept = append(kept, w)
	slices.SortStableFunc(kept, func(a, b Writing) int { return cmp.Compare(a.Step, b.Step) })
	r.Writings = kept
}

// AskedAt is what an arm wrote last at a step that a reader asked for.
func (r *Record) AskedAt(arm, step int) (Writing, bool) {
	for i := len(r.Writings) - 1; i >= 0; i-- {
		if w := r.Writings[i]; w.Arm == arm && w.Step == step && w.Asked {
			return w, true
		}
	}
	return Writing{}, false
}

// WritingAt is the newest that the network wrote that is an arm's at a step: of an arm that forked and has written
// nothing since, what the shared small phase did.
func (r *Record) WritingAt(arm, step int) (Writing, bool) {
	if w, ok := r.wrote(arm, step); ok {
		return w, true
	}
	if e := r.Experiment; e.Arms[arm].From == experiment.Fork && e.Trunk() != arm {
		return r.wrote(e.Trunk(), min(step, e.Fork()))
	}
	return Writing{}, false
}

func (r *Record) wrote(arm, step int) (Writing, bool) {
	for i := len(r.Writings) - 1; i >= 0; i-- {
		if w := r.Writings[i]; w.Arm == arm && w.Step <= step {
			return w, true
		}
	}
	return Writing{}, false
}
