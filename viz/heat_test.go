package viz

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/look"
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

// Where a number is no longer one, the others keep their scale: it is drawn to show where the network breaks.
func TestWhatIsNoNumberSetsNoScale(t *testing.T) {
	u := inventedUpdate(1, look.OneUpdate(0, 0, 0, look.Twin), false)
	row := &u.Sides[1].Rows[0]
	gradients := slowStripsOf(&u.Rule)[1]
	before := gradients.most(u, 0)
	for i, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		row.Gradient[i] = float32(x)
	}
	row = &u.Sides[0].Rows[0]
	row.Gradient[5] = -2 * before
	most := gradients.most(u, 0)
	assert.Equal(t, 2*before, most)
	assert.Equal(t, style.NoNumber, scaled(float32(math.NaN()), most))
	assert.Equal(t, style.Diverging(-1), scaled(row.Gradient[5], most))
}
