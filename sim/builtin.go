package sim

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Default is the experiment that the Lab opens with: Newton's Opticks, Inner 2x at half-time, three arms and the small
// baseline. Beta2 is 0.999 where the paper has 0.95: at this size the asymmetric reset alone is hardly visible with 0.95.
func Default() Experiment {
	at := func(state widen.State, rewarm optim.Scope) []Widening {
		return []Widening{{
			Step:   500,
			Spec:   widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, State: state},
			Rewarm: optim.Rewarm{Scope: rewarm, Rho: 1.3, Steps: 10},
		}}
	}
	return Experiment{
		Version: Version,
		Name:    "default",
		About:   "A small mixture-of-experts network reads Newton's Opticks. At half-time its experts are made twice as wide, in three ways.",
		Task:    Task{Text: "opticks", Seq: 64, Batch: 8},
		Seed:    1,
		Steps:   1000,
		Model: model.Config{
			Hidden: 32, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8, Experts: 4, TopK: 2, Inner: 16,
			NormEps: 1e-6, RopeBase: 10000, LBCoef: 0.01, ZCoef: 0.001, InitStd: 0.1, LogitMult: 1,
		},
		Optimizer: optim.Config{
			Kind: optim.AdamW, LR: 1e-2, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95, Warmup: 0.03, FinalRatio: 0.01,
		},
		Arms: []Arm{
			{Name: "Small", About: "never widened"},
			{Name: "Copy", About: "neurons and optimizer states copied", Widen: at(widen.Copy, optim.RewarmNone)},
			{Name: "Asymmetric reset", About: "as Copy, but the copies start with empty optimizer states", Widen: at(widen.Asymmetric, optim.RewarmNone)},
			{Name: "SPARKLING", About: "as Asymmetric reset, and the copies' learning rate is warmed up again", Widen: at(widen.Asymmetric, optim.RewarmNew)},
		},
	}
}
