package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// What a folder of a run holds besides figures.
const (
	recordName     = "record.sparkling"
	numbersName    = "numbers.csv"
	experimentName = "experiment.json"
)

// The kinds of folders whose files are replaced, as the list in such a folder says.
const (
	runKind    = "run"
	reportKind = "report"
)

// results is the folder that a run is left in, and what it holds already.
type results struct {
	*durable.Claim
	earlier *record.Record
	state   *session.State
}

// claim takes a folder before a run, which is a better time than after it. It errs where nothing can be written there,
// and where files that belong to no run of ours are in the way.
func claim(e *env, dir string) (results, error) {
	to, err := durable.Take(dir, runKind)
	if err != nil {
		return results{}, err
	}
	r := results{Claim: to}
	if r.earlier, err = readRecord(dir); err == nil {
		r.state, err = readState(e, dir)
	}
	if err = cmp.Or(err,
		to.Check(append(drawn(ofRun...), recordName, numbersName, answersName, expertsName,
			experimentName)...)); err != nil {
		to.Release()
		return results{}, err
	}
	return r, nil
}

// readRecord is the record in a folder, nil where there is none.
func readRecord(dir string) (*record.Record, error) {
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
	r, err := record.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s in %s cannot be read (%w); nothing is overwritten", recordName, dir, err)
	}
	return r, nil
}

// keep leaves a run in its folder, and says what becomes of an earlier one: it stays if it went further.
func (r results) keep(e *env, now *record.Record) error {
	switch {
	case r.whole(now):
		return nil
	case r.earlier != nil && r.earlier.Last() > now.Last():
		fmt.Fprintf(e.err, "%s keeps the earlier record of this run, which went further, to step %d.\n", r.Dir(),
			r.earlier.Last())
		return nil
	case r.earlier != nil && r.state == nil && r.earlier != now:
		fmt.Fprintf(e.err, "%s held an earlier run of the same experiment; this one replaces it.\n", r.Dir())
	}
	return write(r.Claim, now)
}

// whole reports whether the folder holds a record already, and everything that is made from it.
func (r results) whole(now *record.Record) bool {
	var a, b bytes.Buffer
	if r.earlier == nil || r.earlier.Encode(&a) != nil || now.Encode(&b) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		return false
	}
	files := append(pictures(runPictures(now)), durable.Output{Name: numbersName}, durable.Output{Name: experimentName})
	files = append(files, tables(now)...)
	return !slices.ContainsFunc(files, func(f durable.Output) bool {
		_, err := os.Stat(filepath.Join(r.Dir(), f.Name))
		return err != nil
	})
}

// write puts the record into a folder, then its numbers and the experiment, then the figures: what is whole stays,
// whatever becomes of the rest.
func write(to *durable.Claim, r *record.Record) error {
	if err := to.Write(durable.Output{Name: recordName, Write: r.Encode}); err != nil {
		return err
	}
	err := to.Write(append(tables(r), durable.Output{Name: numbersName, Write: r.WriteCSV},
		durable.Output{Name: experimentName, Write: func(w io.Writer) error {
			_, err := w.Write(r.Experiment.JSON())
			return err
		}})...)
	if err = cmp.Or(err, to.Write(pictures(runPictures(r))...)); err != nil {
		return fmt.Errorf("the record of the run is whole in %s, but not everything that is made from it: %w",
			to.Dir(), err)
	}
	return nil
}
