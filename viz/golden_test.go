package viz

import (
	"image"
	"os"
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

func TestMain(m *testing.M) { testgame.Main(m) }

// recorded is a short run that was recorded once: 50 steps, Inner 1.5x at step 25, the arms of the default experiment.
// testdata/short.json is its experiment; `sparkling run viz/testdata/short.json --out` records it anew.
func recorded(t *testing.T) *record.Record {
	t.Helper()
	f, err := os.Open("testdata/short.sparkling")
	require.NoError(t, err)
	defer f.Close()
	r, err := record.Decode(f)
	require.NoError(t, err)
	return r
}

// drawn is what a view shows of a record.
func drawn(t *testing.T, r *record.Record, w, h int, scale float64, set func(*View)) image.Image {
	t.Helper()
	v := New()
	v.SetRecord(r)
	v.Layout(int(float64(w)*scale), int(float64(h)*scale), scale)
	set(v)
	v.Draw(ebiten.NewImage(int(float64(w)*scale), int(float64(h)*scale)), time.Now())
	return v.Picture()
}

func TestPanesLookAsTheyDid(t *testing.T) {
	testneed.Display(t)
	for name, c := range map[string]struct {
		w, h  int
		scale float64
		set   func(*View)
	}{
		"end":          {1040, 812, 1, func(*View) {}},
		"end-2x":       {700, 600, 2, func(*View) {}},
		"before":       {1040, 812, 1, func(v *View) { v.SetStep(20) }},
		"halves":       {1000, 796, 1, func(v *View) { v.SetStage(Stage{Divergence, Copies, []PaneID{Loss}}) }},
		"phone":        {390, 405, 1, func(v *View) { v.SetStage(Stage{Main: Copies, Aside: []PaneID{Loss}}) }},
		"phone-loss":   {390, 405, 1, func(v *View) { v.SetStage(Stage{Main: Loss}) }},
		"pinned":       {1000, 796, 1, func(v *View) { v.Pin(Loss); v.Point(120, 18, true) }},
		"just-widened": {1040, 812, 1, func(v *View) { v.SetStep(26) }},
		"gradients":    {390, 405, 1, func(v *View) { v.Pin(Copies); v.SetQuantity(record.Gradient) }},
		"loss-pointed": {520, 420, 1, func(v *View) { v.Pin(Loss); v.Point(280, 120, true) }},
		"pair-pointed": {520, 420, 1, func(v *View) { v.Pin(Copies); v.Point(260, 130, true) }},
		"cosine":       {520, 420, 1, func(v *View) { v.Pin(Divergence); v.Point(250, 200, true) }},
		"rms-pointed":  {520, 420, 1, func(v *View) { v.Pin(RMS); v.Point(120, 200, true) }},
	} {
		t.Run(name, func(t *testing.T) { testgame.Golden(t, name, drawn(t, recorded(t), c.w, c.h, c.scale, c.set)) })
	}
}

func TestPanesOfOtherExperimentsLookAsTheyDid(t *testing.T) {
	testneed.Display(t)
	named := func(name string, change func(*experiment.Experiment)) experiment.Experiment {
		e, err := experiment.Named(name)
		require.NoError(t, err)
		e = e.Rescale(200)
		change(&e)
		return e
	}
	same, muon := func(*experiment.Experiment) {}, func(e *experiment.Experiment) { e.Optimizer.Kind = "muon" }
	for name, c := range map[string]struct {
		experiment experiment.Experiment
		w, h       int
		step       int
		only       PaneID
	}{
		"signal":        {named("signal", same), 1000, 796, 110, ""},
		"signal-phone":  {named("signal", same), 390, 405, -1, Loss},
		"compute":       {named("compute", muon), 520, 420, -1, Loss},
		"compute-phone": {named("compute", muon), 390, 405, -1, Loss},
		"pairs":         {named("pairs", same), 1000, 796, -1, ""},
		"pairs-phone":   {named("pairs", same), 390, 405, -1, Copies},
		"stages":        {named("stages", same), 1000, 796, -1, ""},
		"gains":         {named("norm-weights", same), 520, 420, -1, Copies},
		"gains-before":  {named("norm-weights", same), 520, 420, 50, Copies},
		"dense":         {named("dense", same), 520, 420, -1, Copies},
		"six-by-eight": {named("default", func(e *experiment.Experiment) { e.Model.Layers, e.Model.Experts = 6, 8 }),
			1000, 796, -1, ""},
		"twelve-by-32": {named("default", func(e *experiment.Experiment) { e.Model.Layers, e.Model.Experts = 12, 32 }),
			520, 420, -1, Copies},
		"twelve-blocks": {named("default", func(e *experiment.Experiment) { e.Model.Layers = 12 }), 390, 405, -1, RMS},
	} {
		t.Run(name, func(t *testing.T) {
			testgame.Golden(t, name, drawn(t, invented(c.experiment), c.w, c.h, 1, func(v *View) {
				v.SetStep(c.step)
				v.Pin(c.only)
				v.SetScale(ScaleFor(c.experiment))
			}))
		})
	}
}

func TestPanesSayWhatIsNoNumber(t *testing.T) {
	testneed.Display(t)
	e := experiment.Default().Rescale(200)
	many := e.Clone()
	many.Model.Layers, many.Model.Experts = 6, 8
	for name, c := range map[string]struct {
		experiment experiment.Experiment
		w, h       int
		set        func(*View)
	}{
		"diverged":           {e, 1000, 796, func(*View) {}},
		"diverged-pointed":   {e, 520, 420, func(v *View) { v.Pin(Loss); v.Point(300, 120, true) }},
		"diverged-rms":       {e, 520, 420, func(v *View) { v.Pin(RMS); v.Point(120, 200, true) }},
		"diverged-pair":      {e, 520, 420, func(v *View) { v.Pin(Copies); v.Point(80, 160, true) }},
		"diverged-cells":     {many, 520, 420, func(v *View) { v.Pin(Copies) }},
		"diverged-cosine":    {e, 520, 420, func(v *View) { v.Pin(Divergence); v.Point(250, 200, true) }},
		"before-it-diverged": {e, 520, 420, func(v *View) { v.Pin(Copies); v.SetStep(130) }},
	} {
		t.Run(name, func(t *testing.T) {
			testgame.Golden(t, name, drawn(t, blown(c.experiment, 140), c.w, c.h, 1, c.set))
		})
	}
}

func TestScreenIsDrawnOnlyWhereSomethingChanged(t *testing.T) {
	testneed.Display(t)
	r := recorded(t)
	v := New()
	v.SetRecord(r)
	v.Layout(600, 500, 1)
	screen := ebiten.NewImage(600, 500)
	blank := func() bool {
		px := make([]byte, 4*600*500)
		screen.ReadPixels(px)
		for _, b := range px {
			if b != 0 {
				return false
			}
		}
		return true
	}
	now := time.Now()
	v.Draw(screen, now)
	require.False(t, blank())
	screen.Clear()
	now = now.Add(2 * Refresh)
	v.Draw(screen, now)
	assert.True(t, blank(), "nothing has changed")
	assert.False(t, v.Stale(now))
	assert.False(t, v.Behind())
	v.SetStep(30)
	now = now.Add(2 * Refresh)
	v.SetRefresh(time.Hour)
	assert.False(t, v.Stale(now), "it is not time yet")
	assert.True(t, v.Behind(), "but there is something to show")
	v.SetRefresh(Refresh)
	assert.True(t, v.Stale(now))
	v.Draw(screen, now)
	assert.False(t, blank(), "another step is shown")
	screen.Clear()
	for range 6 { // one picture a frame
		now = now.Add(time.Millisecond)
		v.Draw(screen, now)
	}
	assert.False(t, v.Stale(now), "all pictures show it")
	assert.False(t, v.Behind())
	screen.Clear()
	v.Present()
	v.Draw(screen, now)
	assert.False(t, blank(), "it was asked for")
}

// allocated is how many allocations a picture of another step costs, once its first has been drawn.
func allocated(v *View, step func(i int) int) float64 {
	screen, now, i := ebiten.NewImage(1040, 812), time.Now(), 0
	v.Draw(screen, now)
	return testing.AllocsPerRun(20, func() {
		i++
		v.SetStep(step(i))
		now = now.Add(2 * Refresh)
		v.Draw(screen, now)
	})
}

// What a picture leaves to the garbage collector is what makes some frames long.
func TestPictureAllocatesLittle(t *testing.T) {
	testneed.Display(t)
	v := New()
	v.SetRecord(recorded(t))
	v.Layout(1040, 812, 1)
	v.Draw(ebiten.NewImage(1040, 812), time.Now())
	for _, pane := range PanesOf(v.rec.Experiment) {
		v.Pin(pane.ID)
		allocs := allocated(v, func(i int) int { return 40 + i%10 })
		t.Logf("%s: %.0f allocations a picture", pane.Label, allocs)
		assert.LessOrEqual(t, allocs, 250.0, pane.Label)
	}
}
