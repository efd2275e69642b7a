package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// write puts the record, its numbers, the experiment and the figures into a folder.
func write(dir string, r *sim.Record) error {
	if err := folder(dir); err != nil {
		return err
	}
	for name, f := range map[string]func(io.Writer) error{
		"record.sparkling": r.Encode,
		"numbers.csv":      r.WriteCSV,
		"experiment.json": func(w io.Writer) error {
			_, err := w.Write(r.Experiment.JSON())
			return err
		},
	} {
		if err := atomic(filepath.Join(dir, name), f); err != nil {
			return err
		}
	}
	return figures(dir, r)
}

// folder makes a folder that may be there already.
func folder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the folder %s cannot be made: %w", dir, err)
	}
	return nil
}

// figures draws all figures that the record has data for.
func figures(dir string, r *sim.Record) error { return drawAll(dir, figure.All(r)) }

func drawAll(dir string, all []figure.Figure) error {
	for _, f := range all {
		if err := atomic(filepath.Join(dir, f.Name+".svg"), f.SVG); err != nil {
			return err
		}
		if err := atomic(filepath.Join(dir, f.Name+".png"), func(w io.Writer) error { return f.PNG(w, 144) }); err != nil {
			return err
		}
	}
	return nil
}

// atomic writes a file under its final name only when it is whole.
func atomic(path string, write func(io.Writer) error) error {
	return atomicPath(path, func(tmp string) error {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return os.WriteFile(tmp, b.Bytes(), 0o644)
	})
}

// atomicPath is atomic for what opens the file itself, under the name that it is given.
func atomicPath(path string, write func(tmp string) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		return fmt.Errorf("%s cannot be written: %w", path, why.Err) // the name that it has meanwhile means nothing to anybody
	} else if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing is left there after the rename
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := write(tmp.Name()); err != nil {
		return err
	}
	if err := os.Chmod(tmp.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// figuresVerb draws the figures of a record that run wrote.
type figuresVerb struct {
	Record string `arg:"" help:"Record that run --out wrote: DIR/record.sparkling." type:"path"`
	Out    string `help:"Folder for the figures." default:"." type:"path" placeholder:"DIR"`
}

// Run is called by the command line.
func (v figuresVerb) Run(*env) error {
	f, err := os.Open(v.Record)
	if err != nil {
		return fmt.Errorf("the record cannot be read: %w", err)
	}
	defer f.Close()
	r, err := sim.DecodeRecord(f)
	if err != nil {
		return fmt.Errorf("%s: %w", v.Record, err)
	}
	if err := folder(v.Out); err != nil {
		return err
	}
	return figures(v.Out, r)
}
