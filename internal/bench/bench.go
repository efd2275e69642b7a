// Package bench measures how fast the house is: each row of one table as a ratio against a peer or a roofline that is
// measured in the same run on the same machine. What is measured lives in workload and inpage, the peers in torch and
// openblas, the peaks in peak; this package runs them in turn, judges and prints. It makes nothing faster and
// remembers no number.
package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/torch"
)

// Options say how much is measured.
type Options struct {
	Peers bool // also what needs other people's programs: OpenBLAS, PyTorch, a browser, npm
	Quick bool // few and short repetitions: whether it works, not how fast it is

	// Progress, unless nil, is told what is being measured.
	Progress func(what string)
}

// effort is what everything that is timed gets.
func (o Options) effort() measure.Effort {
	if o.Quick {
		return measure.Effort{Repetitions: 2, Each: time.Millisecond}
	}
	return measure.Effort{Repetitions: 9, Each: 8 * time.Millisecond}
}

// short is half of that.
func (o Options) short() measure.Effort {
	e := o.effort()
	e.Each /= 2
	return e
}

// few is n, or one where the run is quick.
func (o Options) few(n int) int {
	if o.Quick {
		return 1
	}
	return n
}

// Report is everything that one run measured.
type Report struct {
	Machine  Machine             `json:"machine"`
	Rows     []Row               `json:"rows"`
	Tables   map[string][]string `json:"tables"`   // lines of cells parted by bars, see heads
	Complete bool                `json:"complete"` // it was not interrupted

	torch map[string]*torch.Peer // by shape: they wait from one part to the next
}

// part is one group of measurements. Where it fails, the rows that it has not filled say why: those whose keys begin
// with its own.
type part struct {
	what, key string
	run       func(*Report, context.Context, Options) error
}

var parts = []part{
	{"the machine's peaks", "", (*Report).machine},
	{"matrix products", "products-", (*Report).products},
	{"training steps", "step-", (*Report).steps},
	{"the loop of a long run", "loop", (*Report).loop},
	{"elementwise operations", "", (*Report).elementwise},
	{"probes", "probes", (*Report).probes},
	{"allocations", "allocations", (*Report).allocations},
	{"a checkpoint widened on the disk", "disk-", (*Report).disk},
	{"threads inside one arm", "threads", (*Report).threads},
	{"where time goes", "", (*Report).profiles},
	{"our program in a browser", "worker-", (*Report).browser},
	{"the page in a browser", "page-", (*Report).page},
}

// Parts is how many parts a run has, each of which is told of once.
func Parts() int { return len(parts) }

// errNotAsked is why rows that need other programs are empty without [Options.Peers].
var errNotAsked = errors.New("needs other programs; ask for it with --peers")

// Run measures everything that the options ask for. When ctx ends it returns what there is, and the context's error.
func Run(ctx context.Context, o Options) (*Report, error) {
	r := &Report{Machine: thisMachine(), Rows: table(), Tables: map[string][]string{}, torch: map[string]*torch.Peer{}}
	r.Machine.noteLoad()
	defer func() {
		for _, p := range r.torch {
			p.Close()
		}
	}()
	for _, p := range parts {
		if o.Progress != nil {
			o.Progress(p.what)
		}
		err := p.run(r, ctx, o)
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		if err != nil && p.key == "" {
			return r, fmt.Errorf("%s: %w", p.what, err)
		}
		for _, row := range r.Rows {
			if strings.HasPrefix(row.Key, p.key) {
				r.miss(row.Key, err)
			}
		}
	}
	r.Complete = true
	r.Machine.noteLoad()
	return r, nil
}
