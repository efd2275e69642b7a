package experiment

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// Long are the experiments that take minutes, not seconds, and more memory than a page may have. They are run natively
// by their names; neither the page nor the window offers them: what is chosen there is to be seen at once.
func Long() []Builtin { return []Builtin{million()} }

// million is the size between the toy and a network that somebody would use. Its rate and its standard deviation were
// searched on seed 101, see docs/million.md.
func million() Builtin {
	return variant("A million active parameters", "million",
		"Seventy times the default experiment: a million parameters at work on every character, then 1.8 million. "+
			"Does what the toy shows hold here? A seed takes minutes on two cores, and 1.5 GB of memory.",
		func(e *Experiment) {
			e.Task.Seq, e.Task.Batch = 128, 4
			e.Model = model.Config{
				Hidden: 128, Layers: 4, Heads: 4, KVHeads: 2, HeadDim: 32, Experts: 8, TopK: 2, Inner: 256,
				NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.05, LogitMult: 1,
			}
			e.Optimizer.LR, e.Optimizer.Beta2 = 2e-3, 0.95
			w := twice(e.Steps / 2)
			w.Rewarm.Steps, w.Rewarm.Fraction = 0, optim.DefaultFraction
			e.Arms = arms(w, "small", "copy", "asymmetric", "sparkling")
		})
}
