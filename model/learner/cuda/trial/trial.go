// Package trial tries a GPU that was never tried before, in minutes: whether the kernels compute there what they
// should, whether copies stay locked, and how fast the paper's network trains, beside PyTorch on the same card in the
// same run. Every part has a limit of its own, and what it finds is shown at once: a lease that ends early loses only
// the rest.
//
// No learner and no kernel lives here, and nothing trains with it.
package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
)

// Options say what is tried.
type Options struct {
	Library string // of the driver, by its name or its path
	Sizes   Sizes
	Only    []string  // names of parts; all where there are none
	Out     io.Writer // gets the table as it grows
	// Found, unless nil, is given the report as it grows: after the card and after every row, not passed until the end.
	Found func(*Report)
	// Again is this program with the arguments that make it check a tiny network, for a tool that looks on.
	Again []string
	// Rest is this program with the arguments that make it try what this trial does: where the device has failed, it
	// tries the parts that are left. Where there is none they fail as the device has.
	Rest []string
	// Limit is that of every part where it is not 0: on an emulated device time says nothing.
	Limit time.Duration
	// PeersOnCPU lets PyTorch compute on the CPU: a test of the scripts, no measurement.
	PeersOnCPU bool
}

// trial is one that runs.
type trial struct {
	Options
	card    Card
	devices [2]*cuda.Factory // by precision
	engines [2]learner.Factory
	reached float64 // tokens a second of the full size; 0 where it was not tried
	fastest float64 // TFLOP/s of any product in bf16, of PyTorch too; 0 where none was timed
}

var precisions = [...]cuda.Precision{cuda.Float32, cuda.BF16}

// part is one thing to try, and for how long at most.
type part struct {
	name  string
	limit time.Duration
	run   func(*trial, context.Context, *Part) error
}

// parts in their order: what has to hold before what is only measured. Limits are of a command of 600 s on a machine
// that is lent, where Python's first import of PyTorch alone may take half a minute.
var parts = []part{
	{"check", 30 * time.Second, (*trial).check},
	{"positions", 5 * time.Second, (*trial).positions},
	{"lock", 30 * time.Second, (*trial).lock},
	{"sanitizer", 45 * time.Second, (*trial).sanitize},
	{"products", 60 * time.Second, (*trial).products},
	{"full size", 120 * time.Second, (*trial).full},
	{"pytorch", 120 * time.Second, (*trial).pytorch},
	{"hugging face", 60 * time.Second, (*trial).hub},
}

// Names are those of the parts, in their order.
func Names() (names []string) {
	for _, p := range parts {
		names = append(names, p.name)
	}
	return names
}

// Run tries a device. It errs where there is none to try, in one sentence; what the parts find is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	for _, name := range o.Only {
		if !slices.Contains(Names(), name) {
			return nil, fmt.Errorf("there is no part %q; allowed are %s", name, strings.Join(Names(), ", "))
		}
	}
	t, begun := &trial{Options: o}, time.Now()
	for _, p := range precisions {
		f, err := cuda.Open(o.Library, nil, p)
		if err != nil {
			_ = t.close() // says what is said, where the device has failed
			return nil, err
		}
		t.devices[p], t.engines[p] = f, f
	}
	t.card = cardOf(t.devices[cuda.BF16].Device())
	t.card.LoadSeconds = time.Since(begun).Seconds()
	r, passed := &Report{Card: t.card}, true
	fmt.Fprintln(o.Out, t.card)
	t.found(r)
	wanted := slices.DeleteFunc(Names(), func(name string) bool {
		return len(o.Only) > 0 && !slices.Contains(o.Only, name)
	})
	for i, name := range wanted {
		x := parts[slices.Index(Names(), name)]
		if o.Limit > 0 {
			x.limit = o.Limit
		}
		p, stuck := t.try(ctx, x, r)
		p.print(o.Out)
		passed = passed && (p.Outcome == Passed || p.Outcome == NotHere)
		if ctx.Err() != nil {
			return r, ctx.Err() // what comes after was asked for too
		}
		if stuck { // and cannot be given back
			fmt.Fprintf(o.Out, "The device still works at %q, %v after its limit: nothing more is tried.\n", x.name,
				patience)
			return r, nil
		}
		if rest := wanted[i+1:]; len(o.Rest) > 0 && len(rest) > 0 && t.broken() != nil {
			_ = t.close()
			fmt.Fprintln(o.Out, "The device has failed; what is left is tried by this program, started again.")
			if err := t.afresh(ctx, r, rest); err != nil {
				fmt.Fprintf(o.Out, "That was not tried: %v\n", err)
			}
			return r, ctx.Err()
		}
	}
	if r.Passed = passed; passed {
		return r, t.close()
	}
	_ = t.close()
	return r, nil // a device that failed says no more than the parts have said
}

func (t *trial) found(r *Report) {
	if t.Found != nil {
		t.Found(r)
	}
}

func (t *trial) close() (err error) {
	for _, f := range t.devices {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

// patience is how long a part may take to end after its limit.
const patience = 10 * time.Second

// errMissing is what a part returns that needs what this machine lacks.
type errMissing struct{ error }

// try runs a part until its limit, and adds it to the report at once, as one that was interrupted until it ends. A part
// that does not end is left behind; its rows may grow no more.
func (t *trial) try(ctx context.Context, x part, r *Report) (_ *Part, stuck bool) {
	begun := time.Now()
	within, cancel := context.WithTimeout(ctx, x.limit)
	defer cancel()
	rows, ended := make(chan Row), make(chan error, 1)
	own := &Part{see: func(r Row) {
		select {
		case rows <- r:
		case <-ctx.Done():
		}
	}}
	go func() { ended <- x.run(t, within, own) }()
	p := &Part{Name: x.name, Limit: x.limit.Seconds(), Outcome: Interrupted}
	r.Parts = append(r.Parts, p)
	for over := time.After(x.limit + patience); ; {
		select {
		case row := <-rows:
			p.Rows, p.Seconds = append(p.Rows, row), time.Since(begun).Seconds()
			row.print(t.Out)
			t.found(r)
			continue
		case err := <-ended:
			p.judge(err)
		case <-over:
			p.Outcome, p.Why, stuck = OutOfTime, "it did not end", true
		}
		p.Seconds = time.Since(begun).Seconds()
		t.found(r)
		return p, stuck
	}
}

// judge says what became of a part that ended.
func (p *Part) judge(err error) {
	var missing errMissing
	switch {
	case err == nil:
		p.Outcome = Passed
		return
	case errors.Is(err, context.DeadlineExceeded):
		p.Outcome = OutOfTime
	case errors.Is(err, context.Canceled):
		p.Outcome = Interrupted
	case errors.As(err, &missing):
		p.Outcome = NotHere
	default:
		p.Outcome = Failed
	}
	p.Why = err.Error()
}
