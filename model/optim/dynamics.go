package optim

import (
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// DynamicsKind names what becomes of the learning rates after a widening, instead of a re-warmup.
type DynamicsKind string

// The dynamics of competing methods (paper, App. K). The paper gives no formulas: these are ours, after the works that
// it cites: Shen et al. 2022 (arXiv 2203.06211), Wang et al. 2024 (LEMON, arXiv 2310.07999) and Yuan et al. 2023 (arXiv
// 2306.12700).
const (
	// on from where a wide network trained from scratch has the present loss (Shen 2022)
	Remapped    DynamicsKind = "remapped"
	FasterDecay DynamicsKind = "faster-decay" // the cosine ends after Fraction of the steps left (LEMON, Wang 2024)
	NormAdapted DynamicsKind = "norm-adapted" // the rate of a tensor's new block is times RMS(new)/RMS(old) (Yuan 2023)
)

// DynamicsKinds lists all.
var DynamicsKinds = []DynamicsKind{Remapped, FasterDecay, NormAdapted}

// Dynamics is what becomes of the learning rates after a widening; the zero value leaves them to the re-warmup.
type Dynamics struct {
	Kind     DynamicsKind `json:"kind"`
	Fraction float64      `json:"fraction,omitempty"` // of faster-decay: 0.75 is the paper's 25 % faster, 0.5 its 50 %
}

// Validate says which field is wrong and what is allowed.
func (d Dynamics) Validate() error {
	switch {
	case d.Kind != "" && !slices.Contains(DynamicsKinds, d.Kind):
		return fmt.Errorf("dynamics.kind is %q; allowed are remapped, faster-decay and norm-adapted", string(d.Kind))
	case d.Kind == FasterDecay && !(d.Fraction > 0 && d.Fraction <= 1):
		return fmt.Errorf("dynamics.fraction is %g; allowed are values above 0 up to 1", d.Fraction)
	case d.Kind != FasterDecay && d.Fraction != 0:
		return fmt.Errorf("dynamics.fraction is %g; only faster-decay has one", d.Fraction)
	}
	return nil
}

// BlockRates are learning rates by tensor and growth stage, for networks whose new blocks follow their norms (App. K).
// A tensor is one of the table, all its experts together; its old block is all that was there before the widening.
type BlockRates struct {
	eng      compute.Engine
	stages   int
	adapted  []bool            // by growth stage: the widening that brought it asks for it
	segments [][]model.Segment // by tensor
	sum      []float64         // by growth stage, of one tensor
	count    []float64
	Mean     float64 // of the newest stage's rates over the tensors that have it, as last filled
}

// NewBlockRates prepares the rates of a network of that shape and growth; adapted says for every growth stage whether
// it follows its norm.
func NewBlockRates(eng compute.Engine, g model.Growth, t *model.Table, adapted []bool) *BlockRates {
	b := &BlockRates{eng: eng, stages: g.Stages(), adapted: adapted, sum: make([]float64, g.Stages()),
		count: make([]float64, g.Stages())}
	g.ByTensor = false
	for _, x := range t.Tensors {
		b.segments = append(b.segments, g.TensorSegments(x))
	}
	return b
}

// Fill sets into[tensor·stages + stage] to the rate that a stage has, byStage, times RMS(block)/RMS(all older blocks)
// where the stage is adapted and both are above 0. It allocates nothing.
func (b *BlockRates) Fill(into, byStage []float64, p model.Values) {
	newest, tensors := 0.0, 0
	for i, segments := range b.segments {
		clear(b.sum)
		clear(b.count)
		for _, r := range segments {
			b.sum[r.Stage] += b.eng.SumSquares(p.Data[r.From:r.To])
			b.count[r.Stage] += float64(r.To - r.From)
		}
		sum, count := 0.0, 0.0
		for k := range b.stages {
			rate := byStage[k]
			if b.adapted[k] && sum*b.sum[k] > 0 {
				rate *= math.Sqrt(b.sum[k] / b.count[k] * count / sum)
			}
			into[i*b.stages+k] = rate
			sum, count = sum+b.sum[k], count+b.count[k]
			if k == b.stages-1 && b.count[k] > 0 {
				newest, tensors = newest+rate, tensors+1
			}
		}
	}
	b.Mean = newest / float64(max(tensors, 1))
}
