package figure

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// contrast is that of two colours, 1 to 21, as the guidelines for accessible pages have it (WCAG 2.2).
func contrast(a, b color.Color) float64 {
	luminance := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		linear := func(v uint32) float64 {
			x := float64(v) / 0xffff
			if x <= 0.04045 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestWordsAndArmsCanBeReadInBothThemes(t *testing.T) {
	all := []color.Color{ink, soft, wrong, style.Neutral}
	for i := range 9 {
		all = append(all, hue(style.At(i)))
	}
	for _, c := range all {
		assert.Greater(t, contrast(c, paper), 4.5, "%v on white", c)
		assert.Greater(t, contrast(OnDark(c), OnDark(paper)), 4.5, "%v in the dark", c)
	}
}

// Tables of facts tell by lightness how sure a network is: the other way round in the dark, and in the same order.
func TestTheDarkTurnsTheOrderOfLightnessRound(t *testing.T) {
	for _, hue := range []color.RGBA{style.Neutral, style.At(1).Hue, style.At(3).Hue} {
		light, dark := math.Inf(1), 0.0
		for sure := 0; sure < 256; sure += 51 {
			c := style.Sure(hue, uint8(sure), true)
			a, b := contrast(c, color.Black), contrast(OnDark(c), color.Black)
			assert.Less(t, a, light)
			assert.Greater(t, b, dark)
			light, dark = a, b
		}
	}
	shade := OnDark(color.NRGBA{0, 0x7a, 0x59, 0x2e})
	assert.EqualValues(t, 0x2e, shade.A, "a band stays as thin")
}
