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

// drawAll draws figures, as SVG and as PNG.
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
	if err != nil {
		return cannot(path, err)
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

// cannot says what cannot be written, and why; the name that it has meanwhile means nothing to anybody.
func cannot(path string, err error) error {
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		err = why.Err
	}
	return fmt.Errorf("%s cannot be written: %w", path, err)
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
	if _, err := sameRun(v.Out, r.Experiment); err != nil {
		return err
	}
	if err := folder(v.Out); err != nil {
		return err
	}
	return drawAll(v.Out, figure.All(r))
}
