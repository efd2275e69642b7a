package viz

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// withExperts gives an invented record experts that divide the classes among themselves, the later the more.
func withExperts(r *record.Record) *record.Record {
	c, classes := r.Experiment.Model, len(r.Experiment.Task.Classes())
	for i := range r.Tracks {
		for k := range r.Tracks[i] {
			f := &r.Tracks[i][k]
			x := float64(f.Step) / float64(r.Experiment.Steps)
			f.Gets = make([]int32, c.Layers*c.Experts*classes)
			for l := range c.Layers {
				load, all := make([]float64, c.Experts), 0.0
				for e := range load {
					load[e] = 1 + 0.4*math.Sin(float64(5*e+3*l+i)+9*x)
					all += load[e]
				}
				for e := range load {
					f.ExpertLoad = append(f.ExpertLoad, float32(load[e]/all))
					f.Router = append(f.Router, float32(0.5/float64(c.Experts)+0.5*load[e]/all))
				}
				for class := range classes {
					if class == 2 && classes == 6 {
						continue // no other letters
					}
					for n := range 40 * c.TopK { // each symbol goes to so many
						e := (n + class) % c.Experts
						if float64(n%40)/40 < x {
							e = (class*7 + l + n/40*(1+class%2)) % c.Experts
						}
						f.Gets[(l*c.Experts+e)*classes+class]++
					}
				}
			}
		}
	}
	return r
}

func TestExpertsLookAsTheyDid(t *testing.T) {
	testneed.Display(t)
	text := experiment.Default().Rescale(400)
	deep, alone := text.Clone(), text.Clone()
	deep.Model.Layers, deep.Model.Experts = 12, 32
	alone.Arms = alone.Arms[:1]
	facts := factsOf(t, 36, 4)
	pinned := func(v *View) { v.Pin(Experts) }
	pointed := func(x, y float64) func(*View) { return func(v *View) { pinned(v); v.Point(x, y, true) } }
	staged := func(aside []PaneID) func(*View) {
		return func(v *View) { v.SetStage(Stage{Main: Experts, Aside: aside}) }
	}
	for name, c := range map[string]struct {
		record *record.Record
		w, h   int
		scale  float64
		set    func(*View)
	}{
		"experts":         {withExperts(invented(text)), 1000, 796, 1, pinned},
		"experts-before":  {withExperts(invented(text)), 1000, 796, 1, func(v *View) { pinned(v); v.SetStep(120) }},
		"experts-facts":   {withExperts(invented(facts)), 1000, 796, 1, pinned},
		"experts-phone":   {withExperts(invented(text)), 390, 405, 2, staged(nil)},
		"experts-deep":    {withExperts(invented(deep)), 1000, 796, 1, pinned},
		"experts-one-arm": {withExperts(invented(alone)), 520, 420, 1, pinned},
		"experts-lost":    {blownExperts(text), 900, 620, 1, pinned},
		"experts-old":     {recorded(t), 900, 420, 1, pinned},
		"experts-pointed": {withExperts(invented(text)), 900, 620, 1, pointed(300, 270)},
		"experts-router":  {withExperts(invented(text)), 900, 620, 1, pointed(200, 330)},
		"experts-load":    {withExperts(invented(text)), 900, 620, 1, pointed(200, 140)},
		"experts-aside":   {withExperts(invented(text)), 1040, 812, 1, staged([]PaneID{Loss, Experts, Copies})},
	} {
		t.Run(name, func(t *testing.T) { testgame.Golden(t, name, drawn(t, c.record, c.w, c.h, c.scale, c.set)) })
	}
}

// blownExperts is a record in which the second arm has diverged, and its router says nothing any more.
func blownExperts(e experiment.Experiment) *record.Record {
	r := blown(e, 320)
	withExperts(r)
	last := &r.Tracks[1][len(r.Tracks[1])-1]
	for i := range last.Router {
		last.Router[i] = float32(math.NaN())
	}
	return r
}

func TestPictureOfExpertsAllocatesLittle(t *testing.T) {
	testneed.Display(t)
	v := New()
	v.SetRecord(withExperts(invented(factsOf(t, 36, 4))))
	v.Layout(1040, 812, 1)
	v.Pin(Experts)
	assert.LessOrEqual(t, allocated(v, func(i int) int { return 600 + 20*i%200 }), 400.0)
}

func TestExpertsThatAreHiddenWithTheirArmAreNotDrawn(t *testing.T) {
	testneed.Display(t)
	r := withExperts(invented(experiment.Default().Rescale(400)))
	all := drawn(t, r, 800, 500, 1, func(v *View) { v.Pin(Experts) })
	some := drawn(t, r, 800, 500, 1, func(v *View) { v.Pin(Experts); v.Hide(1, true); v.Hide(2, true) })
	require.False(t, differing(all, some).Empty())
	assert.True(t, differing(all, drawn(t, r, 800, 500, 1, func(v *View) { v.Pin(Experts) })).Empty())
}
