package train

import (
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// experts is what the experts get of a validation set, as [record.ArmFrame] has it.
type experts struct {
	router []float32
	gets   []int32
}

// unread is that of a set before any of it was read.
func (r *Arm) unread() (x experts) {
	c := r.learn.Table().Config
	x.router = make([]float32, c.Layers*c.Experts)
	if n := len(x.router) * r.classes; n <= record.MaxGets {
		x.gets = make([]int32, n)
	}
	return x
}

// add adds a share of the set: answers to rows of seq symbols.
func (r *Arm) add(x *experts, a *learner.Answers, ids []int32, seq int, share float64) {
	for i, p := range a.Router {
		x.router[i] += float32(share * float64(p))
	}
	if x.gets == nil {
		return
	}
	c := r.learn.Table().Config
	for i, at := range a.Positions {
		class := r.task.Class(ids[at-at%seq:][:seq], at%seq)
		if class < 0 {
			continue
		}
		for layer := range c.Layers {
			for _, e := range a.Experts[(layer*len(a.Positions)+i)*c.TopK:][:c.TopK] {
				x.gets[(layer*c.Experts+int(e))*r.classes+class]++
			}
		}
	}
}
