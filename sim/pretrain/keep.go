package pretrain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/checkpoints"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// begin makes the arm, where its newest checkpoint has it or at step 0.
func (r *run) begin(ctx context.Context) error {
	at, passed, err := r.set.Keeper.Latest(ctx)
	if err != nil {
		return err
	}
	var damaged []string
	for _, p := range passed {
		damaged = append(damaged, p.Error())
	}
	r.rec = record.New(r.set.Document)
	if at == nil {
		if r.arm, err = train.New(r.set.Document, 0, r.set.Make); err != nil {
			return err
		}
	} else if err = r.resume(ctx, at); err != nil {
		return err
	}
	r.arm.Threads(r.set.Threads)
	r.arm.Space(r.set.Spacing.Probes, r.set.Spacing.Validation, r.set.Spacing.Dense)
	begun := Event{Kind: Begun, Step: r.arm.Step(), Saying: strings.Join(damaged, "; "), Engine: r.set.Make.Engine()}
	if at != nil && at.Engine != "" {
		begun.Foreign = record.Foreign(at.Engine, begun.Engine)
	}
	r.set.Tell(begun)
	if at != nil {
		return nil
	}
	f, err := r.arm.First()
	r.rec.Tracks[0] = append(r.rec.Tracks[0], f)
	return err
}

// resume goes on from a checkpoint of this document on this data.
func (r *run) resume(ctx context.Context, at *checkpoints.Checkpoint) error {
	if at.Data != r.set.Data {
		return fmt.Errorf("%s was trained on other data: %q, and here it is %q", at.Dir, at.Data, r.set.Data)
	}
	if err := at.Of(r.set.Document); err != nil {
		return err
	}
	p := train.Progress{Step: at.Step, Widenings: at.Widenings, Places: at.Places, FLOPs: at.FLOPs,
		LossSum: at.LossSum, LossWeight: at.LossWeight}
	var err error
	r.arm, err = train.Resume(r.set.Document, 0, r.set.Make, p,
		func(into learner.Learner, g model.Growth) error {
			return at.Load(ctx, r.set.Document, into, g)
		})
	if err != nil {
		return err
	}
	r.kept = at.Step
	if was := r.set.Earlier; was != nil {
		if !bytes.Equal(was.Experiment.Deciding().JSON(), r.exp.Deciding().JSON()) {
			return fmt.Errorf("the record beside %s is of another experiment, %s", at.Dir, was.Experiment.Name)
		}
		was.Cut(0, at.Step, true)
		r.rec.Tracks, r.rec.Reports = was.Tracks, was.Reports
	}
	if at.Widenings > 0 {
		r.widened = r.exp.Arms[0].Widen[at.Widenings-1].Step
	}
	return nil
}

// position is where the run is, as a checkpoint says it.
func (r *run) position() checkpoints.Position {
	p := r.arm.Progress()
	return checkpoints.Position{Step: p.Step, Widenings: p.Widenings, Places: p.Places, FLOPs: p.FLOPs,
		LossSum: p.LossSum, LossWeight: p.LossWeight, Data: r.set.Data, Engine: r.set.Make.Engine(), Experiment: r.exp}
}

// keep writes the record, which may go further than a checkpoint and never less far, and then a checkpoint.
func (r *run) keep(ctx context.Context) {
	err := r.set.Write(r.rec)
	dir := ""
	if err == nil {
		dir, err = r.set.Keeper.Save(ctx, r.arm.Learner(), r.arm.Growth(), r.position())
	}
	if dir != "" {
		r.kept, r.pending = r.arm.Step(), false
		r.set.Tell(Event{Kind: Kept, Step: r.kept, Saying: dir})
	}
	if err != nil && (r.unkept == nil || errors.Is(err, r.unkept) || err.Error() != r.unkept.Error()) {
		r.set.Tell(Event{Kind: Unkept, Step: r.arm.Step(), Saying: err.Error()})
	}
	r.unkept = err
	// Beside networks of gigabytes the next collection would come when as many are garbage.
	runtime.GC()
}
