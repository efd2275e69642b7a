package cli

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/sparkling-lab/sparkling/internal/bench"
)

// benchVerb measures this machine, this program and its peers, and prints one table.
type benchVerb struct {
	Peers bool   `help:"Also what needs other people's programs: OpenBLAS, PyTorch, a Chromium, Node.js and npm. Rows whose peer is missing say what to install."`
	Quick bool   `help:"A few short repetitions: whether it works, not how fast it is."`
	Long  bool   `help:"The full number of updates where the default measures a sample of them."`
	JSON  bool   `help:"Print the report as JSON."`
	Docs  string `help:"Also write the report, the tables and the figures into this folder." type:"path"`
}

// Run is called by the command line.
func (v benchVerb) Run(e *env) error {
	r, err := bench.Run(e.ctx, bench.Options{Peers: v.Peers, Quick: v.Quick, Long: v.Long, Tell: bench.Progress(e.err)})
	if r == nil {
		return err
	}
	if v.JSON {
		j := json.NewEncoder(e.out)
		j.SetIndent("", "  ")
		if err := j.Encode(r); err != nil {
			return err
		}
	} else if err := r.Print(e.out); err != nil {
		return err
	}
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	return err
}

// benchProductsVerb is the child of bench that compares one kernel with OpenBLAS.
type benchProductsVerb struct {
	Kernel string `arg:""`
	Quick  bool
}

// Run is called by the command line.
func (v benchProductsVerb) Run(e *env) error {
	return bench.Child(e.ctx, v.Kernel, bench.Options{Quick: v.Quick}, os.Stdout)
}
