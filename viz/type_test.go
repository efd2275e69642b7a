package viz

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/testneed"
)

// Whatever a CSS pixel is on the device, and however small the window, the smallest type has its size.
func TestTheSmallestTypeHasTheSizeThatIsAskedFor(t *testing.T) {
	testneed.Display(t)
	for _, scale := range []float64{1, 1.25, 2} {
		v := New()
		v.Layout(int(800*scale), int(600*scale), scale)
		assert.Equal(t, 1.0, v.zoom, "as the window suggests")
		v.SetType(24)
		assert.Equal(t, 24.0, small*v.zoom)
		assert.InDelta(t, 24*scale, small*v.pen.scale, 1e-9)
		v.Layout(int(1920*scale), int(1080*scale), scale)
		assert.Equal(t, 24.0, small*v.zoom, "in a window of another size")
		v.SetType(8)
		assert.Greater(t, small*v.zoom, small, "a least size makes nothing smaller")
		v.SetType(0)
		assert.Equal(t, zoom(1920, 1080), v.zoom)
	}
}
