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

// The rivals' dynamics (paper, App. K). The paper gives no formulas: these are ours, after the works that it cites:
// Shen et al. 2022 (arXiv 2203.06211), Wang et al. 2024 (LEMON, arXiv 2310.07999) and Yuan et al. 2023 (arXiv
// 2306.12700).
const (
	// on from where a wide network trained from scratch has the present loss (Shen 2022)
	Remapped    DynamicsKind = "remapped"
	FasterDecay DynamicsKind = "faster-decay" // the cosine ends after Share of the steps left (LEMON, Wang 2024)
	NormAdapted DynamicsKind = "norm-adapted" // the rate of a tensor's new block is times RMS(new)/RMS(old) (Yuan 2023)
)

// DynamicsKinds lists all.
var DynamicsKinds = []DynamicsKind{Remapped, FasterDecay, NormAdapted}

// Dynamics is what becomes of the learning rates after a widening; the zero value leaves them to the re-warmup.
type Dynamics struct {
	Kind  DynamicsKind `json:"kind"`
	Share float64      `json:"fraction,omitempty"` // of faster-decay: 0.75 is the paper's 25 % faster, 0.5 its 50 %
}

// Validate says which field is wrong and what is allowed.
func (d Dynamics) Validate() error {
	switch {
	case d.Kind != "" && !slices.Contains(DynamicsKinds, d.Kind):
		return fmt.Errorf("dynamics.kind is %q; allowed are remapped, faster-decay and norm-adapted", string(d.Kind))
	case d.Kind == FasterDecay && !(d.Share > 0 && d.Share <= 1):
		return fmt.Errorf("dynamics.fraction is %g; allowed are values above 0 up to 1", d.Share)
	case d.Kind != FasterDecay && d.Share != 0:
		return fmt.Errorf("dynamics.fraction is %g; only faster-decay has one", d.Share)
	}
	return nil
}

// BlockRates are learning rates by tensor and age, for networks whose new blocks follow their norms (App. K). A tensor
// is one of the table, all its experts together; its old block is all that was there before the widening.
type BlockRates struct {
	eng     compute.Engine
	ages    int
	adapted []bool        // by age: the widening that brought it asks for it
	runs    [][]model.Run // by tensor
	sum     []float64     // by age, of one tensor
	count   []float64
	Mean    float64 // of the newest age's rates over the tensors that have it, as last filled
}

// NewBlockRates prepares the rates of a network of that shape and growth; adapted says for every age whether it follows
// its norm.
func NewBlockRates(eng compute.Engine, g model.Growth, t *model.Table, adapted []bool) *BlockRates {
	b := &BlockRates{eng: eng, ages: g.Stages(), adapted: adapted, sum: make([]float64, g.Stages()),
		count: make([]float64, g.Stages())}
	g.ByTensor = false
	for _, x := range t.Tensors {
		b.runs = append(b.runs, g.TensorRuns(x))
	}
	return b
}

// Fill sets into[tensor·ages + age] to the rate that an age has, byAge, times RMS(block)/RMS(all older blocks) where
// the age is adapted and both are above 0. It allocates nothing.
func (b *BlockRates) Fill(into, byAge []float64, p model.Values) {
	newest, tensors := 0.0, 0
	for i, runs := range b.runs {
		clear(b.sum)
		clear(b.count)
		for _, r := range runs {
			b.sum[r.Age] += b.eng.SumSquares(p.Data[r.From:r.To])
			b.count[r.Age] += float64(r.To - r.From)
		}
		sum, count := 0.0, 0.0
		for k := range b.ages {
			rate := byAge[k]
			if b.adapted[k] && sum*b.sum[k] > 0 {
				rate *= math.Sqrt(b.sum[k] / b.count[k] * count / sum)
			}
			into[i*b.ages+k] = rate
			sum, count = sum+b.sum[k], count+b.count[k]
			if k == b.ages-1 && b.count[k] > 0 {
				newest, tensors = newest+rate, tensors+1
			}
		}
	}
	b.Mean = newest / float64(max(tensors, 1))
}
