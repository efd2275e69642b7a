package viz

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// factsOf is the experiment of facts with so many letters and arms.
func factsOf(t *testing.T, letters, arms int) experiment.Experiment {
	t.Helper()
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e.Task.Letters = letters
	for len(e.Arms) < arms {
		a := e.Clone().Arms[1+len(e.Arms)%3]
		a.Name = "Another " + a.Name
		e.Arms = append(e.Arms, a)
	}
	e.Arms = e.Arms[:arms]
	return e
}

// locked is a record in which the copies of the second arm never part.
func locked(r *record.Record) *record.Record {
	for _, f := range r.Tracks[1] {
		for _, g := range f.Pairs {
			for q := range g.Stats {
				for i := range g.Stats[q] {
					g.Stats[q][i] = record.PairStat{Cos: 1, State: record.Locked}
				}
			}
		}
	}
	return r
}

func TestKnowledgeLooksAsItDid(t *testing.T) {
	testneed.Display(t)
	four, small, eight := factsOf(t, 36, 4), factsOf(t, 24, 4), factsOf(t, 24, 8)
	few, many := factsOf(t, 8, 2), factsOf(t, 16, 2)
	many.Model.Experts = 16
	sums, err := experiment.Named("sums")
	require.NoError(t, err)
	staged := func(step int) func(*View) {
		return func(v *View) {
			v.SetStage(Stage{Main: Knowledge, Aside: []PaneID{Knowledge, Knowledge}})
			v.SetStep(step)
		}
	}
	alone := func(step int) func(*View) { return func(v *View) { v.Pin(Knowledge); v.SetStep(step) } }
	for name, c := range map[string]struct {
		record *record.Record
		w, h   int
		scale  float64
		set    func(*View)
	}{
		"facts-before":     {invented(four), 1040, 812, 1, staged(250)},
		"facts-end":        {locked(invented(four)), 1040, 812, 1, staged(-1)},
		"facts-2x":         {locked(invented(four)), 900, 420, 2, alone(600)},
		"facts-before-2x":  {invented(small), 560, 520, 2, alone(240)},
		"facts-phone":      {locked(invented(four)), 390, 560, 1, alone(600)},
		"facts-phone-2x":   {invented(small), 390, 620, 2, alone(200)},
		"facts-experts":    {invented(four), 900, 420, 1, func(v *View) { alone(600)(v); v.SetColouring(ByExpert) }},
		"facts-sixteen":    {invented(many), 520, 420, 1, func(v *View) { alone(600)(v); v.SetColouring(ByExpert) }},
		"facts-pointed":    {invented(four), 900, 420, 1, func(v *View) { alone(600)(v); v.Point(300, 200, true) }},
		"facts-eight":      {invented(eight), 1000, 640, 1, alone(700)},
		"facts-eight-thin": {invented(eight), 390, 640, 1, alone(700)},
		"facts-pinned":     {locked(invented(four)), 1000, 796, 1, alone(-1)},
		"facts-phone-main": {locked(invented(four)), 390, 405, 1, staged(-1)},
		"facts-few":        {invented(few), 520, 420, 1, alone(500)},
		"sums":             {locked(invented(sums)), 1040, 640, 1, alone(-1)},
		"sums-phone-2x":    {invented(sums), 390, 620, 2, alone(500)},
		"sums-pointed":     {invented(sums), 900, 420, 1, func(v *View) { alone(500)(v); v.Point(300, 200, true) }},
		"facts-diverged":   {blown(small, 440), 900, 420, 1, func(v *View) { alone(600)(v); v.Point(300, 200, true) }},
	} {
		t.Run(name, func(t *testing.T) { testgame.Golden(t, name, drawn(t, c.record, c.w, c.h, c.scale, c.set)) })
	}
}

// counts is a record of 9 letters in which the trunk was counted at steps 0 and 20, each time with some facts known for
// sure and of the rest nothing.
func counts(t *testing.T, first, second []int) *record.Record {
	r := invented(factsOf(t, 9, 4))
	for i, known := range [][]int{first, second} {
		f := &r.Tracks[0][2*i]
		f.Answers, f.Right = make([]record.Answer, 81), len(known)
		for _, fact := range known {
			f.Answers[fact] = record.Answer{Sure: 255, Right: true}
		}
	}
	return r
}

// differing is the smallest rectangle that holds the pixels in which two pictures differ.
func differing(a, b image.Image) (r image.Rectangle) {
	each(a, func(x, y int, c color.RGBA) {
		if c != color.RGBAModel.Convert(b.At(x, y)) {
			r = r.Union(image.Rect(x, y, x+1, y+1))
		}
	})
	return r
}

func each(m image.Image, f func(x, y int, c color.RGBA)) {
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			f(x, y, color.RGBAModel.Convert(m.At(x, y)).(color.RGBA))
		}
	}
}

func TestTheFactOfTwoLettersStandsInTheRowOfTheFirstAndTheColumnOfTheSecond(t *testing.T) {
	testneed.Display(t)
	at := func(known int) image.Image {
		return drawn(t, counts(t, []int{known}, nil), 600, 520, 1, func(v *View) { v.Pin(Knowledge); v.SetStep(0) })
	}
	first := at(0)
	next := differing(first, at(1))
	cell, pitch := next.Dy(), next.Dx()-next.Dy()
	require.Greater(t, pitch, 20)
	for _, fact := range []int{1, 9, 3*9 + 7, 80} {
		both := differing(first, at(fact))
		assert.Equal(t, next.Min, both.Min, "the first fact stands above and left of fact %d", fact)
		assert.Equal(t, image.Pt(fact%9*pitch+cell, fact/9*pitch+cell), both.Size(), "fact %d", fact)
	}
}

