package cli

import (
	"fmt"
	"io"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// pictures are the files of figures: each as SVG and as PNG.
func pictures(all []figure.Figure) (out []durable.Output) {
	for _, f := range all {
		names := drawn(f.Name)
		out = append(out, durable.Output{Name: names[0], Write: f.SVG},
			durable.Output{Name: names[1], Write: func(w io.Writer) error { return f.PNG(w, 144) }})
	}
	return out
}

// drawn are the names of the files of figures.
func drawn(figures ...string) (names []string) {
	for _, f := range figures {
		names = append(names, f+".svg", f+".png")
	}
	return names
}

// figuresVerb draws the figures of a record that run wrote.
type figuresVerb struct {
	Record string `arg:"" help:"Record that run --out wrote: DIR/record.sparkling." type:"path"`
	Out    string `help:"Folder for the figures, and for the answers of facts; only those of a run of the same experiment are replaced." default:"." type:"path" placeholder:"DIR"`
}

// Run is called by the command line.
func (v figuresVerb) Run(e *env) error {
	return fromRecord(e, v.Record, v.Out, func(r *record.Record) ([]durable.Output, error) {
		return append(pictures(figure.All(r)), tables(r)...), nil
	})
}

// fromRecord writes into a folder what is made from a record. The folder may be that of a run of the same experiment.
func fromRecord(e *env, path, out string, files func(*record.Record) ([]durable.Output, error)) error {
	f, err := input.Open(e.ctx, path)
	if err != nil {
		return fmt.Errorf("the record cannot be read: %w", err)
	}
	defer f.Close()
	r, err := record.Decode(f)
	if err != nil {
		return ended(e, fmt.Errorf("%s: %w", path, err))
	}
	made, err := files(r)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	to, err := durable.Take(out, runKind)
	if err != nil {
		return err
	}
	defer to.Release()
	switch earlier, err := readRecord(out); {
	case err != nil:
		return err
	case earlier != nil:
		if err := fitting(out, r.Experiment, earlier.Experiment); err != nil {
			return err
		}
	}
	for _, f := range made {
		if err := to.Check(f.Name); err != nil {
			return err
		}
	}
	return to.Write(made...)
}
