package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/sim/checkpoints"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// trainVerb trains one network, of any size, and keeps it in checkpoints.
type trainVerb struct {
	Experiment      string `arg:"" help:"A document (JSON) with one arm, or the name of a built-in experiment with one."`
	Out             string `required:"" help:"Folder for checkpoints, the record, the numbers and the figures." type:"path" placeholder:"DIR"`
	Resume          bool   `help:"Go on from the newest checkpoint in DIR, to the same bits; begin where there is none."`
	Steps           *int   `help:"Another number of updates; widenings stay at their fractions of them." placeholder:"N"`
	CheckpointEvery *int   `help:"Updates from one checkpoint to the next, which is the most that is lost whatever happens (default a twentieth of the run, at most 1000)." placeholder:"N"`
	Keep            int    `help:"How many checkpoints are kept, the last ones." default:"2" placeholder:"K"`
	Every           *int   `help:"Updates from one look at the network to the next: probes of pairs, blocks and experts, and the validation loss (default 10, more where the run is long, the network large or validation costly)." placeholder:"N"`
	Threads         *int   `help:"Threads to compute with (default as many as there are processors); no bit depends on it." placeholder:"N"`
	engineFlags
	OnDisk bool `help:"Widen on the disk, as is done where two networks do not fit into memory; to the same bits."`
	JSON   bool `help:"Print what happens as lines of JSON."`
	Quiet  bool `help:"No progress."`
}

// The folders within that of a run: checkpoints, and what is widened on the disk as long as that takes.
const (
	checkpointsName = "checkpoints"
	wideningName    = "widening"
)

// Run is called by the command line.
func (v trainVerb) Run(e *env) error {
	doc, err := v.document(e)
	if err != nil {
		return err
	}
	exp := doc.Experiment()
	set := pretrain.Setup{Document: doc, OnDisk: v.OnDisk}
	if err := v.numbers(exp, &set); err != nil {
		return err
	}
	by, err := v.engine(e, exp, &set)
	if err != nil {
		return err
	}
	defer by.close()
	to, err := claim(e, v.Out)
	if err != nil {
		return err
	}
	defer to.Release()
	if err := v.free(to, exp); err != nil {
		return err
	}
	data, err := openData(e, exp, filepath.Dir(v.Experiment), v.Quiet)
	if err != nil {
		return ended(e, err)
	}
	defer data.close()
	set.Data = data.print
	if set.Keeper, err = checkpoints.Open(filepath.Join(v.Out, checkpointsName), v.Keep, data.tokenizer); err != nil {
		return err
	}
	defer set.Keeper.Close()
	if v.Resume {
		set.Earlier = to.earlier
	}
	set.Scratch = filepath.Join(v.Out, wideningName)
	set.Write = func(r *record.Record) error {
		return to.Write(durable.Output{Name: recordName, Write: r.Encode})
	}
	v.room(e, by, exp, set)
	told := newTelling(e, v, exp, set)
	set.Tell = told.tell
	got, err := pretrain.Run(e.ctx, set)
	told.clear()
	v.onwards(e, exp, set, by, err)
	return v.finish(e, to, got, err)
}

// document is what is trained.
func (v trainVerb) document(e *env) (experiment.Valid, error) {
	doc, err := document(e, v.Experiment)
	if err != nil {
		return doc, err
	}
	exp := doc.Experiment()
	if n := len(exp.Arms); n != 1 {
		return doc, fmt.Errorf("%s has %d arms; train trains one network, and a document for it has one arm (run "+
			"trains all arms beside each other)", v.Experiment, n)
	}
	if v.Steps == nil {
		return doc, nil
	}
	return exp.Rescale(*v.Steps).Validate()
}

// numbers takes the flags that are numbers.
func (v trainVerb) numbers(exp experiment.Experiment, set *pretrain.Setup) error {
	end := exp.End(0)
	set.Every, set.Threads = min(1000, max(1, end/20)), runtime.GOMAXPROCS(0)
	every := 0
	for _, f := range []struct {
		name      string
		given     *int
		into      *int
		low, high int
	}{
		{"--checkpoint-every", v.CheckpointEvery, &set.Every, 1, experiment.MaxSteps},
		{"--threads", v.Threads, &set.Threads, 1, runtime.GOMAXPROCS(0)},
		{"--every", v.Every, &every, 1, experiment.MaxSteps},
		{"--keep", &v.Keep, &v.Keep, 1, 1000},
	} {
		if f.given == nil {
			continue
		}
		if *f.given < f.low || *f.given > f.high {
			return fmt.Errorf("%s is %d; allowed are %d to %d", f.name, *f.given, f.low, f.high)
		}
		*f.into = *f.given
	}
	set.Spacing = pretrain.SpacingOf(exp, every)
	return nil
}

// free errs where the folder holds something that this run would not go on with.
func (v trainVerb) free(to results, exp experiment.Experiment) error {
	dir := to.Dir()
	if to.state != nil {
		return fmt.Errorf("%s holds a run of several arms, with which run --resume goes on; choose another folder", dir)
	}
	begun, err := os.ReadDir(filepath.Join(dir, checkpointsName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(begun) > 0 && !v.Resume {
		return fmt.Errorf("%s holds checkpoints of a run already; --resume goes on with it", dir)
	}
	if len(begun) > 0 || to.earlier == nil {
		return nil // the checkpoint says best what differs, if anything does
	}
	return fitting(dir, exp, to.earlier.Experiment)
}

// finish leaves the figures and prints the table of a run that has ended, or was interrupted.
func (v trainVerb) finish(e *env, to results, got pretrain.Result, err error) error {
	if got.Record == nil || got.Record.Last() < 0 {
		if errors.Is(err, context.Canceled) {
			return ended(e, err)
		}
		return err
	}
	unkept := cmp.Or(err, write(to.Claim, got.Record))
	if !v.JSON {
		if err := (runVerb{}).print(e.out, got.Record, []record.ArmStatus{got.Status}); err != nil {
			return err
		}
	}
	switch {
	case got.Interrupted && unkept == nil:
		fmt.Fprintf(e.err, "Interrupted at step %d of %d; the same command with --resume goes on from there.\n",
			got.Status.Step, got.Status.End)
		return errInterrupted
	case got.Interrupted:
		fmt.Fprintf(e.err, "Interrupted at step %d of %d, which could not be kept: %v.\n", got.Status.Step,
			got.Status.End, unkept)
		return errInterrupted
	}
	return unkept
}

// fits errs where a run takes too much of this machine's memory even if it widens on the disk.
func (v trainVerb) fits(exp experiment.Experiment, threads int, by engine) error {
	r := plan.RunOf(exp, 0, threads)
	r.OnDisk = true
	need := plan.Peak(r.Phases()).Bytes
	if by.gpu != nil {
		need = by.on(r).Beside()
	}
	err := fits("the run", need)
	if err != nil {
		err = fmt.Errorf("%w; sparkling plan %s --memory says what takes it and what to do", err, v.Experiment)
	}
	return err
}
