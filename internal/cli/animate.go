package cli

import (
	"errors"
	"fmt"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/animation"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// animateVerb draws what moves of a record that run wrote.
type animateVerb struct {
	Record string       `arg:"" help:"Record that run --out wrote: DIR/record.sparkling." type:"path"`
	Out    string       `help:"Folder for the animated pictures and their stills; only those of a run of the same experiment are replaced." default:"." type:"path" placeholder:"DIR"`
	Theme  figure.Theme `help:"What they are drawn on: ${enum}." enum:"light,dark" default:"light"`
}

// Run is called by the command line.
func (v animateVerb) Run(e *env) error {
	return fromRecord(e, v.Record, v.Out, func(r *record.Record) (files []durable.Output, err error) {
		all := animation.All(r, v.Theme)
		if len(all) == 0 {
			return nil, errors.New("nothing in this record moves: it has no count of facts or sums, and no neuron " +
				"with a copy")
		}
		for _, a := range all {
			moving, still := a.Files()
			files = append(files, durable.Output{Name: moving, Write: a.APNG},
				durable.Output{Name: still, Write: a.Still})
			fmt.Fprintf(e.out, "%s: %s\n", moving, a.Alt)
		}
		return files, nil
	})
}
