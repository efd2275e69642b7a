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
	"github.com/sparkling-lab/sparkling/sim/seeds"
)

// sown is what so many seeds of an experiment came to: the first few have ended, two more are under way. Each seed
// shifts all arms alike, and every arm a little by itself.
func sown(e experiment.Experiment, all, ended int, change func(seed int, r *record.Record)) *seeds.Summary {
	var runs []seeds.Run
	for seed := 1; seed <= all; seed++ {
		e := e.Clone()
		e.Seed = uint64(seed)
		if seed > ended+2 {
			runs = append(runs, seeds.Waiting(e, e.Seed))
			continue
		}
		r := invented(e)
		arms := make([]record.ArmStatus, len(e.Arms))
		for i := range r.Tracks {
			shift := float32(0.05*math.Sin(float64(3*seed)) + 0.008*math.Sin(float64(7*seed+2*i)))
			for k := range r.Tracks[i] {
				f := &r.Tracks[i][k]
				f.ValLoss, f.FullValLoss = f.ValLoss+shift, f.FullValLoss+shift
				f.Right += f.Asked * (seed%5 - 2 + (seed*i)%3) / 60
			}
			arms[i].State = record.Finished
		}
		if change != nil {
			change(seed, r)
		}
		for i := range r.Tracks {
			if _, lost := r.Diverged(i, e.Steps); lost {
				arms[i].State = record.Failed
			}
			if seed > ended {
				r.Tracks[i] = r.Tracks[i][:len(r.Tracks[i])*2/3]
			}
		}
		runs = append(runs, seeds.Read(r, arms, seed <= ended))
	}
	return seeds.Summarize(e, runs)
}

func TestSeedsLookAsTheyDid(t *testing.T) {
	testneed.Display(t)
	text := experiment.Default().Rescale(200)
	facts, err := experiment.Named("facts")
	require.NoError(t, err)
	facts = facts.Rescale(400)
	diverges := func(seed int, r *record.Record) {
		if seed == 2 {
			track := r.Tracks[2]
			track = track[:len(track)-3]
			track[len(track)-1].NotFinite = "layers.1.experts.2.down"
			r.Tracks[2] = track
		}
	}
	large := func(v *View) { v.Pin(Seeds) }
	for name, c := range map[string]struct {
		of   experiment.Experiment
		sum  *seeds.Summary
		w, h int
		set  func(*View)
	}{
		"seeds":          {text, sown(text, 8, 8, nil), 1000, 796, large},
		"seeds-under":    {text, sown(text, 8, 3, nil), 1000, 796, large},
		"seeds-begun":    {text, sown(text, 8, 0, nil), 520, 420, large},
		"seeds-two":      {text, sown(text, 8, 2, nil), 640, 520, large},
		"seeds-empty":    {text, nil, 520, 420, large},
		"seeds-diverged": {text, sown(text, 4, 4, diverges), 1000, 796, large},
		"seeds-facts":    {facts, sown(facts, 8, 6, nil), 1000, 796, large},
		"seeds-curve":    {text, sown(text, 8, 8, nil), 1000, 796, func(v *View) { large(v); v.Point(500, 300, true) }},
		"seeds-dot":      {text, sown(text, 8, 8, nil), 1000, 796, func(v *View) { large(v); v.Point(153, 730, true) }},
		"seeds-phone":    {facts, sown(facts, 8, 6, nil), 390, 405, large},
		"seeds-stage": {facts, sown(facts, 8, 6, nil), 1000, 796,
			func(v *View) { v.SetStage(Stage{Main: Knowledge, Aside: []PaneID{Seeds, Loss}}) }},
	} {
		t.Run(name, func(t *testing.T) {
			testgame.Golden(t, name, drawn(t, invented(c.of), c.w, c.h, 1, func(v *View) {
				v.SetSeeds(c.sum)
				c.set(v)
			}))
		})
	}
}

func TestSeedsOfOtherArmsAreNotShown(t *testing.T) {
	testneed.Display(t)
	e := experiment.Default().Rescale(200)
	s := sown(e, 4, 4, nil)
	e.Arms = e.Arms[:2]
	v := New()
	v.SetRecord(invented(e))
	v.SetSeeds(s)
	assert.Nil(t, v.overSeeds)
}

func TestAnArmThatIsHiddenIsOutOfThePictureOfSeeds(t *testing.T) {
	testneed.Display(t)
	e := experiment.Default().Rescale(200)
	shown := func(hide bool) any {
		return drawn(t, invented(e), 800, 600, 1, func(v *View) {
			v.SetSeeds(sown(e, 8, 8, nil))
			v.Pin(Seeds)
			v.Hide(3, hide)
			if hide {
				assert.Equal(t, []int{0, 2}, v.comparedArms())
			}
		})
	}
	assert.NotEqual(t, shown(false), shown(true))
}
