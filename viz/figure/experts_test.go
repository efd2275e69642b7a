package figure

import (
	"bytes"
	"fmt"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// divided is a record in which the arms have experts that divide the classes among themselves, the later arm the more.
func divided(e experiment.Experiment, arms ...int) *record.Record {
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	c, classes := e.Model, len(e.Task.Classes())
	for _, arm := range arms {
		for step := 0; step <= e.Steps; step += 20 {
			if arm > 0 && step <= e.Fork() {
				continue
			}
			f := record.ArmFrame{Arm: arm, Step: step, ValLoss: 2, FullValLoss: float32(math.NaN())}
			for l := range c.Layers {
				for x := range c.Experts {
					share := 1 + 0.5*math.Sin(2*math.Pi*float64(x)/float64(c.Experts)+float64(step)/60+float64(l))
					f.ExpertLoad = append(f.ExpertLoad, float32(share/float64(c.Experts)))
					f.Router = append(f.Router, float32(share/float64(c.Experts)))
					for class := range classes {
						n := int32(20)
						if (class+l)%c.Experts == x {
							n += int32(5 * (arm + 1))
						}
						if (class+l+1)%c.Experts == x {
							n -= int32(5 * (arm + 1))
						}
						f.Gets = append(f.Gets, n)
					}
				}
			}
			r.Tracks[arm] = append(r.Tracks[arm], f)
		}
	}
	return r
}

func TestExpertsLookAsTheyDid(t *testing.T) {
	text := experiment.Default().Rescale(200)
	facts, err := experiment.Named("facts")
	require.NoError(t, err)
	facts = facts.Rescale(200)
	deep := text.Clone()
	deep.Model.Layers, deep.Model.Experts = 12, 32
	lost := divided(text, 0, 1, 2, 3)
	last := &lost.Tracks[1][len(lost.Tracks[1])-1]
	last.NotFinite, last.Router[1] = "a loss", float32(math.NaN())
	for name, r := range map[string]*record.Record{
		"experts": divided(text, 0, 1, 2, 3), "experts-facts": divided(facts, 0, 1, 2, 3),
		"experts-before": divided(text, 0), "experts-deep": divided(deep, 0, 3), "experts-diverged": lost,
	} {
		t.Run(name, func(t *testing.T) {
			f, ok := drawExperts(r)
			require.True(t, ok)
			var b bytes.Buffer
			require.NoError(t, f.told(runs{r}).PNG(&b, 96))
			m, err := png.Decode(&b)
			require.NoError(t, err)
			testgame.Golden(t, name, m)
		})
	}
}

// What has no room in a figure is said in it.
func TestAFigureOfExpertsSaysWhichLayersItLeavesOut(t *testing.T) {
	deep := experiment.Default().Rescale(200)
	deep.Model.Layers, deep.Model.Experts = 12, 32
	for _, c := range []struct {
		e    experiment.Experiment
		of   For
		says string
	}{
		{experiment.Default().Rescale(200), Page, ""},
		{deep, Page, "Of 12 layers only 1, 2, 11 and 12 have room here."},
		{deep, Projector, "Of 12 layers only layer 12 has room here."},
		{experiment.Default().Rescale(200), Projector, "Of 2 layers only layer 2 has room here."},
	} {
		f, ok := drawExperts(divided(c.e, 0, 3))
		require.True(t, ok)
		var b bytes.Buffer
		require.NoError(t, f.In(Options{For: c.of}).SVG(&b))
		if c.says == "" {
			assert.NotContains(t, b.String(), "room here")
			continue
		}
		assert.Contains(t, b.String(), c.says)
		assert.Contains(t, b.String(), fmt.Sprintf(">Layer %d of %d<", c.e.Model.Layers, c.e.Model.Layers))
	}
}

func TestThereIsNoFigureOfExpertsWhereThereIsOneOrNothingWasMeasured(t *testing.T) {
	e := experiment.Default().Rescale(200)
	old := divided(e, 0)
	for i := range old.Tracks[0] {
		old.Tracks[0][i].Router, old.Tracks[0][i].Gets = nil, nil
	}
	_, ok := drawExperts(old)
	assert.False(t, ok, "of a record from before it was measured")
	e.Model.Experts, e.Model.TopK = 1, 1
	_, ok = drawExperts(divided(e, 0))
	assert.False(t, ok, "of a dense network")
}
