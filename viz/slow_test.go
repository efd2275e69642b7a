package viz

import (
	"math"
	"math/rand/v2"
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
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
)

// updating answers with invented updates: in arm 1 the halves are equal in everything, in later ones the copy has no
// state, and arm 0 has no copies.
func updating(r *record.Record, muon bool) func(arm int, q look.Question) (look.Answer, bool) {
	return func(arm int, q look.Question) (look.Answer, bool) {
		if q.Kind != look.KindUpdate {
			return look.Answer{}, false
		}
		u := inventedUpdate(arm, q, muon)
		return look.Answer{Question: q, Step: r.Last(), Number: r.Last() + 1, Update: u}, true
	}
}

func inventedUpdate(arm int, q look.Question, muon bool) *look.Update {
	const hidden = 32
	rng := rand.New(rand.NewPCG(uint64(q.Neuron), uint64(q.Expert)))
	numbers := func(size float64) []float32 {
		x := make([]float32, hidden)
		for i := range x {
			x[i] = float32(rng.NormFloat64() * size)
		}
		return x
	}
	u := &look.Update{Loss: 2.1875, Widened: true, Rule: look.Rule{Muon: muon, Updates: 301, Decay: 0.1, Beta1: 0.9,
		Beta2: 0.95, Eps: 1e-8, Bias1: 1, Bias2: 0.9999998, Momentum: 0.95, Scale: 1.131, Exact: true},
		Token: look.Token{Symbols: []string{" ", "a", "b"}, Label: "c", Loss: 0.75, Expert: q.Expert, Weight: 0.625,
			Tokens: 37, In: numbers(1), DOut: numbers(1e-3)}}
	side := look.Side{Neuron: q.Neuron, Gate: 1.0625, Up: -0.8125, DHidden: 0.00034}
	for k := range side.Rows {
		row := look.Row{Before: numbers(0.1), Gradient: numbers(1e-4), M: numbers(1e-4), V: numbers(1e-4),
			Rate: make([]float32, hidden), After: make([]float32, hidden)}
		for i := range row.V {
			row.V[i], row.Rate[i] = row.V[i]*row.V[i], 0.008
		}
		if muon {
			row.Direction = numbers(0.2)
		}
		side.Rows[k] = row
	}
	u.Sides = []look.Side{side}
	if arm > 0 && q.Copy != look.None {
		twin := side
		twin.Neuron += 8
		for k := range twin.Rows {
			row := &twin.Rows[k]
			row.After = make([]float32, hidden)
			if arm > 1 {
				row.M, row.V = make([]float32, hidden), make([]float32, hidden)
				if muon {
					row.Direction = numbers(0.2)
				}
			}
		}
		u.Sides = append(u.Sides, twin)
	}
	for i := range u.Sides {
		for k := range u.Sides[i].Rows {
			row := &u.Sides[i].Rows[k]
			for j := range row.After {
				row.After[j] = u.Rule.Trace(row, j).After
			}
		}
	}
	return u
}

func TestAnUpdateInSlowMotionLooksAsItDid(t *testing.T) {
	testneed.Display(t)
	for name, c := range map[string]struct {
		w, h        int
		arm, stage  int
		muon        bool
		only, aside bool
	}{
		"update":           {1000, 796, 2, slowmotion.Update, false, true, false},
		"update-locked":    {1000, 796, 1, slowmotion.Update, false, true, false},
		"update-forward":   {1000, 796, 2, slowmotion.Forward, false, true, false},
		"update-loss":      {840, 616, 2, slowmotion.Loss, false, true, false},
		"update-backward":  {840, 616, 1, slowmotion.Backward, false, true, false},
		"update-moment":    {840, 616, 2, slowmotion.First, false, true, false},
		"update-direction": {1000, 796, 2, slowmotion.Second, true, true, false},
		"update-phone":     {390, 372, 2, slowmotion.Update, false, true, false},
		"update-phone-sum": {390, 372, 2, slowmotion.Forward, false, true, false},
		"update-alone":     {840, 616, 0, slowmotion.Update, false, true, false},
		"update-staged":    {1000, 796, 1, slowmotion.First, false, false, false},
		"update-low":       {860, 540, 2, slowmotion.Forward, false, false, false},
		"update-in-hand":   {390, 372, 2, slowmotion.First, false, false, false},
		"update-small":     {1000, 796, 1, slowmotion.First, false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := recorded(t)
			testgame.Golden(t, name, drawn(t, r, c.w, c.h, 1, func(v *View) {
				v.SetLooked(updating(r, c.muon))
				v.follows(c.arm, look.OneUpdate(0, 1, 3, look.Twin))
				switch {
				case c.only:
					v.Pin(Update)
				case c.aside:
					v.SetStage(Stage{Main: Copies, Aside: []PaneID{Loss, Update}})
				default:
					v.SetStage(Stage{Main: Update, Aside: []PaneID{Loss, Copies}})
				}
				v.StepUpdate(c.stage)
			}))
		})
	}
	r := recorded(t)
	testgame.Golden(t, "update-asked", drawn(t, r, 840, 616, 1, func(v *View) { v.Pin(Update) }))
}

