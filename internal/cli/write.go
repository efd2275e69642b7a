package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// prompt is what --write and --temperature ask for, nil where they ask for nothing. It errs where that will not be
// possible, which is better said before a run than after it.
func (v runVerb) prompt(e experiment.Experiment) (*record.Prompt, error) {
	if v.Write == nil {
		if v.Temperature != nil {
			return nil, errors.New("--temperature says how arms write: --write says after what")
		}
		return nil, nil
	}
	if !e.Task.Writes() {
		return nil, fmt.Errorf("--write is for experiments that learn a text; %s learns %s", e.Name, e.Task.Kind)
	}
	p := record.Prompt{Text: *v.Write, Temperature: session.Temperature, Count: experiment.WriteCount}
	if v.Temperature != nil {
		p.Temperature = *v.Temperature
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	learnt, err := task.New(e.Task)
	if err == nil {
		_, err = task.Ids(learnt, p.Text)
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// letWrite has the arms of a run write, and waits for them, or for the end of the context. It errs, once all have
// answered, where an arm did not.
func letWrite(ctx context.Context, s *session.Session, host *session.LocalHost, p record.Prompt) error {
	if err := s.Write(p.Text, p.Temperature); err != nil {
		return err
	}
	for s.Writing() && ctx.Err() == nil {
		host.Wait(200 * time.Millisecond)
	}
	if why := s.Refused(); why != "" {
		return errors.New(why)
	}
	return nil
}

// writing is what an arm wrote, with the probability that its network gave each character at temperature 1.
type writing struct {
	Step          int       `json:"step"`
	Prompt        string    `json:"prompt"`
	Temperature   float64   `json:"temperature"`
	Seed          uint64    `json:"seed"`
	Text          string    `json:"text"`
	Probabilities []float32 `json:"probabilities"`
}

func writingOf(r *record.Record, arm, step int) *writing {
	w, ok := r.WritingAt(arm, step)
	if !ok {
		return nil
	}
	return &writing{w.Step, w.Text, w.Temperature, w.Seed, w.Written, w.Sure}
}

// mean is that of the probabilities.
func (w writing) mean() (sum float64) {
	for _, p := range w.Probabilities {
		sum += float64(p) / float64(len(w.Probabilities))
	}
	return sum
}

// printWritings prints what every arm wrote, if any has, with its beginning.
func printWritings(w io.Writer, rows []result) {
	begun := false
	for _, r := range rows {
		if r.Writing == nil {
			continue
		}
		if !begun {
			begun = true
			fmt.Fprintf(w, "Written at temperature %g, with the same random numbers in every arm:\n",
				r.Writing.Temperature)
		}
		fmt.Fprintf(w, "%s, at step %d; mean probability of a character %.3f:\n", plain.Line(r.Name), r.Writing.Step,
			r.Writing.mean())
		const indent = "  "
		for paragraph := range strings.Lines(r.Writing.Prompt + r.Writing.Text) {
			for _, line := range wrap(plain.Line(strings.TrimSuffix(paragraph, "\n")), columns-len(indent)) {
				fmt.Fprintln(w, indent+line)
			}
		}
	}
}
