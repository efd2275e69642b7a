package widen

import (
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

// Weights are the widened weights. Random coordinates are normal with the RMS of the old matrix; the same seed gives the same bits.
func (p *Plan) Weights(old model.Values, seed uint64) model.Values {
	now := model.NewValues(p.To)
	rng := rand.New(rand.NewPCG(seed, 0x71de))
	for i, t := range p.From.Tensors {
		for e := range t.Experts {
			p.matrix(rng, t, p.To.Tensors[i], old.Expert(i, e), now.Expert(i, e))
		}
	}
	return now
}

// matrix widens one matrix: first its rows, then the columns of the taller matrix, so that copies of columns hold the new rows
// too; then the factor on the whole.
func (p *Plan) matrix(rng *rand.Rand, from, to model.Tensor, src, dst []float32) {
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

// States are the optimizer's states after the widening, old ones in the order of [m, v]; scaled treatments multiply state
// number k by the factor of its weight to the power k+1.
func (p *Plan) States(old ...model.Values) []model.Values {
	now := make([]model.Values, len(old))
	for k, s := range old {
		now[k] = model.NewValues(p.To)
		if p.Spec.State == Drop {
			continue
		}
		for i, t := range p.From.Tensors {
			for e := range t.Experts {
				p.state(t, p.To.Tensors[i], s.Expert(i, e), now[k].Expert(i, e), k+1)
			}
		}
	}
	return now
}

func (p *Plan) state(from, to model.Tensor, src, dst []float32, power int) {
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
