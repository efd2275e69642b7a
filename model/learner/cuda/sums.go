package cuda

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
)

// sums says where the sums of one batch lie in the buffer that is read once an update: the cross-entropy of all
// tokens; of each layer the probabilities that its router gave each expert, its squared logsumexps, and, as int32,
// where the slots of each expert begin; then of each residual block and the end the squares of what enters it, and of
// what the block before has added.
type sums struct {
	experts, layers, size int
}

func sumsOf(c model.Config) sums {
	return sums{c.Experts, c.Layers, 1 + c.Layers*2*(c.Experts+1) + 2*(2*c.Layers+1)}
}

func (s sums) prob(l int) int    { return 1 + l*2*(s.experts+1) }
func (s sums) squares(l int) int { return s.prob(l) + s.experts }
func (s sums) off(l int) int     { return s.squares(l) + 1 }
func (s sums) block(b int) int   { return s.prob(s.layers) + 2*b }

// load is the share of a layer's assignments that an expert got.
func (s sums) load(of []float32, l, expert int) float64 {
	off := of[s.off(l):]
	at := func(i int) float64 { return float64(int32(math.Float32bits(off[i]))) }
	return (at(expert+1) - at(expert)) / at(s.experts)
}

// losses are those of a batch of so many tokens, of which valid have a label.
func (s sums) losses(of []float32, c model.Config, tokens, valid int) model.Losses {
	r := model.Losses{CE: float64(of[0]) / float64(max(valid, 1))}
	for l := range s.layers {
		aux := 0.0
		for e := range s.experts {
			aux += s.load(of, l, e) * float64(of[s.prob(l)+e]) / float64(tokens)
		}
		r.Aux += aux * float64(s.experts) / float64(s.layers)
		r.ZLoss += float64(of[s.squares(l)]) / float64(tokens) / float64(s.layers)
	}
	if math.IsNaN(r.Aux) {
		r.CE = r.Aux // a router whose probabilities are no numbers has chosen by chance: what came of it is no loss
	}
	r.Objective = r.CE + c.AuxLossCoef*r.Aux + c.ZLossCoef*r.ZLoss
	return r
}

// blocks are the RMS of the residual blocks.
func (s sums) blocks(of []float32, c model.Config, tokens int) []model.BlockRMS {
	rms := func(squares float32) float32 {
		return float32(math.Sqrt(float64(squares) / float64(tokens*c.Hidden)))
	}
	out := make([]model.BlockRMS, 2*s.layers)
	for b := range out {
		out[b] = model.BlockRMS{In: rms(of[s.block(b)]), Out: rms(of[s.block(b+1)+1])}
	}
	return out
}
