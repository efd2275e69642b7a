package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// mostSheltered is the number of runs without a folder of the user's whose states are kept.
const mostSheltered = 8

// shelterDir is where such a run has its state until it has ended: where a program of an older version has left one,
// there.
func shelterDir(exp experiment.Experiment) (string, error) {
	cache, err := os.UserCacheDir()
	runs, names := filepath.Join(cache, "sparkling", "runs"), hashes(exp)
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(runs, name)); err == nil {
			return filepath.Join(runs, name), nil
		}
	}
	return filepath.Join(runs, names[0]), err
}

// openShelter claims that folder, and reads the state that is there.
func openShelter(e *env, exp experiment.Experiment) (results, error) {
	dir, err := shelterDir(exp)
	if err != nil {
		return results{}, err
	}
	to, err := durable.Take(dir, runKind)
	if err != nil {
		return results{}, err
	}
	r := results{Claim: to}
	if r.state, err = readState(e, dir); err == nil {
		err = fitting(dir, exp, r.holds()...)
	}
	if err == nil && r.state == nil {
		err = durable.Remove(filepath.Join(dir, stateName)) // which cannot be read
	}
	if err != nil {
		to.Release()
		return results{}, err
	}
	return r, nil
}

// shelter is the folder of a run that the user gave none, and says beforehand what will be left. Where none can be had
// nothing is kept.
func shelter(e *env, exp experiment.Experiment) results {
	err := fits("the experiment with its state", exp.Memory()+exp.SavingMemory())
	var to results
	if err == nil {
		to, err = openShelter(e, exp)
	}
	if err != nil {
		fmt.Fprintf(e.err, "Nothing but the table will be left of this run, and it cannot go on once it is stopped "+
			"(%v): --out DIR keeps it.\n", err)
		return results{}
	}
	fmt.Fprintln(e.err, "Nothing but the table will be left of this run when it has ended: --out DIR keeps it. If it "+
		"is stopped before, the same command goes on.")
	forget(filepath.Dir(to.Dir()), filepath.Base(to.Dir()))
	return to
}

// forget removes the states of the oldest runs that were stopped, so that with the one that begins now no more than
// mostSheltered stay.
func forget(dir, now string) {
	entries, _ := os.ReadDir(dir)
	kept := map[string]time.Time{}
	var names []string
	for _, e := range entries {
		if !e.IsDir() || e.Name() == now {
			continue
		}
		names = append(names, e.Name())
		if info, err := os.Lstat(filepath.Join(dir, e.Name(), stateName)); err == nil {
			kept[e.Name()] = info.ModTime()
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return kept[b].Compare(kept[a]) })
	for _, name := range names[min(len(names), mostSheltered-1):] {
		if to, err := durable.Take(filepath.Join(dir, name), runKind); err == nil { // else it runs
			results{Claim: to}.drop()
		}
	}
}

// settle removes the state of a run that has ended once its table is out; else the last one stays, and the same command
// prints the table.
func (r results) settle(s *session.Session, host *session.LocalHost, k *session.Autosaver, printed bool) {
	if printed {
		k.Settle()
		r.drop()
	} else if r.state == nil || !r.state.Finished() {
		// where it cannot be written there is one that is not much older
		_, _ = k.Last(s, func() { host.Wait(time.Second) })
	}
}

// drop gives up a folder of [shelter], and the state in it.
func (r results) drop() {
	_ = durable.Remove(filepath.Join(r.Dir(), stateName))
	r.Release()
	_ = durable.Remove(r.Dir()) // unless somebody else left something there
}

// adopt takes the state along that a run of the same experiment has left which had no folder of the user's, where this
// one holds nothing yet.
func (r *results) adopt(e *env, exp experiment.Experiment) error {
	from, err := shelterDir(exp)
	if err != nil || r.state != nil || r.earlier != nil {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(r.Dir(), stateName)); !errors.Is(err, fs.ErrNotExist) {
		return nil // one that cannot be read
	}
	if _, err := os.Lstat(filepath.Join(from, stateName)); err != nil {
		return nil
	}
	left, err := openShelter(e, exp)
	if err != nil {
		return nil // it runs, or cannot be read: this run begins anew
	}
	defer left.Release()
	if left.state == nil {
		return nil
	}
	if err := r.keepState(*left.state); err != nil {
		return err
	}
	fmt.Fprintf(e.err, "%s takes along the run that was stopped without --out.\n", r.Dir())
	r.state = left.state
	left.drop()
	return nil
}
