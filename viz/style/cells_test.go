package style

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// linear are the three channels of a colour as light.
func linear(c color.RGBA) (out [3]float64) {
	for i, v := range [3]uint8{c.R, c.G, c.B} {
		x := float64(v) / 255
		if out[i] = math.Pow((x+0.055)/1.055, 2.4); x <= 0.04045 {
			out[i] = x / 12.92
		}
	}
	return out
}

func mul(m [3][3]float64, v [3]float64) (out [3]float64) {
	for i := range m {
		for k := range v {
			out[i] += m[i][k] * v[k]
		}
	}
	return out
}

// lab is light as CIELAB, D65: a distance of about 2 can just be seen.
func lab(light [3]float64) [3]float64 {
	xyz := mul([3][3]float64{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}, light)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x, y, z := f(max(xyz[0], 0)/0.9505), f(max(xyz[1], 0)), f(max(xyz[2], 0)/1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func apart(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

// seen are what those see who lack no cone, or one of the three (Machado, Oliveira and Fernandes, 2009).
var seen = map[string][3][3]float64{
	"all cones":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func TestExpertsCanBeToldApartWithFewerCones(t *testing.T) {
	for who, m := range seen {
		for i := range Experts {
			for k := range i {
				least := 10.0
				if i < 4 {
					least = 25 // most networks have four
				}
				d := apart(lab(mul(m, linear(Expert(i, true)))), lab(mul(m, linear(Expert(k, true)))))
				assert.Greater(t, d, least, "%s: experts %d and %d", who, i+1, k+1)
			}
			known, not := lab(mul(m, linear(Expert(i, true)))), lab(mul(m, linear(Expert(i, false))))
			assert.Greater(t, not[0]-known[0], 15.0, "%s: expert %d, known or not", who, i+1)
		}
	}
	assert.Equal(t, Expert(1, true), Expert(1+Experts, true), "after so many they begin again")
}

func TestTheSurerTheDarkerForEverybodyAndAlikeInAllArms(t *testing.T) {
	hues := []color.RGBA{Neutral}
	for _, s := range Of(experiment.Default()) {
		hues = append(hues, s.Hue)
	}
	for who, m := range seen {
		var full []float64
		for _, hue := range hues {
			assert.Equal(t, Hole, Sure(hue, 0, false))
			assert.Equal(t, hue, Sure(hue, 255, true))
			before := math.Inf(1)
			for _, right := range []bool{false, true} { // what is known is darker in any case
				for sure := 0; sure < 256; sure += 51 {
					light := lab(mul(m, linear(Sure(hue, uint8(sure), right))))[0]
					assert.LessOrEqual(t, light, before, "%s: %v at %d", who, hue, sure)
					if sure > 0 {
						assert.Less(t, light, before-1, "%s: %v at %d", who, hue, sure)
					}
					before = light
				}
			}
			full = append(full, before)
		}
		if who == "all cones" {
			for _, light := range full[1:] {
				assert.InDelta(t, full[1], light, 8, "arms are compared")
			}
		}
	}
}
