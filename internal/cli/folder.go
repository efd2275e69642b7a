package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// What a folder of a run holds besides figures.
const (
	recordName     = "record.sparkling"
	numbersName    = "numbers.csv"
	experimentName = "experiment.json"
)

// The kinds of folders whose files are replaced, as the list in such a folder says.
const (
	runKind       = "run"
	reportKind    = "report"
	documentsKind = "benchmark"
)

// results is the folder that a run is left in.
type results struct {
	*durable.Claim
	earlier *sim.Record // of the same experiment, which the folder holds already
}

// claim takes a folder before a run of e, which is a better time than after it. It errs where nothing can be written there, and where it holds
// what the run would overwrite: only the files of an earlier run of the same experiment may be replaced.
func claim(dir string, e sim.Experiment) (results, error) {
	to, err := durable.Take(dir, runKind)
	if err != nil {
		return results{}, err
	}
	earlier, err := sameRun(dir, e)
	if err = cmp.Or(err, to.Check(append(drawn(figure.Names...), recordName, numbersName, experimentName)...)); err != nil {
		to.Release()
		return results{}, err
	}
	return results{to, earlier}, nil
}

// sameRun is the record in a folder, nil where there is none. It errs where that is not of e.
func sameRun(dir string, e sim.Experiment) (*sim.Record, error) {
	f, err := input.Regular(filepath.Join(dir, recordName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		return nil, fmt.Errorf("%s in %s cannot be read (%w); nothing is overwritten", recordName, dir, why.Err)
	} else if err != nil {
		return nil, err
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

// keep leaves a run in its folder, and says what became of an earlier one: it stays if it went further. Kept is what the record is, also where
// an error says that not all of what is made from it is there.
func (r results) keep(e *env, now *sim.Record) (kept bool, err error) {
	switch {
	case now.Last() < 0:
		return false, nil
	case r.earlier != nil && r.earlier.Last() > now.Last():
		fmt.Fprintf(e.err, "%s keeps the earlier run of this experiment, which went further, to step %d.\n", r.Dir(), r.earlier.Last())
		return false, nil
	case r.earlier != nil:
		fmt.Fprintf(e.err, "%s held an earlier run of the same experiment; this one replaces it.\n", r.Dir())
	}
	return write(r.Claim, now)
}

// write puts the record into a folder, then its numbers and the experiment, then the figures: what is whole stays, whatever becomes of the rest.
func write(to *durable.Claim, r *sim.Record) (kept bool, err error) {
	if err := to.Write(durable.Output{Name: recordName, Write: r.Encode}); err != nil {
		return false, err
	}
	err = to.Write(durable.Output{Name: numbersName, Write: r.WriteCSV}, durable.Output{Name: experimentName, Write: func(w io.Writer) error {
		_, err := w.Write(r.Experiment.JSON())
		return err
	}})
	if err = cmp.Or(err, to.Write(pictures(figure.All(r))...)); err != nil {
		return true, fmt.Errorf("the record of the run is whole in %s, but not everything that is made from it: %w", to.Dir(), err)
	}
	return true, nil
}
