//go:build linux && amd64

package cuda_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
)

func TestAnUpdateAllocatesNothing(t *testing.T) {
	f, _ := open(t, cuda.BF16)
	for _, kind := range optim.Kinds {
		s := setup(small(), kind)
		s.Accumulate, s.Optimizer.Clip, s.Recompute = 2, 0.01, true
		l := start(t, f, s)
		ids, labels := tokens(60, 5)
		assert.Zero(t, testing.AllocsPerRun(2, func() { _, _ = l.Train(ids, labels, rates) }), kind)
	}
}
