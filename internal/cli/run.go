package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/sparkling-lab/sparkling/sim"
)

// runVerb trains an experiment headless.
type runVerb struct {
	Experiment string  `arg:"" optional:"" help:"Name of a built-in experiment, or a document (JSON); without one the default experiment runs."`
	List       bool    `help:"List the built-in experiments and end."`
	Seed       *uint64 `help:"Another seed." placeholder:"N"`
	Steps      *int    `help:"Another number of updates; the widening stays at its share of them." placeholder:"N"`
	Axis       *string `help:"Widen another axis: inner, hidden or joint." placeholder:"AXIS"`
	Factor     *string `help:"Another factor of every widening, new width over old: any number above 1." placeholder:"R"`
	JSON       bool    `help:"Print the result as JSON."`
	Out        string  `help:"Folder for the record, the numbers, the experiment and the figures; only an earlier run of the same experiment is replaced." type:"path" placeholder:"DIR"`
	Quiet      bool    `help:"No progress bar."`

	Checkpoints bool `help:"Also leave the network of every arm in DIR/arms, as folders that check and widen read; needs --out."`
}

// Run is called by the command line.
func (v runVerb) Run(e *env) error {
	if v.List {
		return v.list(e.out)
	}
	exp, err := v.experiment()
	if err != nil {
		return err
	}
	var to results
	if v.Out != "" {
		if to, err = claim(v.Out, exp); err != nil {
			return err
		}
		defer to.Release()
	}
	if v.Checkpoints {
		if err := vacantArms(v.Out); err != nil {
			return err
		}
	}
	if err := fits("the experiment", exp.Memory()); err != nil {
		return err
	}
	host := sim.NewLocalHost()
	s, err := sim.NewSession(exp, host)
	if err != nil {
		return err
	}
	defer s.Close()
	interrupted := v.train(e, s, host)
	r, kept := s.Record(), false
	var unkept error // which takes nothing away from the table
	if v.Out != "" {
		kept, unkept = to.keep(e, r)
	}
	if v.Checkpoints && r.Last() >= 0 {
		unkept = cmp.Or(unkept, writeArms(v.Out, s, host))
	}
	if err := v.print(e.out, s); err != nil {
		return err
	}
	if interrupted {
		fmt.Fprintln(e.err, v.partly(r.Last(), exp.Steps, kept))
	}
	switch {
	case unkept != nil:
		return unkept
	case interrupted:
		return errInterrupted
	}
	for _, a := range s.Arms() {
		if a.State == sim.Failed {
			return errors.New(a.Err)
		}
	}
	return nil
}

// partly says how far an interrupted run came, and what became of it.
func (v runVerb) partly(last, steps int, kept bool) string {
	switch {
	case last < 0:
		return "Interrupted before the first step; there is nothing to keep."
	case kept:
		return fmt.Sprintf("Interrupted at step %d of %d; what there is was kept in %s.", last, steps, v.Out)
	case v.Out == "":
		return fmt.Sprintf("Interrupted at step %d of %d; nothing was kept, which --out DIR does.", last, steps)
	}
	return fmt.Sprintf("Interrupted at step %d of %d; nothing was written.", last, steps)
}

// experiment is the document that is asked for, with the changes of the flags.
func (v runVerb) experiment() (sim.Experiment, error) {
	exp, err := document(v.Experiment)
	if err != nil {
		return exp, err
	}
	if v.Seed != nil {
		exp.Seed = *v.Seed
	}
	if v.Steps != nil {
		exp = exp.Rescale(*v.Steps)
	}
	for _, change := range []struct {
		knob  string
		value *string
	}{{"axis", v.Axis}, {"factor", v.Factor}} {
		if change.value == nil {
			continue
		}
		if err := exp.Turn(change.knob, *change.value); err != nil {
			return exp, err
		}
	}
	return exp, exp.Validate()
}

// list names the built-in experiments.
func (v runVerb) list(w io.Writer) error {
	type item struct {
		Name   string `json:"name"`
		Title  string `json:"title"`
		Lesson bool   `json:"lesson"`
		About  string `json:"about"`
	}
	var items []item
	for _, b := range sim.Builtins() {
		items = append(items, item{b.Name, b.Title, b.Lesson, b.About})
	}
	if v.JSON {
		return indented(w, items)
	}
	const margin = 11 // the longest name and two spaces
	for _, i := range items {
		fmt.Fprintf(w, "%-*s%s\n", margin, i.Name, i.Title)
		for _, line := range wrap(i.About, columns-margin) {
			fmt.Fprintf(w, "%*s%s\n", margin, "", line)
		}
	}
	return nil
}

// document is the built-in experiment of that name or the one of a file, or the default one where nothing is named. A word without a dot
// or a slash is meant as a name unless there is such a file.
func document(path string) (sim.Experiment, error) {
	if path == "" {
		return sim.Default(), nil
	}
	e, unknown := sim.Named(path)
	if unknown == nil {
		return e, nil
	}
	data, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) && bare(path) {
		return e, unknown
	}
	if err != nil {
		return e, err
	}
	if e, err = sim.Parse(data); err != nil {
		return e, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}

// bare reports whether a word is meant as a name rather than as a path.
func bare(word string) bool { return !strings.ContainsAny(word, "./\\") }

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	var data []byte
	if err == nil {
		defer f.Close()
		data, err = io.ReadAll(io.LimitReader(f, sim.MaxDocument+1))
	}
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		err = fmt.Errorf("the experiment %s cannot be read: %w", path, why.Err)
	}
	return data, err
}

// train runs the session to its end, and reports whether the user ended it before.
func (v runVerb) train(e *env, s *sim.Session, host *sim.LocalHost) (interrupted bool) {
	bar := e.bar(int64(s.Experiment().Steps), "training", v.Quiet, progressbar.OptionShowCount())
	s.SetSpeed(sim.Max)
	s.Play()
	for !s.Done() {
		if e.ctx.Err() != nil {
			_ = bar.Exit()
			return true
		}
		host.Wait(200 * time.Millisecond)
		s.Tick()
		bar.Describe(doing(s))
		_ = bar.Set(max(s.Record().Last(), 0))
	}
	_ = bar.Finish()
	return false
}

// doing is what a run is at.
func doing(s *sim.Session) string {
	for _, a := range s.Arms() {
		if a.Doing != "" {
			return a.Name + " is " + a.Doing
		}
	}
	return "training"
}
