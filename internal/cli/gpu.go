package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/trial"
)

// gpuVerb tries the GPU of this machine.
type gpuVerb struct {
	JSON string   `help:"Also write what is found as JSON; the file must not be there." type:"path" placeholder:"FILE"`
	Only []string `help:"Only these parts, with commas between them: ${parts}." placeholder:"PART"`
	Tiny bool     `help:"Tiny sizes: whether it works, not how fast it is."`
}

// tinyLimit is that of a part at tiny sizes: who looks on, or emulates, may be slow.
const tinyLimit = 10 * time.Minute

// Run is called by the command line.
func (v gpuVerb) Run(e *env) error {
	if v.JSON != "" {
		if _, err := os.Lstat(v.JSON); err == nil {
			return fmt.Errorf("%s is there already; nothing is overwritten", v.JSON)
		}
		release, err := durable.TakeFile(v.JSON)
		if err != nil {
			return err
		}
		defer release()
	}
	o := trial.Options{Library: driver.Library, Sizes: trial.Paper(), Only: v.Only, Out: e.out}
	if v.Tiny {
		o.Sizes, o.Limit = trial.Tiny(), tinyLimit
	}
	if self, err := os.Executable(); err == nil {
		o.Again, o.Rest = []string{self, "gpu", "--tiny", "--only", "check"}, []string{self, "gpu"}
		if v.Tiny {
			o.Rest = append(o.Rest, "--tiny")
		}
	}
	keep := func(r *trial.Report) error {
		return durable.WriteFile(v.JSON, func(w io.Writer) error { return indented(w, r) })
	}
	if v.JSON != "" { // a lease that ends early loses nothing that was found before
		o.Found = func(r *trial.Report) { _ = keep(r) } // what keeps it from being written, the last time says
	}
	r, err := trial.Run(e.ctx, o)
	if r != nil && v.JSON != "" {
		if err := keep(r); err != nil {
			return err
		}
	}
	switch {
	case err != nil && r != nil && v.JSON != "" && e.ctx.Err() != nil:
		fmt.Fprintf(e.err, "Interrupted; what was found before is in %s.\n", v.JSON)
		return errInterrupted
	case err != nil:
		return ended(e, err)
	case !r.Passed:
		return fmt.Errorf("the GPU did not pass: %s", r.Bad())
	}
	return nil
}
