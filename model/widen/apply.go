package widen

import (
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"

	"github.com/sparkling-lab/sparkling/model"
)

// fill says what new coordinates hold.
type fill int

const (
	fillCopy fill = iota
	fillRandom
	fillZero
)

// fills are the pair's two sides for one tensor. Zero-copy leaves the gate copied: with gate and up both zero the product silu(g)·u
// has an exactly zero gradient, and the new neurons would stay dead for ever.
func (s Spec) fills(p model.Part) (out, in fill) {
	switch s.Init {
	case RandomRandom:
		return fillRandom, fillRandom
	case RandomZero:
		return fillRandom, fillZero
	case RandomCopy:
		return fillRandom, fillCopy
	case ZeroCopy:
		if p == model.Gate {
			return fillCopy, fillCopy
		}
		return fillZero, fillCopy
	}
	return fillCopy, fillCopy
}

// Weights are the widened weights of a whole network: [Plan.Weight] of every matrix.
func (p *Plan) Weights(old model.Values, seed uint64) model.Values {
	now := model.NewValues(p.To)
	for i, t := range p.From.Tensors {
		for e := range t.Experts {
			p.Weight(i, e, now.Expert(i, e), old.Expert(i, e), seed)
		}
	}
	return now
}

// stream is the source of random numbers of expert e's matrix of a tensor. Every matrix has its own, so that a network widened in memory
// and one widened matrix by matrix, in any order, hold the same bits.
func stream(seed uint64, t model.Tensor, e int) *rand.Rand {
	h := fnv.New64a()
	_, _ = io.WriteString(h, t.Name(e))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// Weight widens one matrix, that of expert e of a tensor of the table, from src to dst, which is all zeros at first: first its rows, then the columns
// of the taller matrix, so that copies of columns hold the new rows too; then the factor on the whole. Random coordinates are normal with
// the RMS of the old matrix; the same seed gives the same bits.
func (p *Plan) Weight(tensor, e int, dst, src []float32, seed uint64) {
	from, to := p.From.Tensors[tensor], p.To.Tensors[tensor]
	rng := stream(seed, from, e)
	out, in := p.Spec.fills(from.Part)
	switch from.Kind {
	case model.Embedding:
		in = out // its columns are the fan-out of the input side
	case model.Gain:
		in = fillCopy
	}
	std := rms(src)
	sample := func() float32 { return float32(rng.NormFloat64() * std) }
	r, c, cc := from.Rows.Size, from.Cols.Size, to.Cols.Size
	rows, cols := p.axes[from.Rows.Axis], p.axes[from.Cols.Axis]
	for i := range to.Rows.Size {
		row := dst[i*cc : (i+1)*cc]
		switch {
		case i < r:
			copy(row, src[i*c:(i+1)*c])
		case out == fillCopy:
			o := rows.origin[i]
			copy(row, src[o*c:(o+1)*c])
		case out == fillRandom:
			for j := range c {
				row[j] = sample()
			}
		}
		for j := c; j < cc; j++ {
			switch in {
			case fillCopy:
				row[j] = row[cols.origin[j]]
			case fillRandom:
				row[j] = sample()
			}
		}
		if from.Kind == model.Matrix && cc > c {
			for j := range row {
				row[j] *= cols.factor[j]
			}
		}
	}
}

func rms(x []float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s / float64(len(x)))
}

// States are the optimizer's states after the widening, old ones in the order of [m, v]: [Plan.State] of every matrix.
func (p *Plan) States(old ...model.Values) []model.Values {
	now := make([]model.Values, len(old))
	for k, s := range old {
		now[k] = model.NewValues(p.To)
		for i, t := range p.From.Tensors {
			for e := range t.Experts {
				p.State(i, now[k].Expert(i, e), s.Expert(i, e), k+1)
			}
		}
	}
	return now
}

// State widens the optimizer's state of one matrix of a tensor of the table from src to dst, which is all zeros at first. Scaled treatments multiply
// by the factor of the weight to the given power: 1 for m, 2 for v.
func (p *Plan) State(tensor int, dst, src []float32, power int) {
	if p.Spec.State == Drop {
		return
	}
	from, to := p.From.Tensors[tensor], p.To.Tensors[tensor]
	rows, cols := p.axes[from.Rows.Axis], p.axes[from.Cols.Axis]
	r, c, cc := from.Rows.Size, from.Cols.Size, to.Cols.Size
	everywhere := p.Spec.State == Copy
	for i := range to.Rows.Size {
		o := i
		if i >= r {
			if !everywhere {
				break // [S, 0]
			}
			o = rows.origin[i]
		}
		row, in := dst[i*cc:(i+1)*cc], src[o*c:(o+1)*c]
		copy(row, in)
		if everywhere {
			for j := c; j < cc; j++ {
				row[j] = in[cols.origin[j]]
			}
		}
		if p.Spec.State == AsymmetricScaled && from.Kind == model.Matrix && cc > c {
			for j := range in {
				for range power {
					row[j] *= cols.factor[j]
				}
			}
		}
	}
}