// stepped is a view of an update, and what it tells of what the reader does.
func stepped(t *testing.T) (v *View, r *record.Record, acts *[]string) {
	t.Helper()
	r, acts = recorded(t), &[]string{}
	v = New()
	v.SetRecord(r)
	v.SetActed(func(act string) { *acts = append(*acts, act) })
	v.SetLooked(updating(r, false))
	return v, r, acts
}

func TestAnUpdateIsSteppedThroughAtTheReadersPace(t *testing.T) {
	v, r, acts := stepped(t)
	v.OpenUpdate(2, 0, 1, 3, 11)
	assert.Equal(t, []string{ActPause}, *acts, "the run is to wait")
	assert.Equal(t, Update, v.Pinned())
	shown := v.Slow()
	assert.Contains(t, shown.Title, "Layer 1, expert 2: neuron 4 and its copy, neuron 12")
	assert.Empty(t, shown.Short, "what it comes to is not told before")
	for range slowmotion.Stages - 1 {
		v.StepUpdate(1)
	}
	end := v.Slow()
	assert.Equal(t, slowmotion.Stages-1, end.Stage)
	assert.Equal(t, []string{"Next: loss", "Done"}, []string{shown.Next, end.Next})
	assert.NotContains(t, *acts, ActUpdate, "who reads the end is not led away from it")
	assert.Equal(t, "Equal gradient + [S, 0] = different update", end.Short)
	v.StepUpdate(-1)
	assert.Equal(t, slowmotion.Second, v.Slow().Stage, "and back")
	v.StepUpdate(-100)
	assert.Equal(t, slowmotion.Forward, v.Slow().Stage)

	v.StepUpdate(5)
	v.StepUpdate(1)
	assert.Equal(t, ActUpdate, (*acts)[len(*acts)-1], "done")
	assert.Empty(t, v.Pinned())
	assert.Equal(t, slowmotion.Forward, v.Slow().Stage)

	v.StepUpdate(3)
	before := v.Slow()
	v.SetLooked(func(arm int, q look.Question) (look.Answer, bool) {
		a, ok := updating(r, false)(arm, q)
		a.Step += 100
		return a, ok
	})
	after := v.Slow()
	assert.Equal(t, before.Stages[3], after.Stages[3], "what is stepped through stays as it was")
	v.NewestUpdate()
	assert.Contains(t, v.Slow().Title, "151")
}

func TestAStoryBeginsAnUpdateAnew(t *testing.T) {
	testneed.Display(t)
	v, _, _ := stepped(t)
	v.Layout(1000, 796, 1)
	v.StepUpdate(5)
	v.SetStage(Stage{Main: Update})
	assert.Equal(t, slowmotion.Forward, v.Slow().Stage, "its picture has become the large one")
	v.Draw(ebiten.NewImage(1000, 796), time.Now())
	v.StepUpdate(5)
	v.choose(slowID+"arm", 2)
	assert.Equal(t, slowmotion.Update, v.Slow().Stage, "a reader who compares arms stays at a stage")
	require.True(t, v.Turn("update-arm=Copy"))
	assert.Equal(t, slowmotion.Forward, v.Slow().Stage)
}

