package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// stateName is the state of a run within its folder: a run goes on from there, and one that has ended has its networks
// there.
const stateName = "state.sparkling"

// How often the state of a run is kept: what a run may lose is that and the time that keeping it takes.
const (
	usualEvery = 20 * time.Second
	leastEvery = 10 * time.Millisecond
	mostEvery  = 24 * time.Hour
)

// every is how often the state is to be kept.
func (v runVerb) every() (time.Duration, error) {
	switch {
	case v.Every == nil:
		return usualEvery, nil
	case *v.Every < leastEvery || *v.Every > mostEvery:
		return 0, fmt.Errorf("--every is %s; allowed are %s to %s", *v.Every, leastEvery, mostEvery)
	}
	return *v.Every, nil
}

// again is the run of --resume, whose document is that of its folder. It errs where another flag says what is run, or
// where.
func (v *runVerb) again(e *env) (to results, doc experiment.Valid, err error) {
	for _, f := range []struct {
		given bool
		name  string
	}{
		{v.Experiment != "", "an experiment"}, {v.Seed != nil, "--seed"}, {v.Steps != nil, "--steps"},
		{v.Axis != nil, "--axis"},
		{v.Factor != nil, "--factor"}, {v.Out != "", "--out"},
	} {
		if f.given {
			return to, doc, fmt.Errorf("--resume goes on with the run of its folder as it is; leave out %s", f.name)
		}
	}
	v.Out = v.Resume
	to, err = claim(e, v.Out)
	if err != nil {
		return to, doc, err
	}
	held := to.holds()
	var asked experiment.Experiment // what it would be with the text of --text, which has to be what is held
	if len(held) > 0 {
		asked = held[0].Clone()
		err = ownText(e, v.Text, &asked, v.remarks(e))
	}
	if err != nil {
		to.Release()
		return to, doc, err
	}
	if len(held) == 0 {
		err = fmt.Errorf("%s holds no run that could go on: neither %s nor %s", v.Out, stateName, recordName)
	} else if err = fitting(v.Out, asked, held...); err == nil {
		doc, err = to.document()
	}
	if err != nil {
		to.Release()
	}
	return to, doc, err
}

// readState is the state in a folder, nil where there is none. One that cannot be read counts as missing, and why is
// said.
func readState(e *env, dir string) (*session.State, error) {
	path := filepath.Join(dir, stateName)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file; nothing is overwritten", path)
	}
	if err == nil {
		err = fits(path, float64(info.Size()))
	}
	if err != nil {
		return nil, err
	}
	var st session.State
	f, err := input.Regular(path)
	if err == nil {
		defer f.Close()
		st, err = session.DecodeState(f)
	}
	if err == nil {
		return &st, nil
	}
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		return nil, fmt.Errorf("%s cannot be read: %w", path, why.Err)
	}
	fmt.Fprintf(e.err, "%s counts as missing: %v.\n", path, err)
	return nil, nil
}

// aside gives a state that cannot be read another name: another version of this program may read it, or it is none of
// ours.
func (r results) aside(e *env) error {
	path := filepath.Join(r.Dir(), stateName)
	for n := 1; ; n++ {
		to := fmt.Sprintf("%s.unread-%d", path, n)
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		err := durable.Rename(path, to)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // there was none
		} else if err == nil {
			fmt.Fprintf(e.err, "It stays, as %s.\n", to)
		}
		return err
	}
}

// holds are the experiments that what is in the folder is of.
func (r results) holds() (held []experiment.Experiment) {
	if r.state != nil {
		held = append(held, r.state.Record.Experiment)
	}
	if r.earlier != nil {
		held = append(held, r.earlier.Experiment)
	}
	return held
}

// document is that of the run in the folder. A record has a copy of its own, which is found valid before it is run.
func (r results) document() (experiment.Valid, error) {
	if r.state != nil {
		return r.state.Document(), nil
	}
	return r.earlier.Experiment.Validate()
}

// fitting errs where a folder holds the run of another experiment than e.
func fitting(dir string, e experiment.Experiment, held ...experiment.Experiment) error {
	for _, was := range held {
		if !bytes.Equal(was.JSON(), e.JSON()) {
			return fmt.Errorf("%s holds the run of another experiment (%s, seed %d, %d steps); nothing is overwritten",
				dir, was.Name, was.Seed, was.Steps)
		}
	}
	return nil
}

// ended is the run that a folder holds, where it has come to its end.
func (r results) ended() (rec *record.Record, arms []record.ArmStatus, ok bool) {
	switch {
	case r.state != nil && r.state.Finished():
		return r.state.Record, r.state.Status(), true
	case r.state == nil && r.earlier != nil:
		arms, ok = r.earlier.Ended()
		return r.earlier, arms, ok
	}
	return nil, nil, false
}

// session begins a run, where its folder has left it if it has a state of it.
func (r results) session(e *env, doc experiment.Valid, host session.Host) (*session.Session, error) {
	if r.Claim == nil {
		return session.New(doc, host)
	}
	if r.state == nil {
		if _, _, ended := r.ended(); ended {
			fmt.Fprintf(e.err, "%s holds the record of this run, but not its networks, and so it is "+
				"run again.\n", r.Dir())
		}
		if err := r.aside(e); err != nil {
			return nil, err
		}
		return session.New(doc, host)
	}
	if words := r.state.Foreign(host.Engine()); words != "" {
		fmt.Fprintln(e.err, words)
	}
	if r.state.Finished() {
		fmt.Fprintf(e.err, endedAlready, r.Dir())
	} else {
		fmt.Fprintf(e.err, "Going on from step %d of %d, where %s was left.\n", max(r.state.Record.Last(), 0),
			doc.Experiment().Steps, r.Dir())
	}
	return session.Resume(*r.state, host)
}

// keepState puts the state of a run into its folder, whole or not at all.
func (r results) keepState(st session.State) error {
	return durable.WriteFile(filepath.Join(r.Dir(), stateName), st.Encode)
}
