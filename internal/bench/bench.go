// Package bench measures how fast the house is: each row of one table as a ratio against a peer or a limit that is measured in the same
// run on the same machine. What is measured lives in workload and inpage, the peers in torch and openblas, the limits in peak; this
// package runs them in turn, judges and prints. It makes nothing faster and remembers no number.
package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/profile"
)

// Options say how much is measured.
type Options struct {
	Peers bool // also what needs other people's programs: OpenBLAS, PyTorch, a browser, npm
	Quick bool // few and short repetitions: whether it works, not how fast it is
	Long  bool // the full number of updates where the default is a sample

	// Tell, unless nil, is told what is being measured.
	Tell func(what string)
}

// repetitions of everything that is timed, and how long each lasts at least.
func (o Options) repetitions() int {
	if o.Quick {
		return 2
	}
	return 9
}

func (o Options) lap() time.Duration {
	if o.Quick {
		return time.Millisecond
	}
	return 8 * time.Millisecond
}

// Report is everything that one run measured.
type Report struct {
	Machine  Machine           `json:"machine"`
	Rows     []Row             `json:"rows"`
	Products []Product         `json:"products,omitempty"`
	Elements []Element         `json:"elements,omitempty"`
	Profiles []profile.Profile `json:"profiles,omitempty"`
	Sweeps   []Sweep           `json:"sweeps,omitempty"`
	Threads  []Threads         `json:"threads,omitempty"`
	Complete bool              `json:"complete"` // it was not interrupted
}

// part is one group of measurements; it fills rows, and what it cannot fill it explains.
type part struct {
	what string
	keys []string
	run  func(*Report, context.Context, Options) error
}

var parts = []part{
	{"limits of this machine", nil, (*Report).limits},
	{"matrix products", keysOf("products-"), (*Report).products},
	{"training steps", keysOf("step-"), (*Report).steps},
	{"elementwise operations", keysOf("element-"), (*Report).elements},
	{"probes", keysOf("probes"), (*Report).probes},
	{"allocations", keysOf("allocations"), (*Report).allocations},
	{"threads inside one arm", nil, (*Report).threads},
	{"where time goes", nil, (*Report).costs},
	{"our program in a browser", keysOf("worker-"), (*Report).inBrowser},
	{"the page in a browser", keysOf("page-"), (*Report).thePage},
}

// Parts is how many parts a run has, each of which is told of once.
func Parts() int { return len(parts) }

// errNotAsked is why rows that need other programs are empty without [Options.Peers].
var errNotAsked = errors.New("needs other programs; ask for it with --peers")

// Run measures everything that the options ask for. When ctx ends it returns what there is, and the context's error.
func Run(ctx context.Context, o Options) (*Report, error) {
	r := &Report{Machine: thisMachine(), Rows: table()}
	r.Machine.noteLoad()
	for _, p := range parts {
		if o.Tell != nil {
			o.Tell(p.what)
		}
		if err := p.run(r, ctx, o); err != nil {
			if ctx.Err() != nil {
				return r, ctx.Err()
			}
			for _, k := range p.keys {
				r.miss(k, err)
			}
			if len(p.keys) == 0 {
				return r, fmt.Errorf("%s: %w", p.what, err)
			}
		}
	}
	r.Complete = true
	r.Machine.noteLoad()
	return r, nil
}

// row is the row of a key.
func (r *Report) row(key string) *Row {
	for i := range r.Rows {
		if r.Rows[i].Key == key {
			return &r.Rows[i]
		}
	}
	panic("bench: no row " + key) // the table and the parts do not agree
}

// set fills a row.
func (r *Report) set(key string, value float64, note string, args ...any) {
	row := r.row(key)
	row.Measured, row.Note, row.Missing = &value, fmt.Sprintf(note, args...), ""
}

// miss says why a row is empty, unless it is filled or explained already.
func (r *Report) miss(key string, why error) {
	if row := r.row(key); row.Measured == nil && row.Missing == "" {
		row.Missing = why.Error()
	}
}
