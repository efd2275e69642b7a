package pretrain

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/checkpoints"
	"github.com/sparkling-lab/sparkling/sim/train"
)

// aside is a folder for a network that does not fit into memory twice: it is saved, widened from the disk to the disk,
// and read back. A checkpoint of the run lies there already, or is written; the wider network lies there only until it
// is read: whatever ends the program meanwhile, the run goes on from before the widening.
type aside struct {
	ctx context.Context
	run *run
	at  *checkpoints.Checkpoint
}

// Leave implements [train.Aside]. The record is written first, as before every checkpoint.
func (a *aside) Leave(r *train.Arm) error { return onDisk(a.leave(r)) }

func (a *aside) leave(r *train.Arm) error {
	k, err := a.run.set.Keeper, a.run.set.Write(a.run.rec)
	if err == nil {
		_, err = k.Save(a.ctx, r.Learner(), r.Growth(), a.run.position())
	}
	if err != nil {
		return fmt.Errorf("the network has to be saved to be widened on the disk: %w", err)
	}
	a.run.kept, a.run.pending, a.run.unkept = r.Step(), false, nil
	at, _, err := k.Latest(a.ctx)
	if err == nil && (at == nil || at.Step != r.Step()) {
		err = errors.New("the network was saved to be widened on the disk, and is not there")
	}
	a.at = at
	return err
}

// Return implements [train.Aside].
func (a *aside) Return(r *train.Arm, p *widen.Plan, begin func() (learner.Learner, error)) error {
	var failed error // of the learner, and not of the disk
	err := a.widen(r, p, func() (into learner.Learner, err error) {
		into, failed = begin()
		return into, failed
	})
	if failed != nil {
		return failed
	}
	return onDisk(err)
}

func (a *aside) widen(r *train.Arm, p *widen.Plan, begin func() (learner.Learner, error)) (err error) {
	dir := a.run.set.Scratch
	k, err := checkpoints.Open(dir, 1, nil)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, k.Discard()) }()
	wide, err := k.Widen(a.ctx, a.at, p, r.Growth(), a.run.position())
	if err != nil {
		return fmt.Errorf("the network cannot be widened on the disk: %w", err)
	}
	into, err := begin()
	if err != nil {
		return err
	}
	return wide.Load(a.ctx, a.run.set.Document, into, r.Growth())
}

// diskError is of a widening on the disk, and not of what computes.
type diskError struct{ error }

func onDisk(err error) error {
	if err == nil {
		return nil
	}
	return diskError{err}
}

func (e diskError) Unwrap() error { return e.error }
