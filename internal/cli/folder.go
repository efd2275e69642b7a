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

// What a folder of a run holds besides figures.
const (
	recordName     = "record.sparkling"
	numbersName    = "numbers.csv"
	experimentName = "experiment.json"
)

// results is the folder that a run is left in.
type results struct {
	dir     string
	earlier *sim.Record // of the same experiment, which the folder holds already
}

// claim looks at a folder before a run, which is a better time than after it. It errs where the folder holds what the run of e would
// overwrite: only an earlier run of the same experiment may be replaced.
func claim(dir string, e sim.Experiment) (results, error) {
	earlier, err := sameRun(dir, e)
	if err != nil || earlier != nil {
		return results{dir, earlier}, err
	}
	for _, pattern := range []string{numbersName, experimentName, "*.svg", "*.png"} {
		if found, _ := filepath.Glob(filepath.Join(dir, pattern)); len(found) > 0 {
			return results{}, fmt.Errorf("%s holds %s already, and no record of a run; nothing is overwritten", dir, filepath.Base(found[0]))
		}
	}
	return results{dir: dir}, nil
}

// sameRun is the record in a folder, nil where there is none. It errs where that is not of e.
func sameRun(dir string, e sim.Experiment) (*sim.Record, error) {
	f, err := os.Open(filepath.Join(dir, recordName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		return nil, fmt.Errorf("%s cannot be read: %w", dir, why.Err)
	}
	defer f.Close()
	r, err := sim.DecodeRecord(f)
	if err != nil {
		return nil, fmt.Errorf("%s in %s cannot be read (%w); nothing is overwritten", recordName, dir, err)
	}
	if was := r.Experiment; !bytes.Equal(was.JSON(), e.JSON()) {
		return nil, fmt.Errorf("%s holds the run of another experiment (%s, seed %d, %d steps); nothing is overwritten", dir, was.Name, was.Seed, was.Steps)
	}
	return r, nil
}

// keep leaves a run in its folder, and says what became of an earlier one: it stays if it went further.
func (r results) keep(e *env, now *sim.Record) (kept bool, err error) {
	switch {
	case now.Last() < 0:
		return false, nil
	case r.earlier != nil && r.earlier.Last() > now.Last():
		fmt.Fprintf(e.err, "%s keeps the earlier run of this experiment, which went further, to step %d.\n", r.dir, r.earlier.Last())
		return false, nil
	case r.earlier != nil:
		fmt.Fprintf(e.err, "%s held an earlier run of the same experiment; this one replaces it.\n", r.dir)
	}
	return true, write(r.dir, now)
}

// write puts the record, its numbers, the experiment and the figures into a folder, when all of them are there.
func write(dir string, r *sim.Record) error {
	if err := folder(dir); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(dir, ".writing-*")
	if err != nil {
		return cannot(dir, err)
	}
	defer os.RemoveAll(tmp)
	for name, f := range map[string]func(io.Writer) error{
		recordName:  r.Encode,
		numbersName: r.WriteCSV,
		experimentName: func(w io.Writer) error {
			_, err := w.Write(r.Experiment.JSON())
			return err
		},
	} {
		if err := atomic(filepath.Join(tmp, name), f); err != nil {
			return err
		}
	}
	if err := drawAll(tmp, figure.All(r)); err != nil {
		return err
	}
	written, err := os.ReadDir(tmp)
	if err != nil {
		return err
	}
	names := []string{recordName} // first: by it a folder is known
	for _, f := range written {
		if f.Name() != recordName {
			names = append(names, f.Name())
		}
	}
	for _, name := range names {
		if err := os.Rename(filepath.Join(tmp, name), filepath.Join(dir, name)); err != nil {
			return cannot(filepath.Join(dir, name), err)
		}
	}
	return nil
}

// folder makes a folder that may be there already.
func folder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the folder %s cannot be made: %w", dir, err)
	}
	return nil
}
