package job

import (
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
)

// Products are the matrix products of one training step of the default experiment after Inner 2x.
func Products() []shapes.Product {
	s := workload.Default()
	return shapes.Step(s.Model, s.Batch, s.Seq)
}

// Batch is how many equal products of a layer a peer that knows batches gets in one call: the heads of all sequences, or the experts.
// Products over all tokens stand alone.
func Batch(p shapes.Product) int {
	s := workload.Default()
	if p.M == s.Tokens() || p.K == s.Tokens() {
		return 1
	}
	return max(1, p.Count/(2*s.Model.Layers))
}
