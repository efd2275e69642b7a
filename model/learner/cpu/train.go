package cpu

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
)

// Train implements [learner.Learner]. It allocates nothing.
func (l *Learner) Train(ids, labels []int32, rates []float64) (learner.Update, error) {
	u := learner.Update{Losses: l.gradient(ids, labels)}
	squares := l.eng.SumSquares(l.net.Grads.Data)
	u.GradNorm = math.Sqrt(squares)
	// What an update leaves that is not finite follows from this one pass over the gradients.
	doubtful := !model.Finite(u.CE) || !(squares < math.MaxFloat32)
	if doubtful {
		u.NotFinite = l.notFinite(u.CE)
	}
	if factor := l.setup.Optimizer.ClipFactor(u.GradNorm); factor != 1 {
		l.eng.Axpby(l.net.Grads.Data, factor, l.net.Grads.Data, 0)
	}
	l.opt.Step(l.net.Weights, l.net.Grads, rates)
	l.net.WeightsChanged()
	if doubtful && u.NotFinite == "" {
		u.NotFinite = l.notFinite(u.CE) // of gradients too large to be squared the second moments are infinite
	}
	return u, nil
}

// gradient leaves the mean gradient of the batches of an update in the network, and returns their mean losses. All
// elements are added in one order, that of the batches, so that what is equal in each stays equal.
func (l *Learner) gradient(ids, labels []int32) model.Losses {
	if l.sum == nil {
		l.net.Forward(ids)
		return l.net.Backward(labels)
	}
	batches, n := l.setup.Accumulate, l.net.Tokens()
	share := 1 / float64(batches)
	var mean model.Losses
	for i := range batches {
		l.net.Forward(ids[i*n : (i+1)*n])
		loss := l.net.Backward(labels[i*n : (i+1)*n])
		mean.CE += share * loss.CE
		mean.Aux += share * loss.Aux
		mean.ZLoss += share * loss.ZLoss
		mean.Objective += share * loss.Objective
		switch i {
		case 0:
			copy(l.sum, l.net.Grads.Data)
		case batches - 1:
			l.eng.Axpby(l.net.Grads.Data, float32(share), l.sum, float32(share))
		default:
			l.eng.Axpby(l.sum, 1, l.net.Grads.Data, 1)
		}
	}
	return mean
}