func TestOnlyWhatChangedSinceTheCountBeforeIsMarked(t *testing.T) {
	testneed.Display(t)
	rims := func(first, second []int, step int) (n int) {
		m := drawn(t, counts(t, first, second), 600, 520, 1, func(v *View) { v.Pin(Knowledge); v.SetStep(step) })
		each(m, func(_, _ int, c color.RGBA) {
			if c == fresh {
				n++
			}
		})
		return n
	}
	assert.Zero(t, rims([]int{3, 4}, []int{3, 4}, 0), "there was no count before")
	assert.Zero(t, rims([]int{3, 4}, []int{3, 4}, 20), "nothing changed")
	forgotten := rims([]int{3, 4}, []int{3}, 20)
	one, two := rims([]int{3, 4}, []int{3, 4, 5}, 20), rims([]int{3, 4}, []int{3, 4, 5, 60}, 20)
	assert.Positive(t, forgotten, "the sign beside the number")
	assert.Greater(t, one, forgotten)
	assert.Equal(t, one-forgotten, two-one, "each has a rim")
	assert.Equal(t, two, rims([]int{3, 4}, []int{3, 4, 5, 60}, 30), "until the next count")
}

func TestNetworkThatIsNoSingleArmsHasTheColourOfNone(t *testing.T) {
	testneed.Display(t)
	coloured := func(step int) (n int) {
		r := invented(factsOf(t, 36, 4))
		m := drawn(t, r, 900, 600, 1, func(v *View) { v.Pin(Knowledge); v.SetStep(step) })
		each(m, func(_, _ int, c color.RGBA) {
			if c != fresh && int(max(c.R, c.G, c.B))-int(min(c.R, c.G, c.B)) > 24 {
				n++
			}
		})
		return n
	}
	fork := factsOf(t, 36, 4).Fork()
	assert.Zero(t, coloured(0))
	before := coloured(fork)
	assert.Less(t, before, 400, "edges of marks at most")
	assert.Greater(t, coloured(fork+20), 100*max(before, 1))
}

// What a picture leaves to the garbage collector is what makes some frames long.
func TestTablesAllocateLittle(t *testing.T) {
	testneed.Display(t)
	v := New()
	v.SetRecord(invented(factsOf(t, 36, 4)))
	v.Layout(1040, 812, 1)
	v.Pin(Knowledge)
	assert.LessOrEqual(t, allocated(v, func(i int) int { return 600 + 20*i%200 }), 250.0)
}

func TestTablesStayInTheirPlaceAndApartWhateverTheSize(t *testing.T) {
	for _, letters := range []int{4, 24, 36} {
		for count := 1; count <= experiment.MaxArms; count++ {
			v, e := New(), factsOf(t, letters, count)
			v.SetRecord(&record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, count)})
			for _, c := range [][3]float64{{390, 340, 1}, {320, 190, 1}, {640, 480, 2}, {930, 560, 1}, {1500, 900, 2},
				{260, 700, 1}, {1200, 200, 1.5}} {
				v.pen, v.w, v.h = &pen{scale: c[2]}, c[0], c[1]
				b := box{10, 20, c[0], c[1]}
				g := v.gridOf(b, count, 2)
				var seen []box
				for k := range count {
					p, in := g.corner(k), v.cells(g, k)
					all := box{p.x, p.y, in.x + in.w - p.x, in.y + in.h + factBar + 4 + g.number - p.y}
					if g.beside {
						all.h = in.y + in.h - p.y
					}
					assert.LessOrEqual(t, all.x+all.w, b.x+b.w+1, "%d of %d at %v", k, count, c)
					assert.LessOrEqual(t, all.y+all.h, b.y+b.h+1, "%d of %d at %v", k, count, c)
					for _, o := range seen {
						assert.False(t, all.x < o.x+o.w && o.x < all.x+all.w && all.y < o.y+o.h && o.y < all.y+all.h,
							"%d of %d at %v covers another", k, count, c)
					}
					seen = append(seen, all)
					for _, fact := range []int{0, letters - 1, letters*letters - 1} {
						if g.pitch*c[2] < 1 {
							break // there are fewer pixels than facts
						}
						at := v.factAt(in, g, fact)
						v.pointer, v.inside = point{at.x + at.w/2, at.y + at.h/2}, true
						under, ok := v.factUnder(g, k)
						assert.True(t, ok)
						assert.Equal(t, fact, under, "the pointer finds what is drawn there")
					}
				}
			}
			for _, c := range [][2]float64{{0, 0}, {-40, -20}, {3, 900}} { // hardly a window
				assert.NotPanics(t, func() { v.gridOf(box{0, 0, c[0], c[1]}, count, 1) })
			}
		}
	}
}

func TestAPrintIsColouredAsThePictureIs(t *testing.T) {
	testneed.Display(t)
	v := New()
	v.SetRecord(invented(factsOf(t, 12, 4)))
	v.Layout(500, 400, 1)
	v.Pin(Knowledge)
	sure := v.Print(1)
	v.SetColouring(ByExpert)
	assert.NotEqual(t, sure.Pix, v.Print(1).Pix)
	v.SetColouring(BySure)
	assert.Equal(t, sure.Pix, v.Print(1).Pix)
}
