package viz

import (
	"testing"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// keeping is an invented record whose arms were all widened alike, so that the mean RMS ratio hardly moved.
func keeping(t *testing.T, change func(*experiment.Experiment)) *record.Record {
	t.Helper()
	r := loaded(t, "facts", change)
	for i := range r.Reports {
		p := &r.Reports[i]
		p.RMSBefore = r.Reports[0].RMSBefore
		p.RMSAfter, p.RMSUnscaled = nil, nil
		for k, b := range p.RMSBefore {
			after, without := b, b
			after.Out *= 1 + 0.001*float32(k)
			without.Out *= 1.08 + 0.05*float32(k%2)
			p.RMSAfter, p.RMSUnscaled = append(p.RMSAfter, after), append(p.RMSUnscaled, without)
		}
	}
	return r
}

func TestWhatTheWideningDidToTheSignalLooksAsItDid(t *testing.T) {
	testneed.Display(t)
	deep := keeping(t, func(e *experiment.Experiment) { e.Model.Layers = 8 })
	same := keeping(t, func(*experiment.Experiment) {})
	parts := loaded(t, "signal", func(*experiment.Experiment) {})
	for name, c := range map[string]struct {
		record *record.Record
		w, h   int
		scale  float64
	}{
		"moment":       {same, 1000, 700, 1},
		"moment-2x":    {same, 640, 520, 2},
		"moment-phone": {same, 390, 405, 1},
		"moment-deep":  {deep, 1000, 700, 1},
		"moment-parts": {parts, 1000, 700, 1},
		"moment-lost":  {blown(experiment.Default().Rescale(200), 140), 1000, 700, 1},
	} {
		t.Run(name, func(t *testing.T) {
			testgame.Golden(t, name, drawn(t, c.record, c.w, c.h, c.scale, func(v *View) {
				v.SetStage(Stage{Main: RMS, Aside: []PaneID{Network, Copies}})
				v.SetStep(c.record.Experiment.Fork() + 1)
				v.Point(300, 250, name == "moment-2x")
			}))
		})
	}
}
