package record

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Products in bf16 read some three digits, which is not said as if it were the order of a sum.
func TestWhoGoesOnElsewhereIsToldFromWhichDigitOn(t *testing.T) {
	const fast, exact = "CUDA, Card, sm_90, bf16", "CUDA, Card, sm_90, float32"
	assert.Empty(t, Foreign(fast, fast))
	assert.Contains(t, Foreign("AVX2", exact), "at first in its last digits, and more as it trains on")
	for _, x := range [][2]string{{fast, exact}, {"AVX2", fast}} {
		assert.Contains(t, Foreign(x[0], x[1]), "at first in the third digit, since products in bf16 read no more")
	}
}