func TestTheNextUpdateIsAskedForAndNoEarlierOneIsShown(t *testing.T) {
	v, r, acts := stepped(t)
	e := r.Experiment
	e.Steps++
	r.Experiment = e
	step := r.Last()
	v.SetLooked(func(arm int, q look.Question) (look.Answer, bool) {
		a, ok := updating(r, false)(arm, q)
		a.Step = step
		return a, ok
	})
	v.StepUpdate(5)
	v.NextUpdate()
	assert.Equal(t, ActTrain, (*acts)[len(*acts)-1])
	assert.NotEmpty(t, v.Slow().Asked, "the next one is not there yet")
	step++
	shown := v.Slow()
	require.Empty(t, shown.Asked)
	assert.Equal(t, slowmotion.Forward, shown.Stage, "it begins anew")
}

// Whoever waits for the next update of a run that breaks, and goes back, sees the one that he went back to.
func TestARunThatGoesBackShowsTheUpdateThatItWentBackTo(t *testing.T) {
	v, r, _ := stepped(t)
	e := r.Experiment
	e.Steps++
	r.Experiment = e
	v.OpenUpdate(2, 0, 1, 3, 11)
	v.NextUpdate()
	require.NotEmpty(t, v.Slow().Asked)
	v.OpenUpdate(2, 0, 1, 3, 11)
	assert.Empty(t, v.Slow().Asked)
	v.NextUpdate()
	require.NotEmpty(t, v.Slow().Asked)
	v.NewestUpdate()
	assert.Empty(t, v.Slow().Asked)
}

func TestAClickOnAPairOpensItsUpdate(t *testing.T) {
	testneed.Display(t)
	r := recorded(t)
	acts := []string{}
	v := New()
	v.SetRecord(r)
	v.SetActed(func(act string) { acts = append(acts, act) })
	screen := ebiten.NewImage(520, 420)
	v.Layout(520, 420, 1)
	v.Pin(Copies)
	v.Draw(screen, time.Now())
	opened := 0
	for _, b := range v.places[0].buttons {
		at := point{b.box.x + b.box.w/2, b.box.y + b.box.h/2}
		v.Pin(Copies)
		v.Draw(screen, time.Now())
		if v.Press(at.x, at.y); v.Pinned() == Update {
			opened++
			q := v.slow.question
			f, ok := r.PairsAt(v.slow.arm, r.Last())
			require.True(t, ok)
			found := false
			for _, g := range f.Pairs {
				for i := range g.Orig {
					found = found || g.Layer == q.Layer && g.Expert == q.Expert && int(g.Orig[i]) == q.Neuron &&
						int(g.Copy[i]) == q.Copy
				}
			}
			assert.True(t, found, "%+v is one of the pairs", q)
		}
	}
	assert.Greater(t, opened, 3)
	assert.Contains(t, acts, ActPause)
}

func TestTheFollowedWeightIsTheReadersChoice(t *testing.T) {
	v, _, _ := stepped(t)
	v.follows(2, look.OneUpdate(0, 1, 3, look.Twin))
	for _, c := range v.slowChoices() {
		require.Less(t, c.Chosen, len(c.Options), c.Label)
		for k := range c.Options {
			v.choose(c.ID, k)
			for _, again := range v.slowChoices() {
				if again.ID == c.ID {
					assert.Equal(t, k, again.Chosen, c.Label)
				}
			}
		}
	}
	v.FollowWeight(2, 30)
	a, ok := v.slowAnswer()
	require.True(t, ok)
	assert.Equal(t, slowmotion.Weight{Row: 2, Channel: 30}, v.slow.followed(a.Update))
	assert.Contains(t, v.Slow().Title, "the down weight of channel 31")
}

func TestAnotherExperimentsUpdateIsOneThatItHas(t *testing.T) {
	v, _, _ := stepped(t)
	v.follows(3, look.OneUpdate(1, 3, 15, look.Twin))
	small, err := experiment.Named("dense")
	require.NoError(t, err)
	v.SetRecord(&record.Record{Experiment: small, Tracks: make([][]record.ArmFrame, len(small.Arms))})
	q := v.slowly().question
	assert.Less(t, q.Layer, small.Model.Layers)
	assert.Less(t, q.Expert, small.Model.Experts)
	assert.Less(t, q.Neuron, small.Model.Inner)
	assert.False(t, math.Signbit(float64(q.Neuron)))
}
