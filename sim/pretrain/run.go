package pretrain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/checkpoints"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// Setup is a run that shall be made, and where it is kept.
type Setup struct {
	Document experiment.Valid // of one arm
	Make     learner.Factory
	Threads  int
	Spacing  Spacing
	Data     string // what tells the data of the task from other data; empty where the document says all

	Keeper  *checkpoints.Keeper
	Every   int                        // steps from one checkpoint to the next
	Scratch string                     // a folder that nobody has, for a widening on the disk
	Fits    func(bytes float64) bool   // whether so much may be held at once where the learners are; nil is yes
	On      func(plan.Run) plan.Run    // says where learners are and what they hold there; nil is in this program
	OnDisk  bool                       // widen on the disk, whatever fits
	Earlier *record.Record             // what the run has measured before it is resumed; nil where nothing
	Write   func(*record.Record) error // puts the record where it is safe
	Tell    func(Event)
}

// Result is what a run came to.
type Result struct {
	Record      *record.Record
	Status      record.ArmStatus
	Interrupted bool // by the context, and kept
	Kept        int  // step of the newest checkpoint, −1 where there is none
}

// run is one under way.
type run struct {
	set     Setup
	exp     experiment.Experiment
	arm     *train.Arm
	rec     *record.Record
	widened int // step of the last widening, −1 where there was none
	pace    pacer
	pending bool // something was measured that no checkpoint has
	noted   int  // step of the last frame
	kept    int
	unkept  error // of the last try to keep the run; nil where it worked
}

// Run trains to the end, from the newest checkpoint that the keeper has, or from the beginning. When the context ends
// the run is kept where it is. What cannot be kept does not end the training: the next checkpoint is tried all the
// same, and only at the end it is an error. It errs where the run cannot begin, or where training diverges: then the
// last checkpoint, of before, stays.
func Run(ctx context.Context, s Setup) (Result, error) {
	e := s.Document.Experiment()
	if len(e.Arms) != 1 {
		return Result{Kept: -1}, fmt.Errorf("the experiment has %d arms; what is trained alone has one", len(e.Arms))
	}
	if err := checkpoints.Keepable(e.Wide(0)); err != nil {
		return Result{Kept: -1}, err
	}
	r := &run{set: s, exp: e, widened: -1, kept: -1}
	if err := r.begin(ctx); err != nil {
		if r.arm != nil {
			r.arm.Close()
		}
		return Result{Kept: r.kept}, err
	}
	defer r.arm.Close()
	err := r.train(ctx)
	interrupted := ctx.Err() != nil && r.arm.Step() < r.arm.End()
	switch {
	case err == nil || interrupted:
		if r.pending {
			r.keep(context.WithoutCancel(ctx)) // who is asked to end still keeps what there is
		}
		err = r.unkept
	case r.pending && r.arm.DataErr() != nil && r.noted == r.arm.Step():
		r.keep(ctx) // the data failed before an update, and the network is as good as it was
	default:
		err = cmp.Or(err, s.Write(r.rec))
	}
	return Result{Record: r.rec, Status: r.status(err, interrupted), Interrupted: interrupted, Kept: r.kept}, err
}

// train makes the updates that are left, until the context ends.
func (r *run) train(ctx context.Context) error {
	for r.arm.Step() < r.arm.End() && ctx.Err() == nil {
		if r.arm.Due() {
			if ok, err := r.widen(ctx); err != nil || !ok {
				return r.failed(err)
			}
		}
		f, err := r.arm.Update()
		if err != nil {
			return r.failed(err)
		}
		r.note(f)
		if err := f.Err(); err != nil {
			return fmt.Errorf("at step %d %w; %s", f.Step, err, r.last())
		}
		if f.Step%r.set.Every == 0 || f.Step == r.arm.End() {
			r.keep(context.WithoutCancel(ctx))
		}
	}
	return nil
}

// EngineError says that what computes has failed. The checkpoint of before stays, from which the run goes on where
// something works.
type EngineError struct {
	Step int // that was made last
	Kept int // step of the newest checkpoint, −1 where there is none
	Err  error
	last string
}

func (e *EngineError) Error() string {
	return fmt.Sprintf("what computes has failed after step %d: %v; %s", e.Step, e.Err, e.last)
}

// Unwrap gives the reason.
func (e *EngineError) Unwrap() error { return e.Err }

// failed is an error in mid-run: one of the learner, unless it is of the data, the disk, or a search.
func (r *run) failed(err error) error {
	var disk diskError
	if err == nil || r.arm.DataErr() != nil || errors.As(err, &disk) || errors.Is(err, train.ErrDiverged) {
		return err
	}
	return &EngineError{Step: r.arm.Step(), Kept: r.kept, Err: err, last: r.last()}
}

// last says which checkpoint there is.
func (r *run) last() string {
	if r.kept < 0 {
		return "no checkpoint was made before"
	}
	return fmt.Sprintf("the checkpoint of step %d stays", r.kept)
}

// note takes the frame of an update.
func (r *run) note(f record.ArmFrame) {
	r.pending, r.noted = true, f.Step
	tokens := float64(r.exp.Task.Rows() * r.exp.Task.Seq)
	pace := r.pace.note(time.Now(), tokens, r.arm.Cost(), r.exp.FLOPs(0, r.arm.End())-f.FLOPs)
	end := r.arm.End()
	if r.set.Spacing.keeps(f.Step, end, r.widened) || f.NotFinite != "" {
		r.rec.Tracks[0] = append(r.rec.Tracks[0], f)
	}
	s := r.set.Spacing
	r.set.Tell(Event{Kind: Trained, Step: f.Step, Frame: f, Pace: pace, GradNorm: r.arm.GradNorm(),
		Marked: f.Step%s.Probes == 0 || f.Step%s.Validation == 0 || f.Step == end || f.NotFinite != ""})
}

// widen carries out the widening that is due; ok is false where the context ended before.
func (r *run) widen(ctx context.Context) (ok bool, err error) {
	var through train.Aside
	holds := plan.RunOf(r.exp, 0, r.set.Threads)
	if r.set.On != nil {
		holds = r.set.On(holds)
	}
	need := holds.Widening(r.arm.Progress().Widenings).Bytes
	if r.set.OnDisk || r.set.Fits != nil && !r.set.Fits(need) {
		through = &aside{ctx: ctx, run: r}
	}
	report, ok, err := r.arm.Widen(through, func(doing string) bool {
		r.set.Tell(Event{Kind: Searched, Step: r.arm.Step(), Saying: doing})
		return ctx.Err() == nil
	})
	if err != nil || !ok {
		return ok, err
	}
	r.rec.AddReport(report)
	r.widened = r.arm.Step()
	r.set.Tell(Event{Kind: Widened, Step: r.arm.Step(), Report: report, OnDisk: through != nil})
	return true, nil
}

// status is how the arm is doing in the end.
func (r *run) status(err error, interrupted bool) record.ArmStatus {
	a := record.ArmStatus{Name: r.exp.Arms[0].Name, State: record.Running, Step: r.arm.Step(), End: r.arm.End()}
	if r.arm.Learner() != nil {
		n := r.arm.Counts()
		a.Params, a.Active = n.Total, n.Active
	}
	switch {
	case interrupted:
	case a.Step >= a.End:
		a.State = record.Finished
	case err != nil:
		a.Fail(err.Error())
	}
	return a
}
