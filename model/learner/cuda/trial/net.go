package trial

import (
	"math"
	"math/rand/v2"
	"sync"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// subject is a learner with what it is trained on.
type subject struct {
	learner.Learner
	of     Network
	growth model.Growth
	rate   float64
	draws  *rand.Rand
}

// setup is what a network begins with but for its numbers.
func (n Network) setup(o optim.Config) learner.Setup {
	return learner.Setup{Optimizer: o, Batch: n.Batch, Seq: n.Seq, Accumulate: n.Accumulate, Recompute: n.Recompute,
		Growth: model.NewGrowth(n.Config)}
}

// drawn are fresh weights as [model.Init] has them, of a tensor each from a source of its own: on one core billions
// would take a minute.
func drawn(t *model.Table) model.Values {
	v := model.NewValues(t)
	var all sync.WaitGroup
	for i, x := range t.Tensors {
		all.Go(func() {
			data, source := v.Tensor(i), rand.New(rand.NewPCG(uint64(i), 0x1417))
			for j := range data {
				switch x.Kind {
				case model.NormWeight:
					data[j] = 1
				case model.Bias:
				default:
					data[j] = float32(source.NormFloat64() * t.Config.InitStd)
				}
			}
		})
	}
	all.Wait()
	return v
}

// begin makes a learner of a factory. Equal networks begin with equal bits.
func begin(f learner.Factory, n Network, kind optim.Kind, rate float64) (*subject, error) {
	s, table := n.setup(optimizer(kind, rate)), model.NewTable(n.Config)
	s.State = learner.Empty(table, 0)
	s.State.Weights = drawn(table)
	growth := s.Growth
	l, err := f.New(s)
	if err != nil {
		return nil, err
	}
	return &subject{l, n, growth, rate, rand.New(rand.NewPCG(1, 2))}, nil
}

// data draws an update's batches. A label follows from its symbol, so that there is something to learn; few symbols
// return often. The last label of a sequence does not count.
func (s *subject) data() (ids, labels []int32) {
	n := s.of.tokens()
	ids, labels = make([]int32, n), make([]int32, n)
	few := int32(min(s.of.Vocab, 1000))
	for i := range ids {
		ids[i] = s.draws.Int32N(few)
		labels[i] = (ids[i]*5 + 3) % few
		if i%s.of.Seq == s.of.Seq-1 {
			labels[i] = -100
		}
	}
	return ids, labels
}

// update makes one update on data of its own.
func (s *subject) update() (learner.Update, error) {
	ids, labels := s.data()
	rates := make([]float64, s.growth.Stages())
	for i := range rates {
		rates[i] = s.rate
	}
	return s.Train(ids, labels, rates)
}

// read is all of a quantity, matrix by matrix.
func read(l learner.Learner, q model.Quantity) (model.Values, error) {
	v := model.NewValues(l.Table())
	for i, x := range v.Table.Tensors {
		for e := range x.Experts {
			if err := l.Read(q, i, e, v.Expert(i, e)); err != nil {
				return v, err
			}
		}
	}
	return v, nil
}

// away is how far numbers are from others, as a fraction of the length of these: the L2 norm of the difference over
// theirs.
func away(got, want []float32) float64 {
	var d, w float64
	for i, x := range want {
		d += square(float64(got[i]) - float64(x))
		w += square(float64(x))
	}
	if w == 0 && d == 0 {
		return 0
	}
	return math.Sqrt(d / w)
}

func square(x float64) float64 { return x * x }

// unlike counts the numbers that have other bits.
func unlike(a, b []float32) (n int) {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			n++
		}
	}
	return n
}
