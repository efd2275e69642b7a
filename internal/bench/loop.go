package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/torch"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/checkpoints"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens"
)

// The long run that is measured: updates of loopAccumulate batches each, with looks and checkpoints as far apart as
// `train` has them in a run of loopSteps.
const (
	loopAccumulate = 2
	loopSteps      = 1000
	loopKept       = loopSteps / 20 // updates from one checkpoint to the next
)

// loop holds the whole loop of a long run, one thread, against its bare updates, and against PyTorch's.
func (r *Report) loop(ctx context.Context, o Options) error {
	if o.Quick {
		return errQuick
	}
	shape := workload.Large()
	shape.Name, shape.Widened = shape.Name+", from scratch", "" // as the run has it
	s, err := shape.New(compute.NewCPU())
	if err != nil {
		return err
	}
	bare := func() (float64, error) {
		begin := time.Now()
		for range loopAccumulate {
			s.Gradients()
		}
		s.Update()
		return time.Since(begin).Seconds(), nil
	}
	runs := []measure.Run{bare}
	theirs, err := r.peerOf(ctx, shape, s, o)
	if r.miss("loop-torch", err); err == nil {
		runs = append(runs, theirs(loopAccumulate))
	}
	got, err := inTurns(ctx, shape, runs)
	if err != nil {
		return err
	}
	kept := got.keeping / loopKept
	update, alone := got.loop/got.n+kept, got.others[0]/got.n
	r.set("loop", 100*(update/alone-1), "an update of %d batches takes %.0f ms against %.0f ms, in the mean of %.0f "+
		"in turns; of what is more, %.1f %% are checkpoints, %.2f s each, every %d updates", loopAccumulate, 1e3*update,
		1e3*alone, got.n, 100*kept/alone, got.keeping, loopKept)
	if len(got.others) > 1 {
		theirs := got.others[1] / got.n
		r.set("loop-torch", theirs/update, "%.0f ms against %.0f ms of PyTorch's bare steps on as many tokens; it "+
			"changes its weights after each batch, ours after %d", 1e3*update, 1e3*theirs, loopAccumulate)
	}
	return nil
}

// peerOf is PyTorch at a step, where it is asked for.
func (r *Report) peerOf(ctx context.Context, shape workload.Shape, s *workload.Step, o Options) (func(int) measure.Run,
	error) {
	if !o.Peers {
		return nil, errNotAsked
	}
	return r.theirs(ctx, shape, s.Updates(torch.First).Losses)
}

// taken is what a long run took, in seconds, and what others took in turns with its updates.
type taken struct {
	n, loop, keeping float64 // updates, all of them, one checkpoint
	others           []float64
}

// errEnough ends a run of which enough is known.
var errEnough = errors.New("enough was measured")

// inTurns trains a network as `train` does, from token files into checkpoints, and after each update lets the others
// run once. It goes from one look at the network to the next.
func inTurns(ctx context.Context, shape workload.Shape, others []measure.Run) (got taken, err error) {
	dir, err := os.MkdirTemp("", "sparkling-bench-*")
	if err != nil {
		return got, err
	}
	defer os.RemoveAll(dir)
	doc, err := long(dir, shape)
	if err != nil {
		return got, err
	}
	e := doc.Experiment()
	data, err := tokens.Open(ctx, dir, e.Task, func(done, all int64) {})
	if err != nil {
		return got, err
	}
	defer data.Close()
	task.Keep(e.Task, data)
	defer task.Drop(e.Task)
	keeper, err := checkpoints.Open(filepath.Join(dir, "checkpoints"), 1, nil)
	if err != nil {
		return got, err
	}
	defer keeper.Close()
	enough, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	got.others = make([]float64, len(others))
	spacing := pretrain.SpacingOf(e, 0)
	var since time.Time
	var failed error
	_, err = pretrain.Run(enough, pretrain.Setup{
		Document: doc, Make: cpu.Factory{}, Threads: 1, Spacing: spacing, Data: data.Fingerprint(),
		Keeper: keeper, Every: loopSteps, Write: func(*record.Record) error { return nil },
		Tell: func(v pretrain.Event) {
			took := time.Since(since).Seconds()
			switch {
			case v.Kind == pretrain.Kept:
				got.keeping = took
			case v.Kind != pretrain.Trained:
				return
			case v.Step > 1: // the first grows the buffers
				got.n++
				got.loop += took
				for k := range others {
					i := k
					if v.Step%2 == 0 { // what comes after PyTorch finds its caches; each does as often
						i = len(others) - 1 - k
					}
					seconds, err := others[i]()
					got.others[i], failed = got.others[i]+seconds, errors.Join(failed, err)
				}
				if v.Step > spacing.Probes || failed != nil {
					stop(errEnough)
				}
			}
			since = time.Now()
		},
	})
	if ctx.Err() != nil {
		return got, ctx.Err()
	}
	return got, errors.Join(err, failed)
}

// long is the document of a long run at a shape, whose token files it writes into a folder: Opticks, a number a
// character.
func long(dir string, shape workload.Shape) (experiment.Valid, error) {
	e := experiment.Default()
	e.Name, e.Steps = "loop", loopSteps
	e.Model, e.Optimizer = shape.Model, shape.Optimizer
	e.Optimizer.LR = workload.Rate
	e.Arms = []experiment.Arm{{Name: "Loop"}}
	e.Task = task.Spec{Kind: task.KindTokens, TrainFiles: []string{"train.bin"}, ValidationFiles: []string{"val.bin"},
		Symbols: task.Symbols, Seq: shape.Seq, Batch: shape.Batch, Accumulate: loopAccumulate}
	ids := make([]int32, 1<<19)
	task.Opticks().Batch(1, 0, len(ids), ids, make([]int32, len(ids)))
	var file []byte
	for _, id := range ids {
		file = binary.LittleEndian.AppendUint16(file, uint16(id))
	}
	for _, name := range []string{"train.bin", "val.bin"} {
		if err := durable.WriteBytes(filepath.Join(dir, name), file); err != nil {
			return experiment.Valid{}, err
		}
	}
	return e.Validate()
}
