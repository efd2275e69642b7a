package optim

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Optimizer updates the weights of one network. M is Adam's first moment, or Muon's momentum; V is the second moment,
// zero for Muon's tensors. There is one step count, which does not restart at a widening.
type Optimizer struct {
	Config Config
	M, V   model.Values
	Steps  int // updates done

	eng   compute.Engine
	adam  []chunk  // of tensors that AdamW updates
	muon  []matrix // Muon's matrices
	ns    newtonSchulz
	rates []float32 // of one chunk
}

// matrix is one matrix of a Muon tensor.
type matrix struct {
	from, rows, cols int
	chunks           []chunk
}

// New prepares an optimizer with given states for parameters of the given growth; NewValues states start afresh.
func New(c Config, eng compute.Engine, g model.Growth, m, v model.Values, steps int) *Optimizer {
	o := &Optimizer{Config: c, M: m, V: v, Steps: steps, eng: eng, rates: make([]float32, short+enough)}
	if c.Kind == AdamW {
		o.adam = chunks(g.Segments(m.Table))
		return o
	}
	var rest []model.Segment
	for _, t := range m.Table.Tensors {
		segments := g.TensorSegments(t)
		if !c.Kind.Orthogonalizes(t) {
			rest = append(rest, segments...)
			continue
		}
		size := t.Rows.Size * t.Cols.Size
		for e := range t.Experts {
			at := t.Off + e*size
			o.muon = append(o.muon, matrix{at, t.Rows.Size, t.Cols.Size, chunks(within(segments, at, at+size))})
		}
	}
	o.ns.grow(c.Kind.largest(m.Table))
	o.adam = chunks(rest)
	return o
}

// within cuts segments down to the part from from to to.
func within(segments []model.Segment, from, to int) []model.Segment {
	var in []model.Segment
	for _, r := range segments {
		r.From, r.To = max(r.From, from), min(r.To, to)
		if r.From < r.To {
			in = append(in, r)
		}
	}
	return in
}

// Adam holds the scalars of AdamW's update number step, counted from 1.
func (c Config) Adam(step int) compute.AdamW {
	return compute.AdamW{
		WeightDecay: float32(c.WeightDecay), Beta1: float32(c.Beta1), Beta2: float32(c.Beta2), Eps: float32(c.Eps),
		BiasCorr1: float32(1 - math.Pow(c.Beta1, float64(step))),
		BiasCorr2: float32(1 - math.Pow(c.Beta2, float64(step))),
	}
}

// Step makes one update with gradients g and rates[stage] the learning rate of parameters of that growth stage. It
// allocates nothing.
func (o *Optimizer) Step(p, g model.Values, rates []float64) {
	o.Steps++
	c := o.Config
	s := c.Adam(o.Steps)
	for _, x := range o.adam {
		o.eng.AdamW(p.Data[x.from:x.to], g.Data[x.from:x.to], o.M.Data[x.from:x.to], o.V.Data[x.from:x.to],
			x.rates(o.rates, rates), s)
	}
	for _, m := range o.muon {
		o.muonStep(p.Data, g.Data, m, rates)
	}
}
