package viz

import (
	"testing"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/testneed"
)

// A print is what the view shows, at any sharpness, but for what only points at it.
func TestPrintIsWhatIsShownAtAnySharpness(t *testing.T) {
	testneed.Display(t)
	set := func(v *View) { v.SetStep(40); v.SetQuantity(1) }
	for scale := range 2 {
		scale := float64(scale + 1)
		v := New()
		v.SetRecord(recorded(t))
		v.Layout(700, 600, 1)
		set(v)
		v.Point(200, 100, true)
		v.Draw(ebiten.NewImage(700, 600), time.Now())
		want := drawn(t, recorded(t), 700, 600, scale, func(v *View) { set(v); v.printed = true })
		assert.Equal(t, want, v.Print(scale), "%v", scale)
	}
}
