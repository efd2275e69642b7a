package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// runVerb trains an experiment headless.
type runVerb struct {
	Experiment string  `arg:"" optional:"" help:"Name of a built-in experiment, or a document (JSON); without one the default experiment runs."`
	List       bool    `help:"List the built-in experiments and end."`
	Seed       *uint64 `help:"Another seed." placeholder:"N"`
	Seeds      string  `help:"Run it once for each of several seeds, as 1-8 or 1,2,5, and print the means of the arms, their paired differences and how sure they are; with --out each run has a folder of its own in that." placeholder:"N-M"`
	Steps      *int    `help:"Another number of updates; the widening stays at its fraction of them." placeholder:"N"`
	Axis       *string `help:"Widen another axis: inner, hidden or joint." placeholder:"AXIS"`
	Text       string  `help:"Learn a text of your own (UTF-8, 2 kB to 8 MB) instead of Newton's Opticks; a run that goes on wants the same." type:"path" placeholder:"FILE"`
	Factor     *string `help:"Another factor of every widening, new width over old: any number above 1." placeholder:"R"`
	JSON       bool    `help:"Print the result as JSON."`
	Out        string  `help:"Folder for the record, the numbers, the experiment, the figures and the state, from which the same command goes on; only the same experiment is replaced." type:"path" placeholder:"DIR"`
	Resume     string  `help:"Go on with the run in this folder, whatever ended it." type:"path" placeholder:"DIR"`
	Quiet      bool    `help:"No progress bar."`
	engineFlags
	by *engine // of several seeds

	Every       *time.Duration `help:"How often the state is kept; what is lost with the machine is at most so much work (default 20s)." placeholder:"TIME"`
	Checkpoints bool           `help:"Leave the network of every arm in DIR/arms when the run has ended, as folders that check and widen read; needs --out."`

	Write       *string  `help:"Let every arm go on with these words when the run has ended, each with the same random numbers; an empty text is how the part of the text that is never trained on begins. Only where a text is learnt." placeholder:"WORDS"`
	Temperature *float64 `help:"Temperature at which they write: 0, always the most likely character, to 2 (default 0.5)." placeholder:"T"`
}

// Run is called by the command line.
func (v runVerb) Run(e *env) error {
	switch {
	case v.List && v.Experiment != "":
		return errors.New("--list lists all experiments that are built in; leave out " + v.Experiment)
	case v.List:
		return v.list(e.out)
	case v.Seeds != "":
		return v.overSeeds(e)
	}
	return v.once(e, "", func(rec *record.Record, arms []record.ArmStatus) error { return v.print(e.out, rec, arms) })
}

