package viz

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Whatever a CSS pixel is on the device, and however small the window, the smallest type has its size.
func TestTheSmallestTypeHasTheSizeThatIsAskedFor(t *testing.T) {
	testneed.Display(t)
	for _, scale := range []float64{1, 1.25, 2} {
		v := New()
		v.Layout(int(800*scale), int(600*scale), scale)
		assert.Equal(t, 1.0, v.zoom, "as the window suggests")
		v.SetType(24)
		assert.Equal(t, 24.0, small*v.zoom)
		assert.InDelta(t, 24*scale, small*v.pen.scale, 1e-9)
		v.Layout(int(1920*scale), int(1080*scale), scale)
		assert.Equal(t, 24.0, small*v.zoom, "in a window of another size")
		v.SetType(8)
		assert.Greater(t, small*v.zoom, small, "a least size makes nothing smaller")
		v.SetType(0)
		assert.Equal(t, zoom(1920, 1080), v.zoom)
	}
}

// fromAfar are records of every kind of task, with all that their pictures show.
func fromAfar(t *testing.T) map[string]*record.Record {
	t.Helper()
	named := func(name string) experiment.Experiment {
		e, err := experiment.Named(name)
		require.NoError(t, err)
		return e.Rescale(200)
	}
	return map[string]*record.Record{
		"facts": withExperts(placed(invented(named("facts")))),
		"sums":  withExperts(placed(invented(named("sums")))),
		"text":  withExperts(placed(told())),
	}
}

// asked answers everything that pictures ask of the networks of an invented record.
func asked(r *record.Record) func(arm int, q look.Question) (look.Answer, bool) {
	update, rest := updating(r, false), answering(r)
	return func(arm int, q look.Question) (look.Answer, bool) {
		if q.Kind == look.KindUpdate {
			return update(arm, q)
		}
		return rest(arm, q)
	}
}

// unreadable says which words of the pictures are too small, cut, or lie on others.
func unreadable(v *View, least float64) (out []string) {
	words := v.Words()
	for i, a := range words {
		if a.Size < least-1e-9 {
			out = append(out, fmt.Sprintf("%s: “%s” is %.1f px high", a.Pane, a.Text, a.Size))
		}
		for _, s := range v.Shown() {
			if s.Pane == a.Pane && (a.X < s.X-1 || a.X+a.W > s.X+s.W+1 || a.Y < s.Y-1 || a.Y+a.Size > s.Y+s.H+1) {
				out = append(out, fmt.Sprintf("%s: “%s” is cut", a.Pane, a.Text))
			}
		}
		for _, b := range words[:i] {
			const ink = 0.8 // of a type's size is between the tops of its capitals and the feet of its letters
			if a.Above == b.Above && a.Pane == b.Pane && a.X < b.X+b.W && b.X < a.X+a.W &&
				math.Abs(a.Y+a.Size/2-b.Y-b.Size/2) < ink*(a.Size+b.Size)/2 {
				out = append(out, fmt.Sprintf("%s: “%s” lies on “%s”", a.Pane, a.Text, b.Text))
			}
		}
	}
	return out
}

// Words that are to be read from afar are neither smaller than was asked for, nor cut, nor do they lie on each other:
// in every picture, before the widening and at the end, alone, as the story's, and beside another.
func TestWordsCanBeReadFromAfar(t *testing.T) {
	testneed.Display(t)
	const least = 24
	for task, r := range fromAfar(t) {
		over := sown(r.Experiment, 8, 8, nil)
		for _, p := range PanesOf(r.Experiment) {
			other := Loss
			if p.ID == Loss {
				other = Copies
			}
			for name, c := range map[string]struct {
				w, h int
				set  func(v *View)
			}{
				"presented": {1300, 950, func(v *View) { v.SetStage(Stage{Main: p.ID}) }},
				"alone":     {1600, 730, func(v *View) { v.Pin(p.ID) }},
				"small":     {900, 620, func(v *View) { v.Pin(p.ID); v.slowTo(5) }},
				"low":       {1100, 560, func(v *View) { v.Pin(p.ID); v.chosen.kind = 1 }},
				"two":       {1600, 730, func(v *View) { require.NoError(t, v.Only(p.ID, other)) }},
				"no-room":   {900, 620, func(v *View) { require.NoError(t, v.Only(p.ID, other)) }},
			} {
				t.Run(fmt.Sprintf("%s-%s-%s", task, p.ID, name), func(t *testing.T) {
					v, screen := New(), ebiten.NewImage(c.w, c.h)
					v.SetType(least)
					v.SetRecord(r)
					v.SetSeeds(over)
					v.SetLooked(asked(r))
					v.Layout(c.w, c.h, 1)
					c.set(v)
					for _, step := range []int{50, 200} {
						v.SetStep(step)
						v.Renew()
						v.Draw(screen, time.Now())
						require.NotEmpty(t, v.Words())
						assert.Empty(t, unreadable(v, least), "at step %d", step)
					}
					for _, used := range []*ebiten.Image{screen, v.image, v.pen.words.atlas} {
						used.Deallocate()
					}
				})
				testgame.EndFrame()
			}
		}
	}
}

// Where four tables of facts stand side by side in large type, they and what is said of them have the room that there
// is, and what is true of a network's copies is said too.
func TestTablesInLargeTypeUseTheRoom(t *testing.T) {
	testneed.Display(t)
	const w, h = 1600, 710
	v, screen := New(), ebiten.NewImage(w, h)
	v.SetType(24)
	v.SetRecord(fromAfar(t)["facts"])
	v.Layout(w, h, 1)
	v.SetStage(Stage{Main: Knowledge})
	v.Draw(screen, time.Now())
	lowest, furthest := 0.0, 0.0
	for _, word := range v.Words() {
		lowest, furthest = math.Max(lowest, word.Y+word.Size), math.Max(furthest, word.X+word.W)
	}
	assert.Greater(t, lowest, 0.88*h)
	assert.Greater(t, furthest, 0.95*w)
}
