package viz

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// A pixel has the colour of its number: what is none has one of its own, and what is beyond the scale that of its end.
func TestAHeatMapHasAPixelANumber(t *testing.T) {
	testneed.Display(t)
	h := &heat{}
	defer func() { h.free() }()
	numbers := []float32{0, 0.5, -0.25, 7, float32(math.NaN()), float32(math.Inf(-1))}
	want := []color.RGBA{style.Diverging(0), style.Diverging(1), style.Diverging(-0.5), style.Diverging(1),
		style.NoNumber, style.NoNumber}
	assert.True(t, h.shows("these", 3, 2))
	for i, x := range numbers {
		h.set(i, x, 0.5)
	}
	h.write()
	assert.False(t, h.shows("these", 3, 2), "it is as it should be")
	for i, c := range want {
		assert.Equal(t, c, h.image.At(i%3, i/3), "number %d", i)
	}
	assert.True(t, h.shows("others", 3, 2))
	assert.True(t, h.shows("others", 2, 3), "of another shape it is made anew")
}
