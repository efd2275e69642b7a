package style

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// contrast is that of a colour with white, after WCAG 2.
func contrast(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 1.05 / (0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B) + 0.05)
}

func TestWordsInEveryHueCanBeRead(t *testing.T) {
	all := spare
	for _, l := range named {
		all = append(all[:len(all):len(all)], l)
	}
	for _, l := range all {
		// The page's panel is a little darker than white.
		assert.GreaterOrEqual(t, contrast(l.Hue)*0.94, 4.5, "%v", l.Hue)
	}
}

func TestNoTwoArmsLookAlike(t *testing.T) {
	many := experiment.Default()
	for len(many.Arms) < experiment.MaxArms {
		many.Arms = append(many.Arms, many.Arms[3])
	}
	list := []experiment.Experiment{many}
	for _, b := range experiment.Builtins() {
		list = append(list, b.Experiment)
	}
	for _, e := range list {
		seen := map[color.RGBA]bool{}
		for _, l := range Of(e) {
			assert.False(t, seen[l.Hue], "%s: %v twice", e.Name, l.Hue)
			seen[l.Hue] = true
		}
	}
	def := Of(experiment.Default())
	assert.Equal(t, []Marker{Disc, Square, Triangle, Diamond},
		[]Marker{def[0].Marker, def[1].Marker, def[2].Marker, def[3].Marker})
}

// An arm keeps its looks whatever becomes of the others.
func TestWhatIsLeftOfAnExperimentLooksAsItDid(t *testing.T) {
	for _, b := range experiment.Builtins() {
		before := map[string]Style{}
		for i, l := range Of(b.Experiment) {
			before[b.Arms[i].Name] = l
		}
		same := func(e experiment.Experiment, after string) {
			for i, l := range Of(e) {
				if was, ok := before[e.Arms[i].Name]; ok {
					assert.Equal(t, was, l, "%s: %s after %s", b.Experiment.Name, e.Arms[i].Name, after)
				}
			}
		}
		for i := range b.Arms {
			e := b.Clone()
			if _, err := e.RemoveArm(i); err == nil {
				same(e, "removal")
			}
			for k := range b.Arms {
				e = b.Clone()
				_, err := e.MoveArm(i, k)
				require.NoError(t, err)
				same(e, "a move")
			}
			e = b.Clone()
			_, err := e.CopyArm(i)
			require.NoError(t, err)
			same(e, "a copy")
		}
	}
}
