package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
)

// engine decides what computes, and says so to the run.
func (v trainVerb) engine(e *env, exp experiment.Experiment, set *pretrain.Setup) (engine, error) {
	says := e.err
	if v.Quiet {
		says = io.Discard
	}
	least := plan.RunOf(exp, 0, set.Threads)
	least.OnDisk = true
	by, err := v.choose(exp, []plan.Run{least}, v.Experiment, says)
	if err != nil {
		return by, err
	}
	if err := v.fits(exp, set.Threads, by); err != nil {
		by.close()
		return by, err
	}
	if set.Make = by; by.gpu != nil {
		set.On = by.on
	}
	set.Fits = func(bytes float64) bool {
		if by.gpu != nil {
			return bytes <= by.allowed()
		}
		return fits("", bytes) == nil
	}
	return by, nil
}

// roomFrom is from how many bytes on it is worth a line what a run takes on the disk, where it fits there.
const roomFrom = gib

// room says beforehand what a run takes on the disk.
func (v trainVerb) room(e *env, by engine, exp experiment.Experiment, set pretrain.Setup) {
	r := by.on(plan.RunOf(exp, 0, set.Threads))
	need := r.Disk(v.Keep)
	through := ""
	for i := range r.Schedule {
		if set.OnDisk || !set.Fits(r.Widening(i).Bytes) {
			need = max(need, r.WideningDisk()+float64(v.Keep-1)*plan.Checkpoint(r.Model))
			through = fmt.Sprintf("; a widening goes through the disk and needs %s of that", size(r.WideningDisk()))
			break
		}
	}
	free, known := durable.Free(v.Out)
	if known && float64(free) >= need && (v.Quiet || need < roomFrom) {
		return
	}
	has := ""
	if known {
		has = fmt.Sprintf(", where %s are free", size(float64(free)))
	} else if v.Quiet || need < roomFrom {
		return
	}
	fmt.Fprintf(e.err, "On the disk the run takes up to %s%s: %d checkpoints, of which the oldest goes once the "+
		"newest is whole%s.\n", size(need), has, v.Keep+1, through)
}

// onwards says how a run whose engine has failed goes on.
func (v trainVerb) onwards(e *env, exp experiment.Experiment, set pretrain.Setup, by engine, err error) {
	var failed *pretrain.EngineError
	if !errors.As(err, &failed) {
		return
	}
	from := "It begins again"
	if failed.Kept >= 0 {
		from = fmt.Sprintf("It goes on from the checkpoint of step %d", failed.Kept)
	}
	fmt.Fprintf(e.err, "%s with\n", from)
	fmt.Fprintf(e.err, "    %s\n", e.again(nil, "--resume"))
	if by.gpu == nil {
		return
	}
	if err := v.fits(exp, set.Threads, engine{}); err != nil {
		fmt.Fprintf(e.err, "The memory of this machine is too small for --engine cpu: %v.\n", err)
		return
	}
	fmt.Fprintln(e.err, "or, on the processors, with")
	fmt.Fprintf(e.err, "    %s\n", e.again([]string{"--engine", "--precision"}, "--resume", "--engine=cpu"))
}
