package style

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// The farther from zero the darker, on both sides alike: who sees no hues sees the size.
func TestColoursOfNumbersGetDarkerAwayFromZero(t *testing.T) {
	for _, side := range []float32{-1, 1} {
		before := luminance(Diverging(0))
		for x := float32(0.05); x <= 1; x += 0.05 {
			now := luminance(Diverging(side * x))
			assert.Less(t, now, before, "at %g", side*x)
			assert.InDelta(t, luminance(Diverging(-side*x)), now, 0.09, "at %g as at %g", side*x, -side*x)
			before = now
		}
	}
}

func TestColoursOfNumbersEndWithTheirScale(t *testing.T) {
	assert.Equal(t, Diverging(1), Diverging(7))
	assert.Equal(t, Diverging(-1), Diverging(float32(math.Inf(-1))))
	assert.NotEqual(t, Diverging(1), Diverging(-1))
	assert.Equal(t, NoNumber, Diverging(float32(math.NaN())))
	for i := range 200 {
		assert.NotEqual(t, NoNumber, Diverging(float32(i-100)/100), "what is no number has a colour of its own")
	}
}
