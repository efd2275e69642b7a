package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
)

// engineFlags say what computes in a run.
type engineFlags struct {
	Engine    string `help:"What computes: cpu, cuda (the first NVIDIA GPU), or auto, which takes a GPU where there is one, the run fits there, and it is large enough to gain by it." default:"auto" placeholder:"auto|cpu|cuda"`
	Precision string `help:"What the matrix products of a GPU read: bf16, as where this is left out, or float32 for parity with cpu." placeholder:"bf16|float32"`
}

// factory makes the networks in this program's memory; tests put others in its place.
var factory learner.Factory = cpu.Factory{}

// gpu makes networks on a GPU.
type gpu interface {
	learner.Factory
	Name() string
	Memory() (free, all int64, err error)
	Err() error
	Close() error
}

// openGPU opens that of this machine; tests put others in its place.
var openGPU = func(p cuda.Precision) (gpu, error) {
	f, err := cuda.Here(p)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// fewestGPU is how many operations a batch of the widest network has at least where auto takes a GPU: each of its
// layers takes some fifty launches and more, so that below it a GPU mostly waits for them.
const fewestGPU = 1e10

// spareGPU is the share of a GPU's free memory that is left to what its driver takes in granules.
const spareGPU = 0.03

// engine is what computes in a run.
type engine struct {
	learner.Factory
	gpu       gpu // nil where this program's processors do
	precision cuda.Precision
	has       float64 // free bytes of the GPU at the beginning
}

// allowed is how much of its memory a run may take.
func (x engine) allowed() float64 { return (1 - spareGPU) * x.has }

// on says of a run where its learner is.
func (x engine) on(r plan.Run) plan.Run {
	if x.gpu == nil {
		return r
	}
	return r.On(x.precision)
}

// failed is the failure of the GPU after which it computes nothing more.
func (x engine) failed() error {
	if x.gpu == nil {
		return nil
	}
	return x.gpu.Err()
}

// close gives the GPU back.
func (x engine) close() {
	if x.gpu != nil {
		_ = x.gpu.Close() // nothing is asked of it any more
	}
}

// choose decides what computes runs, which are there at once, and says what it chose by itself, and why. document is
// what plan is asked about, if anything.
func (f engineFlags) choose(exp experiment.Experiment, runs []plan.Run, document string, says io.Writer) (engine,
	error) {
	p, err := precisionOf(f.Precision)
	if err != nil {
		return engine{}, err
	}
	here := engine{Factory: factory}
	switch f.Engine {
	case "cpu":
		if f.Precision != "" {
			err = errors.New("--precision says what a GPU reads; with --engine cpu leave it out")
		}
		return here, err
	case "cuda":
		x, err := f.open(p, runs, document)
		if err != nil {
			err = fmt.Errorf("--engine cuda: %w", err)
		}
		return x, err
	case "auto":
	default:
		return here, fmt.Errorf("--engine is %q; allowed are auto, cpu and cuda", f.Engine)
	}
	if n := operations(exp); n < fewestGPU {
		fmt.Fprintf(says, "The processors compute: a batch has %.2g operations, and a GPU gains from about %.0e on.\n",
			n, float64(fewestGPU))
		return here, nil
	}
	x, err := f.open(p, runs, document)
	if err != nil {
		fmt.Fprintf(says, "The processors compute: %v.\n", err)
		return here, nil
	}
	fmt.Fprintf(says, "The GPU computes: %s; the run takes up to %s there, and %s are free.\n", x.Engine(),
		size(needed(x, runs)), size(x.has))
	return x, nil
}

// precisionOf reads --precision: bf16, where it is left out.
func precisionOf(flag string) (cuda.Precision, error) {
	p, err := cuda.PrecisionOf(cmp.Or(flag, cuda.BF16.String()))
	if err != nil {
		return 0, fmt.Errorf("--%w", err)
	}
	return p, nil
}

// operations of one batch of the widest network.
func operations(exp experiment.Experiment) (most float64) {
	for i := range exp.Arms {
		most = max(most, exp.Cost(exp.Wide(i)).Network/float64(exp.Task.Batches()))
	}
	return most
}

// needed is what runs take on a GPU at once.
func needed(x engine, runs []plan.Run) (sum float64) {
	for _, r := range runs {
		sum += plan.Peak(x.on(r).Phases()).Bytes
	}
	return sum
}

// open opens the GPU for runs that it trains and has the memory for.
func (f engineFlags) open(p cuda.Precision, runs []plan.Run, document string) (engine, error) {
	for _, r := range runs {
		if err := r.Declined(); err != nil {
			return engine{}, err
		}
	}
	g, err := openGPU(p)
	if err != nil {
		return engine{}, err
	}
	x := engine{Factory: g, gpu: g, precision: p}
	free, all, err := g.Memory()
	if x.has = float64(free); err == nil {
		err = x.fits(runs, float64(all), document)
	}
	if err != nil {
		_ = g.Close() // says what is said, where the GPU has failed
		return engine{}, err
	}
	return x, nil
}

// fits errs where the GPU has too little memory, and says what to do.
func (x engine) fits(runs []plan.Run, all float64, document string) error {
	need := needed(x, runs)
	if need <= x.allowed() {
		return nil
	}
	says := fmt.Sprintf("%s has too little memory: the run needs %s there, and %s of its %s are free, of which "+
		"%.0f %% stay so", x.gpu.Name(), size(need), size(x.has), size(all), math.Round(100*spareGPU))
	if len(runs) == 1 {
		var names []string
		remedies := x.on(runs[0]).Remedies(x.allowed())
		for _, r := range remedies {
			names = append(names, r.Name)
		}
		if n := len(remedies); n > 0 && remedies[n-1].Fits {
			says += "; it fits with " + strings.Join(names, " and ")
		}
		if document != "" {
			says += fmt.Sprintf("; sparkling plan %s --memory --card %.0fMiB --precision %s says what takes it",
				quoted(document), all/mib, x.precision)
		}
	} else {
		says += x.atOnce(runs)
	}
	return errors.New(says)
}

// atOnce says what makes arms fit that train at once: what is computed again is so in all of them, and whichever are
// taken out, those that stay fit.
func (x engine) atOnce(arms []plan.Run) string {
	stay := slices.Clone(arms)
	for i := range stay {
		stay[i].Recompute = true
	}
	peak := func(r plan.Run) float64 { return plan.Peak(x.on(r).Phases()).Bytes }
	slices.SortFunc(stay, func(a, b plan.Run) int { return cmp.Compare(peak(b), peak(a)) })
	for len(stay) > 0 && needed(x, stay) > x.allowed() {
		stay = stay[:len(stay)-1]
	}
	switch len(stay) {
	case 0:
		return ""
	case len(arms):
		return `; it fits with "recompute": true`
	}
	return fmt.Sprintf(`; it fits with "recompute": true and no more than %d of its %d arms`, len(stay), len(arms))
}
