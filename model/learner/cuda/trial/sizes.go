package trial

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// Sizes are how large what is tried is.
type Sizes struct {
	Small       Network // compared with the CPU, and locked
	Wide        int     // rows and columns of a large product of equal ones; 0 is none
	LockUpdates int
	Hub         Network // given to Hugging Face, before and after a widening
	Full        Network // the paper's
	FullUpdates int     // at most; time allows fewer
	Repeats     int     // of a product or a copy that is timed
	CopyBytes   int
}

// Network is a network in training: its shape, and an update.
type Network struct {
	model.Config
	Batch, Seq, Accumulate int
	Recompute              bool
}

// tokens of an update.
func (n Network) tokens() int { return n.Batch * n.Seq * n.Accumulate }

// Paper are the sizes of a trial of a device: the paper's network (Table 1 and Sec. 4.1), and 64k tokens an update.
func Paper() Sizes {
	return Sizes{
		Small: small(160, 48), Wide: 2048, LockUpdates: 200,
		Hub: Network{Config: model.Config{Vocab: 512, Hidden: 256, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 64,
			Experts: 8, TopK: 2, Inner: 128, NormEps: 1e-6, RopeBase: 10000, InitStd: 0.05, LogitMult: 1},
			Batch: 2, Seq: 128, Accumulate: 1},
		Full: Network{Config: model.Config{Vocab: 50304, Hidden: 1024, Layers: 24, Heads: 16, KVHeads: 4, HeadDim: 96,
			Experts: 64, TopK: 8, Inner: 512, NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001,
			InitStd: 0.02, LogitMult: 1}, Batch: 2, Seq: 4096, Accumulate: 8},
		FullUpdates: 30, Repeats: 20, CopyBytes: 1 << 30,
	}
}

// Tiny are sizes that only show whether it works, on an emulated device too.
func Tiny() Sizes {
	s := Sizes{Small: small(24, 12), LockUpdates: 3, FullUpdates: 4, Repeats: 1, CopyBytes: 1 << 12}
	s.Small.Batch, s.Small.Seq, s.Small.Vocab = 2, 8, 29
	s.Hub = s.Small
	s.Full = s.Small
	s.Full.Accumulate = 2
	return s
}

// small is odd in most things, so that no dimension is a number of complete tiles.
func small(hidden, inner int) Network {
	return Network{Config: model.Config{Vocab: 67, Hidden: hidden, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8,
		Experts: 4, TopK: 2, Inner: inner, NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001,
		InitStd: 0.1, LogitMult: 1}, Batch: 8, Seq: 60, Accumulate: 1}
}

// optimizer is the paper's AdamW, at a rate of its own.
func optimizer(kind optim.Kind, rate float64) optim.Config {
	return optim.Config{Kind: kind, LR: rate, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95}
}
