package model

import "github.com/sparkling-lab/sparkling/model/compute"

// expertLoad sets load (E) to the fraction of the assignments that each expert got.
func (w *layer) expertLoad(load []float32) {
	for e := range load {
		load[e] = float32(w.off[e+1]-w.off[e]) / float32(w.off[len(load)])
	}
}

// loadBalancingLoss is the auxiliary loss E·Σ f_e·P_e of one layer, with f_e the load of the assignments that expert e
// got and P_e the mean probability that the router gave it: 1 when balanced (Fedus, Zoph and Shazeer 2021, arXiv
// 2101.03961; with k experts a token as in OLMoE, Muennighoff et al. 2024, arXiv 2409.02060).
func (w *layer) loadBalancingLoss() (lb float64) {
	experts, n := w.route.Prob.Rows, float64(w.route.Prob.Cols)
	for e := range experts {
		var p float64
		for _, x := range w.route.Prob.Data[e*w.route.Prob.Stride:][:w.route.Prob.Cols] {
			p += float64(x)
		}
		lb += float64(w.off[e+1]-w.off[e]) / float64(w.off[experts]) * p / n
	}
	return lb * float64(experts)
}

// zLoss is the auxiliary loss mean(logsumexp²) of one layer's router logits (ST-MoE, Zoph et al. 2022, arXiv
// 2202.08906).
func (w *layer) zLoss(eng compute.Engine) float64 {
	return eng.SumSquares(w.route.LSE.Data[:w.route.LSE.Cols]) / float64(w.route.LSE.Cols)
}

// auxiliaryGradient is what the two auxiliary losses add to the objective's slope: prob (E) along the probabilities
// that a token has in the router of this layer, and z times its logsumexp squared.
func (n *Net) auxiliaryGradient(w *layer, prob []float32) (z float32) {
	c, tokens := n.Config, n.Tokens()
	w.expertLoad(prob)
	for x := range prob {
		prob[x] *= float32(c.AuxLossCoef * float64(c.Experts) / float64(tokens*c.Layers))
	}
	return float32(c.ZLossCoef / float64(tokens*c.Layers))
}
