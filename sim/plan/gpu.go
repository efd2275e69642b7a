package plan

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/checkpoints"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// On is the run with its learner on a GPU.
func (r Run) On(p cuda.Precision) Run {
	r.Precision = p.String()
	return r
}

// onGPU is what a learner of a network that has grown so holds on the GPU, to the byte.
func (r Run) onGPU(c model.Config, g model.Growth) []Part {
	p, err := cuda.PrecisionOf(r.Precision)
	if err != nil {
		panic(err) // see On
	}
	f := cuda.FootprintOf(c, learner.Setup{Optimizer: optim.Config{Kind: r.Optimizer}, Batch: r.Batch, Seq: r.Seq,
		Accumulate: r.Accumulate, Recompute: r.Recompute, Growth: g}, p)
	parts := []Part{{"weights, float32", f.Weights}, {"copies, bf16", f.Copies}, {"gradients", f.Gradients},
		{"moments", f.Moments}}
	for p, bytes := range f.Parts {
		parts = append(parts, Part{model.ActivationPart(p).String(), bytes})
	}
	return parts
}

// Beside is about what the program itself holds while the learner is on a GPU: the logits that validation reads and
// that are compared, the batches, and the matrices on their way to a checkpoint and from it.
func (r Run) Beside() float64 {
	most := 0.0
	for _, p := range r.Phases() {
		c := p.Model
		most = max(most, experiment.ComparedBytes(r.Compared, c.Vocab)+learner.SeenBytes(c, r.Batch*r.Seq)+4*one(c))
	}
	return most + 2*4*float64(r.Batch)*float64(r.Seq)*float64(max(r.Accumulate, 1))
}

// Disk is what a run that keeps so many checkpoints has on the disk at most, in bytes: one more while it is written.
func (r Run) Disk(keep int) float64 {
	phases := r.Phases()
	return float64(keep+1) * Checkpoint(phases[len(phases)-1].Model)
}

// WideningDisk is what the largest widening on the disk needs there: the network before it, and after it.
func (r Run) WideningDisk() float64 {
	most := 0.0
	phases := r.Phases()
	for i := 1; i < len(phases); i += 2 {
		most = max(most, Checkpoint(phases[i-1].Model)+Checkpoint(phases[i].Model))
	}
	return most
}

// Checkpoint is about what a network takes on the disk with its moments.
func Checkpoint(c model.Config) float64 { return float64(checkpoints.Bytes(model.NewTable(c))) }

// Declined says what of a run no GPU of ours trains; nil where one does.
func (r Run) Declined() error {
	for _, p := range r.Phases() {
		if err := cuda.Check(p.Model); err != nil {
			return fmt.Errorf("a GPU does not train this network: %w", err)
		}
	}
	return nil
}
