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
	fillTwins // random rows in equal pairs, random columns in pairs of opposite sign
)

// fills are the pair's two sides for one tensor.
func (s Spec) fills(t model.Tensor) (out, in fill) {
	if t.Vector() {
		return fillCopy, fillCopy
	}
	switch s.Init {
	case RandomRandom:
		out, in = fillRandom, fillRandom
	case RandomZero:
		out, in = fillRandom, fillZero
	case RandomCopy:
		out, in = fillRandom, fillCopy
	case ZeroCopy, ZeroCopyDead:
		if t.Part != model.Gate || s.Init == ZeroCopyDead {
			out = fillZero
		}
	case FPRandom:
		out, in = fillTwins, fillTwins
	}
	if t.Kind == model.Embedding {
		in = out // its columns are the fan-out of the input side
	}
	return out, in
}

// Weights are the widened weights of a whole network: [Plan.Weight] of every matrix.
func (p *Plan) Weights(old model.Values) model.Values {
	now := model.NewValues(p.To)
	for i, t := range p.From.Tensors {
		for e := range t.Experts {
			p.Weight(i, e, now.Expert(i, e), old.Expert(i, e))
		}
	}
	return now
}

// stream is the source of random numbers of expert e's matrix of a tensor. Every matrix has its own, so that a network
// widened in memory and one widened matrix by matrix, in any order, hold the same bits.
func stream(seed uint64, t model.Tensor, e int) *rand.Rand { return named(seed, t.Name(e)) }

// named is the source of random numbers of what has a name.
func named(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name) // a hash takes everything
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// Weight widens one matrix, that of expert e of a tensor of the table, from src to dst, which is all zeros at first:
// first its rows, then the columns of the taller matrix, so that copies of columns hold the new rows too; then the
// factors. Random coordinates are normal with the RMS of the old matrix.
func (p *Plan) Weight(tensor, e int, dst, src []float32) {
	from, to := p.From.Tensors[tensor], p.To.Tensors[tensor]
	rng := stream(p.seed, from, e)
	out, in := p.Spec.fills(from)
	std := -1.0 // until it is asked for
	normal := func() float32 {
		if std < 0 {
			std = rms(src)
		}
		return float32(rng.NormFloat64() * std)
	}
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
		case out == fillTwins && (i-r)%2 == 1:
			copy(row, dst[(i-1)*cc : i*cc][:c])
		case out == fillRandom, out == fillTwins:
			for j := range c {
				row[j] = normal()
			}
		}
		sample := from.Kind == model.NormWeight && p.Spec.NormWeights == SampleNormWeights
		for at := c; at < cc && in == fillCopy && !sample; at += c {
			copy(row[at:], row[:c]) // copies are cyclic
		}
		for j := c; j < cc && (in != fillCopy || sample); j++ {
			switch {
			case sample:
				row[j] = src[rng.IntN(c)]
			case in == fillRandom:
				row[j] = normal()
			case in == fillTwins && (j-c)%2 == 1:
				row[j] = -row[j-1]
			case in == fillTwins && j+1 < cc: // one that is left without a twin has no outgoing weight
				row[j] = normal()
			}
		}
		if from.Kind != model.Matrix || cc == c {
			continue
		}
		if p.Spec.Init == PlusMinus {
			for j := range c {
				d := 0.1 * normal()
				row[j], row[c+j] = row[j]+d, row[c+j]-d
			}
		}
		for j := range row {
			row[j] *= cols.factor[j]
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
