package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAGradientIsClippedByItsNormAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		clip, norm float64
		want       float32
	}{
		{0, 1e9, 1}, {1, 0, 1}, {1, 0.5, 1}, {1, 4, 1 / (4 + 1e-6)}, {0.25, 2, 0.25 / (2 + 1e-6)},
		{1, math.Inf(1), 1}, {1, math.NaN(), 1},
	} {
		assert.Equal(t, c.want, Config{Clip: c.clip}.ClipFactor(c.norm), "%+v", c)
	}
}