// once runs one experiment, which is called something where there are others, and has what it came to printed.
func (v runVerb) once(e *env, called string, print func(*record.Record, []record.ArmStatus) error) error {
	to, doc, err := v.place(e)
	if err != nil {
		return err
	}
	exp := doc.Experiment()
	if v.Out != "" {
		defer to.Release()
	}
	every, err := v.every()
	if err != nil {
		return err
	}
	prompt, err := v.prompt(exp)
	if err != nil {
		return err
	}
	enough := !v.Checkpoints // what a finished run has left is all that is asked for
	if v.Checkpoints {
		if enough, err = holdsArms(to, exp); err != nil {
			return err
		}
	}
	if rec, arms, ended := to.ended(); ended && enough && prompt == nil {
		return v.repeat(e, to, rec, arms, print)
	}
	need := exp.Memory()
	if v.Out != "" {
		need += exp.SavingMemory()
	}
	if err := fits("the experiment", need); err != nil {
		return err
	}
	by, err := v.engine(e, exp)
	if err != nil {
		return err
	}
	if v.Out == "" {
		if to = shelter(e, exp); to.Claim != nil {
			defer to.Release()
		}
	}
	host := session.NewLocalHost(by)
	s, err := to.session(e, doc, host)
	if err != nil {
		return err
	}
	defer s.Close()
	var keeper *session.Autosaver
	if to.Claim != nil {
		keeper = &session.Autosaver{Every: every, Write: func(st session.State) error {
			if by.failed() != nil {
				return nil // what was kept before is what goes on
			}
			return to.keepState(st)
		}}
	}
	interrupted := v.train(e, s, host, keeper, called)
	if err := by.failed(); err != nil {
		return v.onwards(e, to, keeper, err)
	}
	var unwritten error // which takes nothing away from what was trained, nor does what is unkept
	if prompt != nil && !interrupted {
		unwritten = letWrite(e.ctx, s, host, *prompt)
		interrupted = e.ctx.Err() != nil
	}
	rec, arms, kept := s.Record(), s.Arms(), false
	var unkept error
	sheltered := keeper != nil && v.Out == ""
	if keeper != nil && rec.Last() >= 0 && (interrupted || !sheltered) {
		if to.state == nil || !to.state.Finished() || prompt != nil {
			var st session.State
			st, unkept = keeper.Last(s, func() { host.Wait(time.Second) })
			rec, arms = st.Record, st.Status()
		}
		kept = unkept == nil
		if v.Out != "" {
			unkept = cmp.Or(unkept, to.keep(e, rec))
		}
	}
	if v.Checkpoints && !interrupted {
		unkept = cmp.Or(unkept, writeArms(to, s, host))
	}
	err = print(rec, arms)
	if sheltered && !interrupted {
		to.settle(s, host, keeper, err == nil)
	}
	if err != nil {
		return err
	}
	if interrupted {
		fmt.Fprintln(e.err, v.partly(to, rec.Last(), exp.Steps, kept))
	}
	switch {
	case unkept != nil:
		return unkept
	case interrupted:
		return errInterrupted
	}
	return cmp.Or(stopped(arms), unwritten)
}

// endedAlready is said where nothing is left to train.
const endedAlready = "%s holds this run to its end; nothing is trained again.\n"

// repeat is a run whose end the folder holds already: nothing is trained, and what is missing of its files is made from
// its record.
func (v runVerb) repeat(e *env, to results, rec *record.Record, arms []record.ArmStatus,
	print func(*record.Record, []record.ArmStatus) error) error {
	fmt.Fprintf(e.err, endedAlready, to.Dir())
	unkept := to.keep(e, rec)
	if err := cmp.Or(print(rec, arms), unkept); err != nil {
		return err
	}
	return stopped(arms)
}

// stopped is why an arm has stopped before its end, if any has.
func stopped(arms []record.ArmStatus) error {
	for _, a := range arms {
		if a.State == record.Failed {
			return errors.New(a.Err)
		}
	}
	return nil
}

// partly says how far an interrupted run came, and what became of it.
func (v runVerb) partly(to results, last, steps int, kept bool) string {
	switch {
	case last < 0:
		return "Interrupted before the first step; there is nothing to keep."
	case kept && v.Out == "":
		return fmt.Sprintf("Interrupted at step %d of %d; the same command goes on from there, also with --out DIR, "+
			"which then keeps the run. Until then its state is in %s.", last, steps, to.Dir())
	case kept && v.Checkpoints:
		return fmt.Sprintf("Interrupted at step %d of %d; the same command goes on from there, and leaves the "+
			"networks when it has ended.", last, steps)
	case kept:
		return fmt.Sprintf("Interrupted at step %d of %d; the same command goes on from there.", last, steps)
	}
	return fmt.Sprintf("Interrupted at step %d of %d.", last, steps)
}

// place is what is run, and the folder that it is left in, if any.
func (v *runVerb) place(e *env) (to results, doc experiment.Valid, err error) {
	if v.Resume != "" {
		return v.again(e)
	}
	if doc, err = v.experiment(e); err != nil || v.Out == "" {
		return to, doc, err
	}
	if to, err = claim(e, v.Out); err != nil {
		return to, doc, err
	}
	exp := doc.Experiment()
	if err = fitting(to.Dir(), exp, to.holds()...); err == nil {
		err = to.adopt(e, exp)
	} else {
		err = fmt.Errorf("%w; --resume goes on with it", err) // built-in experiments can have other words than before
	}
	if err != nil {
		to.Release()
	}
	return to, doc, err
}

