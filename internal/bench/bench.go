// Package bench measures how fast the house is: each row of one table as a ratio against a peer or a roofline that is measured in the same
// run on the same machine. What is measured lives in workload and inpage, the peers in torch and openblas, the peaks in peak; this package
// runs them in turn, judges and prints. It makes nothing faster and remembers no number.
package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
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
	Machine     Machine                           `json:"machine"`
	Rows        []Row                             `json:"rows"`
	Products    []Products                        `json:"products,omitempty"`
	Elementwise map[string][]workload.Elementwise `json:"elementwise,omitempty"` // native, and in the browser
	Profiles    []workload.Profile                `json:"profiles,omitempty"`
	Threads     []Threads                         `json:"threads,omitempty"`
	Complete    bool                              `json:"complete"` // it was not interrupted
}

// Products are the network's matrix products in one place. Of their seconds the first are ours, the second those that they are held against.
type Products struct {
	Where   string             `json:"where"`   // native kernel, or browser
	Peak    float64            `json:"peak"`    // flop/s
	Against string             `json:"against"` // "": nothing
	List    []workload.Product `json:"list"`
}

// ratios are how many times as fast ours are, and fractions what they reach of the peak, of the products whose names begin with a form.
func (p Products) ratios(form string) (ratios, fractions []float64) {
	for _, x := range p.List {
		if !strings.HasPrefix(x.Name, form) {
			continue
		}
		if len(x.Seconds) > 1 {
			ratios = append(ratios, x.Seconds[1]/x.Seconds[0])
		}
		fractions = append(fractions, x.FLOPs/x.Seconds[0]/p.Peak)
	}
	return ratios, fractions
}

// part is one group of measurements. Where it fails, the rows that it has not filled say why.
type part struct {
	what string
	keys []string
	run  func(*Report, context.Context, Options) error
}

var parts = []part{
	{"peaks and bandwidth of this machine", nil, (*Report).machine},
	{"matrix products", []string{"products-native", "products-native-avx2"}, (*Report).products},
	{"training steps", []string{"step-native", "step-native-large"}, (*Report).steps},
	{"elementwise operations", nil, (*Report).elementwise},
	{"probes", []string{"probes"}, (*Report).probes},
	{"allocations", []string{"allocations"}, (*Report).allocations},
	{"threads inside one arm", nil, (*Report).threads},
	{"where time goes", nil, (*Report).profiles},
	{"our program in a browser", []string{"worker-products-scalar", "worker-products-peak", "worker-products-tfjs", "worker-step-peak",
		"worker-step", "worker-probes", "worker-memory"}, (*Report).browser},
	{"the page in a browser", []string{"page-run", "page-bytes-picture", "page-bytes-training", "page-first-step", "page-frame"},
		(*Report).page},
}

// Parts is how many parts a run has, each of which is told of once.
func Parts() int { return len(parts) }

// errNotAsked is why rows that need other programs are empty without [Options.Peers].
var errNotAsked = errors.New("needs other programs; ask for it with --peers")

// Run measures everything that the options ask for. When ctx ends it returns what there is, and the context's error.
func Run(ctx context.Context, o Options) (*Report, error) {
	r := &Report{Machine: thisMachine(), Rows: table(), Elementwise: map[string][]workload.Elementwise{}}
	r.Machine.noteLoad()
	for _, p := range parts {
		if o.Progress != nil {
			o.Progress(p.what)
		}
		err := p.run(r, ctx, o)
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		for _, k := range p.keys {
			r.miss(k, err)
		}
		if err != nil && len(p.keys) == 0 {
			return r, fmt.Errorf("%s: %w", p.what, err)
		}
	}
	r.Complete = true
	r.Machine.noteLoad()
	return r, nil
}
