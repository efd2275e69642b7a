package model_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// The gradient of every tensor agrees with the slope of the objective along that gradient, taken by central
// differences.
//
// The network is float32 and the loss a float64 sum over its logits, so that one objective is good to about 3e-7 and a
// slope over 2·step to 3e-7/step; the curvature adds a share of step². With steps that move the objective by about 1e-3
// both are near 1e-3 of the slope. A router whose choice flips within the step makes the objective jump: then the step
// is made smaller.
func TestGradientsAreTheSlopesOfTheObjective(t *testing.T) {
	const tolerance = 0.01
	base := model.Config{
		Vocab: 19, Hidden: 12, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 6, Experts: 4, TopK: 2, Inner: 10,
		NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.05, ZLossCoef: 0.01, InitStd: 0.3, LogitMult: 0.7,
	}
	all := base
	all.TopK = all.Experts
	dense := base
	dense.Experts, dense.TopK = 1, 1
	untied := base
	untied.Untied = true
	with := func(v model.Variant) model.Config {
		c := base
		if c.Variant = v; v.NoRouter {
			c.Experts, c.TopK = 1, 1
		}
		return c
	}
	for name, c := range map[string]model.Config{"two of four experts": base, "all experts": all, "dense": dense,
		"untied head": untied, "as Qwen2": with(model.Variant{QKNorm: model.NoNorm, QKVBias: true, NoRouter: true}),
		"as Mixtral": with(model.Variant{QKNorm: model.NoNorm}),
		"as OLMoE":   with(model.Variant{QKNorm: model.ByProjection, RawTopK: true}),
		"as OLMo-2":  with(model.Variant{QKNorm: model.ByProjection, PostNorm: true, NoRouter: true}),
		"scaled, post-norm and router": with(model.Variant{QKNorm: model.ByProjection, PostNorm: true, QKVBias: true,
			Rope: model.RopeScaling{Kind: model.YaRN, Factor: 4, Original: 8, Slow: 1, Fast: 32, Attention: 1.2}}),
	} {
		t.Run(name, func(t *testing.T) {
			const batch, seq = 3, 7
			rng := rand.New(rand.NewPCG(1, 2))
			ids, labels := make([]int32, batch*seq), make([]int32, batch*seq)
			for i := range ids {
				ids[i], labels[i] = rng.Int32N(int32(c.Vocab)), rng.Int32N(int32(c.Vocab))
			}
			labels[3] = -100
			w := model.Init(c, 5)
			for i, tensor := range w.Table.Tensors {
				if tensor.Kind == model.NormWeight {
					for k := range w.Tensor(i) {
						w.Tensor(i)[k] = 0.7 + 0.6*rng.Float32()
					}
				}
			}
			net := model.NewNet(compute.NewCPU(), w, batch, seq)
			run := func() (objective float64, load []float32) {
				net.Forward(ids)
				load = make([]float32, c.Layers*c.Experts)
				net.ExpertLoad(load)
				return net.Loss(labels).Objective, load
			}
			net.Forward(ids)
			net.Backward(labels)
			for i, tensor := range w.Table.Tensors {
				g := append([]float32(nil), net.Grads.Tensor(i)...)
				var norm float64
				for _, x := range g {
					norm += float64(x) * float64(x)
				}
				norm = math.Sqrt(norm)
				x := w.Tensor(i)
				kept := append([]float32(nil), x...)
				move := func(by float64) (objective float64, load []float32) {
					for k := range x {
						x[k] = float32(float64(kept[k]) + by*float64(g[k])/norm)
					}
					return run()
				}
				step := min(1e-3/norm, 0.02)
				up, above := move(step)
				down, below := move(-step)
				for ; !slices.Equal(above, below) && step > 1e-4; step /= 2 { // a choice flipped in between
					up, above = move(step / 2)
					down, below = move(-step / 2)
				}
				require.Equal(t, above, below, "%s: no step without a flip", tensor.Name(0))
				copy(x, kept)
				slope := (up - down) / (2 * step)
				assert.InDelta(t, norm, slope, tolerance*norm+3e-7/step,
					"%s: the gradient's norm and the slope along it", tensor.Name(0))
			}
		})
	}
}
