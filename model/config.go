package model

import "fmt"

// Config is the shape of the network and the constants of its objective. The field names of the JSON are part of the
// Experiment document. About RopeBase, AuxLossCoef, ZLossCoef and InitStd the paper is silent; OLMoE (Muennighoff et
// al. 2024, arXiv 2409.02060) has 10,000, 0.01, 0.001 and 0.02.
type Config struct {
	Vocab       int     `json:"vocab"`    // V; set by the task where it is 0
	Hidden      int     `json:"hidden"`   // d, width of the residual stream
	Layers      int     `json:"layers"`   //
	Heads       int     `json:"heads"`    // query heads
	KVHeads     int     `json:"kv_heads"` // divides Heads
	HeadDim     int     `json:"head_dim"` // even
	Experts     int     `json:"experts"`  // E; 1 is a dense network
	TopK        int     `json:"top_k"`    // experts a token
	Inner       int     `json:"inner"`    // f, width of one expert
	NormEps     float64 `json:"norm_eps"`
	RopeBase    float64 `json:"rope_base"`
	AuxLossCoef float64 `json:"aux_loss_coef"` // factor of the load-balancing loss
	ZLossCoef   float64 `json:"z_loss_coef"`   // factor of the router z-loss
	InitStd     float64 `json:"init_std"`
	// LogitMult multiplies the logits: 1 until the hidden axis is widened, because the tied embedding cannot carry
	// a fan-in factor (paper, App. D.1). An untied head carries it itself.
	LogitMult float64 `json:"logit_mult"`
	Untied    bool    `json:"untied,omitempty"` // the output projection is a matrix of its own
	Variant
}

// Limits on sizes that come from files, links and messages.
const (
	MaxWidth   = 1 << 16 // any single dimension
	MaxLayers  = 256
	MaxExperts = 1024 // of a layer
)

// Validate says which field is wrong and what is allowed.
func (c Config) Validate() error {
	for _, f := range []struct {
		name     string
		got, max int
	}{
		{"vocab", c.Vocab, 1 << 20}, {"hidden", c.Hidden, MaxWidth}, {"layers", c.Layers, MaxLayers},
		{"heads", c.Heads, 1024},
		{"kv_heads", c.KVHeads, 1024}, {"head_dim", c.HeadDim, 1024}, {"experts", c.Experts, MaxExperts},
		{"top_k", c.TopK, 1024}, {"inner", c.Inner, MaxWidth},
	} {
		if f.got < 1 || f.got > f.max {
			return fmt.Errorf("model.%s is %d; allowed are 1 to %d", f.name, f.got, f.max)
		}
	}
	for _, f := range []struct {
		name string
		got  float64
		max  float64
	}{
		{"norm_eps", c.NormEps, 1}, {"rope_base", c.RopeBase, 1e9}, {"init_std", c.InitStd, 10},
		{"logit_mult", c.LogitMult, 1e3},
	} {
		if !(f.got > 0 && f.got <= f.max) {
			return fmt.Errorf("model.%s is %g; allowed are values above 0 up to %g", f.name, f.got, f.max)
		}
	}
	for _, f := range []struct {
		name string
		got  float64
	}{{"aux_loss_coef", c.AuxLossCoef}, {"z_loss_coef", c.ZLossCoef}} {
		if !(f.got >= 0 && f.got <= 10) {
			return fmt.Errorf("model.%s is %g; allowed are 0 to 10", f.name, f.got)
		}
	}
	if err := c.Variant.validate(c); err != nil {
		return err
	}
	switch {
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("model.heads is %d; it must be a multiple of model.kv_heads (%d)", c.Heads, c.KVHeads)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("model.head_dim is %d; it must be even, because the rotary embedding turns pairs", c.HeadDim)
	case c.TopK > c.Experts:
		return fmt.Errorf("model.top_k is %d; it cannot exceed model.experts (%d)", c.TopK, c.Experts)
	}
	return nil
}
