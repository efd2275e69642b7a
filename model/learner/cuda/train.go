package cuda

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// job is what a method was asked for and what it found, so that no call allocates a closure.
type job struct {
	ids, labels []int32
	rates       []float64
	update      learner.Update
}

// Train implements [learner.Learner]. It allocates nothing.
func (l *Learner) Train(ids, labels []int32, rates []float64) (learner.Update, error) {
	l.job = job{ids: ids, labels: labels, rates: rates}
	err := l.run(l.training)
	u := l.job.update
	l.job = job{}
	return u, err
}

func (l *Learner) train() error {
	if err := l.dev.Err(); err != nil {
		return err
	}
	l.upload(l.job.ids, l.job.labels)
	l.dev.Zero(l.values.of[model.Gradient])
	n, batches := l.shape.tokens(), l.setup.Accumulate
	for i := range batches {
		l.begins(l.batch(i))
		valid := valid(l.job.labels[i*n : (i+1)*n])
		l.forward()
		l.objective(float32(1 / float64(max(valid, 1)*batches)))
		l.backward(batches)
	}
	squares, err := l.optimizer.squares()
	if err != nil {
		return err
	}
	if err := driver.Get(l.dev, l.host, l.act.sums); err != nil {
		return err
	}
	u := learner.Update{GradNorm: math.Sqrt(squares)}
	u.Losses = l.mean(l.job.labels)
	// What an update leaves that is not finite follows from the norm of the gradients and from the loss.
	doubtful := !model.Finite(u.CE) || !(squares < math.MaxFloat32)
	if doubtful {
		if u.NotFinite, err = l.notFinite(u.CE); err != nil {
			return err
		}
	}
	l.steps++
	l.optimizer.step(l.steps, l.job.rates, l.setup.Optimizer.ClipFactor(u.GradNorm))
	if doubtful && u.NotFinite == "" {
		u.NotFinite, err = l.notFinite(u.CE) // of gradients too large to be squared the second moments are infinite
	}
	l.job.update = u
	return err
}

// batch is the pass of one of an update's batches.
func (l *Learner) batch(i int) pass {
	n := l.shape.tokens()
	return pass{ids: l.act.ids.From(i * n), labels: l.act.labels.From(i * n), batch: l.shape.batch, seq: l.shape.seq,
		sums: l.act.sums.Slice(i*l.at.size, (i+1)*l.at.size), last: i}
}

// valid is how many labels count.
func valid(labels []int32) (n int) {
	for _, y := range labels {
		if y >= 0 {
			n++
		}
	}
	return n
}

// mean is that of the losses of all batches of an update, whose sums were read.
func (l *Learner) mean(labels []int32) (mean model.Losses) {
	n, share := l.shape.tokens(), 1/float64(l.setup.Accumulate)
	for i := range l.setup.Accumulate {
		x := l.at.losses(l.host[i*l.at.size:], l.shape.Config, n, valid(labels[i*n:(i+1)*n]))
		mean.CE += share * x.CE
		mean.Aux += share * x.Aux
		mean.ZLoss += share * x.ZLoss
		mean.Objective += share * x.Objective
	}
	return mean
}
