package viz

import (
	"testing"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// loaded is an invented record whose experts have a load.
func loaded(t *testing.T, name string, change func(*experiment.Experiment)) *record.Record {
	t.Helper()
	e, err := experiment.Named(name)
	require.NoError(t, err)
	e = e.Rescale(200)
	change(&e)
	r := invented(e)
	for i := range r.Tracks {
		for k := range r.Tracks[i] {
			f := &r.Tracks[i][k]
			for _, g := range f.Pairs {
				for n := range g.Orig {
					g.Orig[n], g.Copy[n] = int32(n), int32(n+len(g.Orig))
				}
			}
			for l := range e.Model.Layers {
				n := e.Model.Experts
				for x := range n {
					share := float32(2*((3*x+l+i)%n)+1+n) / float32(2*n)
					f.ExpertLoad = append(f.ExpertLoad, share/float32(n))
				}
			}
		}
	}
	return r
}

// widening is a view of a record that has shown the step before the first widening and then another, and a time for it.
func widening(r *record.Record, w, h int, scale float64, then int) (*View, *ebiten.Image, time.Time) {
	v, screen, at := New(), ebiten.NewImage(int(float64(w)*scale), int(float64(h)*scale)), time.Unix(0, 0)
	v.SetRecord(r)
	v.Layout(int(float64(w)*scale), int(float64(h)*scale), scale)
	v.Pin(Network)
	v.SetStep(r.Experiment.Fork() - 1)
	v.Draw(screen, at)
	v.SetStep(then)
	v.Draw(screen, at)
	return v, screen, at
}

func TestNetworkLooksAsItDid(t *testing.T) {
	testneed.Display(t)
	same := func(*experiment.Experiment) {}
	model := func(layers, experts, top, inner int) func(*experiment.Experiment) {
		return func(e *experiment.Experiment) {
			e.Model.Layers, e.Model.Experts, e.Model.TopK, e.Model.Inner = layers, experts, top, inner
		}
	}
	for name, c := range map[string]struct {
		record *record.Record
		w, h   int
		scale  float64
		step   int
	}{
		"network-small":       {loaded(t, "facts", same), 300, 220, 1, 40},
		"network-large":       {loaded(t, "facts", same), 900, 600, 1, 40},
		"network-large-2x":    {loaded(t, "facts", same), 450, 300, 2, 40},
		"network-dense":       {loaded(t, "dense", same), 300, 220, 1, 40},
		"network-text":        {loaded(t, "default", same), 520, 420, 1, 40},
		"network-8-by-16":     {loaded(t, "default", model(8, 16, 2, 256)), 900, 600, 1, 40},
		"network-8-by-16-end": {loaded(t, "default", model(8, 16, 2, 256)), 300, 220, 1, -1},
		"network-12-by-32":    {loaded(t, "default", model(12, 32, 4, 16)), 300, 220, 1, 40},
		"network-one":         {loaded(t, "default", model(1, 1, 1, 5)), 300, 220, 1, 40},
		"network-end":         {loaded(t, "facts", same), 900, 600, 1, -1},
		"network-end-small":   {loaded(t, "facts", same), 300, 220, 1, -1},
		"network-hidden-end":  {loaded(t, "norm-weights", same), 520, 420, 1, -1},
		"network-pairs-end":   {loaded(t, "pairs", same), 900, 600, 1, -1},
		"network-stages":      {loaded(t, "stages", same), 900, 600, 1, 80},
	} {
		t.Run(name, func(t *testing.T) {
			testgame.Golden(t, name, drawn(t, c.record, c.w, c.h, c.scale, func(v *View) {
				v.Pin(Network)
				v.SetStep(c.step)
			}))
		})
	}
}

// Neurons split as the shown step comes to a widening, slowly; in the end the pairs stand as they do among the copies.
func TestNeuronsSplitAtTheWidening(t *testing.T) {
	testneed.Display(t)
	same := func(*experiment.Experiment) {}
	for name, c := range map[string]struct {
		experiment string
		w, h       int
		scale      float64
		share      float64
	}{
		"split-0":       {"facts", 900, 600, 1, 0},
		"split-quarter": {"facts", 900, 600, 1, 0.25},
		"split-half":    {"facts", 900, 600, 1, 0.5},
		"split-parts":   {"facts", 900, 600, 1, 0.85},
		"split-1":       {"facts", 900, 600, 1, 1},
		"split-small":   {"facts", 300, 220, 2, 0.4},
		"split-hidden":  {"norm-weights", 520, 420, 1, 0.5},
		"split-random":  {"pairs", 900, 600, 1, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			r := loaded(t, c.experiment, same)
			v, screen, at := widening(r, c.w, c.h, c.scale, r.Experiment.Fork()+1)
			v.Draw(screen, at.Add(time.Duration(c.share*float64(motionTime))))
			testgame.Golden(t, name, v.Picture())
			assert.Equal(t, c.share < 1, v.Behind())
		})
	}
}

// Beside another picture the network is small, and on a phone alone; it says little there.
func TestNetworkStandsAside(t *testing.T) {
	testneed.Display(t)
	for name, c := range map[string]struct {
		main  PaneID
		w, h  int
		scale float64
		step  int
	}{
		"network-aside": {Loss, 800, 600, 1, 40}, "network-aside-end": {Loss, 800, 600, 1, -1},
		"network-aside-2x": {Loss, 800, 600, 2, 61}, "network-phone": {Network, 390, 405, 1, 40},
		"network-phone-end": {Network, 390, 405, 2, -1},
	} {
		t.Run(name, func(t *testing.T) {
			r := loaded(t, "facts", func(*experiment.Experiment) {})
			testgame.Golden(t, name, drawn(t, r, c.w, c.h, c.scale, func(v *View) {
				v.SetStage(Stage{Main: c.main, Aside: []PaneID{Network, Copies, RMS}})
				v.SetStep(c.step)
			}))
		})
	}
}