// experiment is the document that is asked for, with the changes of the flags.
func (v runVerb) experiment(e *env) (experiment.Valid, error) {
	doc, err := document(e, v.Experiment)
	if err != nil {
		return doc, err
	}
	exp := doc.Experiment()
	if exp.Task.Kind == task.KindTokens {
		return doc, fmt.Errorf("run learns no token files; sparkling train %s --out DIR does", v.Experiment)
	}
	if v.Experiment == "" && v.Text != "" {
		exp = exp.OnText()
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
			return doc, err
		}
	}
	if err := ownText(e, v.Text, &exp, v.remarks(e)); err != nil {
		return doc, err
	}
	if v.Seed == nil && v.Steps == nil && v.Axis == nil && v.Factor == nil && v.Text == "" {
		return doc, nil // as it was found valid
	}
	return exp.Validate()
}

// remarks is where what is worth knowing is written to.
func (v runVerb) remarks(e *env) io.Writer {
	if v.Quiet {
		return io.Discard
	}
	return e.err
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
	for _, b := range experiment.All() {
		items = append(items, item{b.Name, b.Title, b.Lesson, b.About})
	}
	if v.JSON {
		return indented(w, items)
	}
	const margin = 14 // the longest name and two spaces
	for _, i := range items {
		fmt.Fprintf(w, "%-*s%s\n", margin, i.Name, i.Title)
		for _, line := range wrap(i.About, columns-margin) {
			fmt.Fprintf(w, "%*s%s\n", margin, "", line)
		}
	}
	return nil
}

// document is the built-in experiment of that name or the one of a file, or the default one where nothing is named. A
// word without a dot or a slash is meant as a name unless there is such a file.
func document(by *env, path string) (doc experiment.Valid, err error) {
	if path == "" {
		return experiment.Default().Validate()
	}
	e, unknown := experiment.Named(path)
	if unknown == nil {
		return e.Validate()
	}
	data, err := readBounded(by.ctx, "experiment", path, experiment.MaxDocument)
	if errors.Is(err, fs.ErrNotExist) && bare(path) {
		return doc, unknown
	}
	if err != nil {
		return doc, ended(by, err)
	}
	if doc, err = experiment.Parse(data); err != nil {
		return doc, fmt.Errorf("%s: %w", path, err)
	}
	return doc, nil
}

// bare reports whether a word is meant as a name rather than as a path.
func bare(word string) bool { return !strings.ContainsAny(word, "./\\") }

// readBounded is what a file holds, as far as one of its kind may go, and a byte more where it goes on.
func readBounded(ctx context.Context, kind, path string, most int64) ([]byte, error) {
	f, err := input.Open(ctx, path)
	var data []byte
	if err == nil {
		defer f.Close()
		data, err = io.ReadAll(io.LimitReader(f, most+1))
	}
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		err = fmt.Errorf("the %s %s cannot be read: %w", kind, path, why.Err)
	}
	return data, err
}

// train runs the session to its end, keeps its state on the way if there is a keeper, and reports whether the user
// ended it before.
func (v runVerb) train(e *env, s *session.Session, host *session.LocalHost,
	keeper *session.Autosaver, called string) (interrupted bool) {
	bar := e.bar(int64(s.Experiment().Steps), called+"training", v.Quiet, progressbar.OptionShowCount())
	s.SetSpeed(session.Max)
	s.Play()
	told := false
	for !s.Done() {
		if e.ctx.Err() != nil {
			_ = bar.Exit()
			s.Pause()
			return true
		}
		host.Wait(200 * time.Millisecond)
		s.Tick()
		if keeper != nil {
			if err := keeper.Tick(s); err != nil && !told {
				told = true
				fmt.Fprintf(e.err, "The state is not kept at present, and the training goes on: %v.\n", err)
			}
		}
		bar.Describe(called + doing(s))
		_ = bar.Set(max(s.Record().Last(), 0))
	}
	_ = bar.Finish()
	return false
}

// doing is what a run is at.
func doing(s *session.Session) string {
	for _, a := range s.Arms() {
		if a.Doing != "" {
			return plain.Line(a.Name + " is " + a.Doing)
		}
	}
	return "training"
}
