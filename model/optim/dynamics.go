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
	stages   int
	adapted  []bool            // by growth stage: the widening that brought it asks for it
	segments [][]model.Segment // by tensor
	count    []float64         // elements by tensor and growth stage
	squares  []float64
	Mean     float64 // of the newest stage's rates over the tensors that have it, as last filled
}

// NewBlockRates prepares the rates of a network of that shape and growth; adapted says for every growth stage whether
// it follows its norm.
func NewBlockRates(g model.Growth, t *model.Table, adapted []bool) *BlockRates {
	blocks := len(t.Tensors) * g.Stages()
	b := &BlockRates{stages: g.Stages(), adapted: adapted, count: make([]float64, blocks),
		squares: make([]float64, blocks)}
	g.ByTensor = false
	for i, x := range t.Tensors {
		b.segments = append(b.segments, g.TensorSegments(x))
		for _, r := range b.segments[i] {
			b.count[i*b.stages+r.Stage] += float64(r.To - r.From)
		}
	}
	return b
}

// Fill is [BlockRates.FillFrom] the norms of weights in this program's memory. It allocates nothing.
func (b *BlockRates) Fill(eng compute.Engine, into, byStage []float64, p model.Values) {
	clear(b.squares)
	for i, segments := range b.segments {
		for _, r := range segments {
			b.squares[i*b.stages+r.Stage] += eng.SumSquares(p.Data[r.From:r.To])
		}
	}
	b.FillFrom(into, byStage, b.squares)
}

// Needs reports whether a rate depends on the norms of tensor i: one that has blocks of two stages.
func (b *BlockRates) Needs(i int) bool {
	blocks := 0
	for _, n := range b.count[i*b.stages : (i+1)*b.stages] {
		if n > 0 {
			blocks++
		}
	}
	return blocks > 1
}

// FillFrom sets into[tensor·stages + stage] to the rate that a stage has, byStage, times RMS(block)/RMS(all older
// blocks) where the stage is adapted and both are above 0. squares is Σw² of each block, by tensor and stage too; those
// of a tensor that [BlockRates.Needs] does not name are not read. It allocates nothing.
func (b *BlockRates) FillFrom(into, byStage, squares []float64) {
	newest, tensors := 0.0, 0
	for i := range b.segments {
		sum, count, needs := 0.0, 0.0, b.Needs(i)
		for k := range b.stages {
			at, rate, own := i*b.stages+k, byStage[k], 0.0
			if needs {
				own = squares[at]
			}
			if b.adapted[k] && sum*own > 0 {
				rate *= math.Sqrt(own / b.count[at] * count / sum)
			}
			into[at] = rate
			sum, count = sum+own, count+b.count[at]
			if k == b.stages-1 && b.count[at] > 0 {
				newest, tensors = newest+rate, tensors+1
			}
		}
	}
	b.Mean = newest / float64(max(tensors, 1))
}
