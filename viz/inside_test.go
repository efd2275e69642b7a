package viz

import (
	"math"
	"testing"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
)

func TestWhatIsInsideLooksAsItDid(t *testing.T) {
	testneed.Display(t)
	facts, err := experiment.Named("facts")
	require.NoError(t, err)
	facts = facts.Rescale(200)
	text := experiment.Default().Rescale(200)
	for name, c := range map[string]struct {
		experiment experiment.Experiment
		w, h       int
		scale      float64
		set        func(*View)
	}{
		"inside": {facts, 1000, 796, 1, func(v *View) {
			v.SetStage(Stage{Main: Inside, Aside: []PaneID{Attention, Loss}})
		}},
		"inside-text": {text, 1000, 796, 1, func(v *View) {
			v.Pin(Inside)
			v.chosen.quantity, v.chosen.picked = record.Gradient, tileAt{true, 1, 3}
		}},
		"inside-activations": {facts, 1000, 796, 1, func(v *View) {
			v.Pin(Inside)
			v.chosen.quantity = look.Activations
		}},
		"inside-histograms":       {facts, 1000, 796, 1, func(v *View) { v.Pin(Inside); v.chosen.kind = histograms }},
		"inside-histograms-phone": {facts, 390, 405, 1, func(v *View) { v.Pin(Inside); v.chosen.kind = histograms }},
		"inside-matrices": {facts, 1000, 796, 1, func(v *View) {
			v.Pin(Inside)
			v.chosen.kind = matrices
			v.Point(220, 190, true)
		}},
		"inside-phone": {facts, 390, 405, 2, func(v *View) {
			v.Pin(Inside)
			v.chosen.picked = tileAt{true, 1, 2}
		}},
		"inside-earlier":  {facts, 520, 420, 1, func(v *View) { v.Pin(Inside); v.SetStep(150) }},
		"attention":       {facts, 1000, 796, 1, func(v *View) { v.Pin(Attention) }},
		"attention-text":  {text, 1000, 796, 1, func(v *View) { v.Pin(Attention); v.Point(500, 300, true) }},
		"attention-phone": {facts, 390, 405, 1, func(v *View) { v.Pin(Attention) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := placed(invented(c.experiment))
			testgame.Golden(t, name, drawn(t, r, c.w, c.h, c.scale, func(v *View) {
				v.SetLooked(answering(r))
				c.set(v)
			}))
		})
	}
}

// insideOf is a view of an invented record of facts that shows one picture alone.
func insideOf(t *testing.T, id PaneID, w, h int) (*View, *record.Record) {
	t.Helper()
	testneed.Display(t)
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	r := placed(invented(e.Rescale(200)))
	v := New()
	v.SetRecord(r)
	v.SetLooked(answering(r))
	v.Layout(w, h, 1)
	v.Pin(id)
	v.Draw(ebiten.NewImage(w, h), time.Now())
	return v, r
}

// Every number of a tile is that of its neuron: a row of gate and of up, a column of down.
func TestATileHasTheNumbersOfItsNeuronAndItsCopyIsBesideIt(t *testing.T) {
	v, r := insideOf(t, Inside, 1000, 796)
	arm := 3
	l := v.layers[arm]
	require.NotNil(t, l)
	a, _ := v.looked(arm, look.OneLayer(0, record.Weight))
	matrix := func(p model.Part, expert int) look.Matrix {
		for _, m := range a.Layer.Matrices {
			if m.Part == p && m.Expert == expert {
				return m
			}
		}
		t.Fatal("no such matrix")
		return look.Matrix{}
	}
	f, ok := r.PairsAt(arm, r.Last())
	require.True(t, ok)
	for expert := range r.Experiment.Model.Experts {
		gate, down := matrix(model.Gate, expert), matrix(model.Down, expert)
		g := f.Pairs[expert]
		for s := range l.each {
			n := l.neuron(tileAt{true, expert, s})
			want := g.Orig[s/2]
			if s%2 == 1 {
				want = g.Copy[s/2]
			}
			require.Equal(t, int(want), n)
			assert.Equal(t, gate.Values[n*gate.Cols:(n+1)*gate.Cols], l.row(expert, s, 0))
			for c, x := range l.row(expert, s, 2) {
				assert.Equal(t, down.Values[c*down.Cols+n], x)
			}
		}
	}
	same, pairs := v.layers[1].alike()
	assert.Equal(t, [2]int{32, 32}, [2]int{same, pairs}, "copies that are equal bit for bit are counted")
	same, pairs = l.alike()
	assert.Equal(t, [2]int{0, 32}, [2]int{same, pairs})
}

func TestTilesLieInTheirBoxAndNoneCoversAnother(t *testing.T) {
	testneed.Display(t)
	v := New()
	for _, c := range []struct{ w, h, experts, each, wide, high int }{
		{300, 460, 4, 16, 32, 3}, {964, 460, 4, 8, 32, 3}, {354, 240, 4, 16, 32, 3}, {300, 460, 1, 64, 64, 3},
		{300, 460, 32, 16, 32, 3}, {300, 200, 4, 16, 1, 1}, {90, 60, 8, 32, 128, 3},
	} {
		v.Layout(1000, 796, 1)
		m := v.mosaicIn(box{10, 20, float64(c.w), float64(c.h)}, c.experts, c.each, c.wide, c.high, true)
		w, h := m.size()
		assert.LessOrEqual(t, w, float64(c.w)+1, "%v", c)
		assert.LessOrEqual(t, h, float64(c.h)+1, "%v", c)
		for e := range m.experts {
			for s := range m.each {
				b := m.tile(e, s)
				at, slot, ok := m.under(point{b.x + b.w/2, b.y + b.h/2})
				assert.True(t, ok && at == e && slot == s, "the middle of tile %d of expert %d of %v", s, e, c)
			}
		}
	}
}

// A click keeps a neuron, another one on it lets it go; a chip's arrows lead to the next choice and back.
func TestAClickKeepsANeuronAndChipsChoose(t *testing.T) {
	v, _ := insideOf(t, Inside, 1000, 796)
	screen := ebiten.NewImage(1000, 796)
	press := func(x, y float64) bool {
		v.Point(x, y, true)
		assert.True(t, v.Pressable())
		ok := v.Press(x, y)
		v.Draw(screen, time.Now())
		return ok
	}
	require.True(t, press(200, 160))
	kept := v.chosen.picked
	assert.True(t, kept.on)
	require.True(t, press(200, 160))
	assert.False(t, v.chosen.picked.on)

	ids := map[string]Choice{}
	for _, c := range v.Choices() {
		ids[c.ID] = c
		assert.Less(t, c.Chosen, len(c.Options))
	}
	assert.Equal(t, []string{"weights", "gradients", "1st moment", "2nd moment", "activations"}, ids["values"].Options)
	delete(ids, "neuron") // which a click on its tile chooses
	var chips []box
	for _, b := range v.places[0].buttons {
		if b.box.h == v.chipHeight() {
			chips = append(chips, b.box)
		}
	}
	require.Len(t, chips, 2*len(ids), "each has an arrow back and is one forwards")
	layer := chips[5] // of all arms, neurons, and the layer
	require.True(t, press(layer.x+layer.w-4, layer.y+4))
	assert.Equal(t, 1, v.chosen.layer)
	assert.Contains(t, v.Wants(), look.Want{Arm: 1, Question: look.OneLayer(1, record.Weight)})
	require.True(t, press(layer.x+4, layer.y+4))
	assert.Equal(t, 0, v.chosen.layer)
	v.Choose("values", 4)
	v.Choose("values", 99)
	v.Choose("nothing", 0)
	assert.Equal(t, look.Activations, v.chosen.quantity)
}

// From the large neuron leads a way to its next update, of that arm and beside its copy.
func TestTheLargeNeuronLeadsToItsUpdate(t *testing.T) {
	v, _ := insideOf(t, Inside, 1000, 796)
	v.choose("neuron", 1+16+3) // of the second expert the fourth tile
	v.Renew()
	v.Draw(ebiten.NewImage(1000, 796), time.Now())
	for _, b := range v.places[0].buttons[:3] { // the last arm's lies first
		b.act(point{})
		assert.Equal(t, Update, v.Pinned())
	}
	assert.Equal(t, 1, v.slow.arm)
	assert.Equal(t, look.OneUpdate(0, 1, 1, 9), v.slow.question)
}

// A picture of an earlier step asks for nothing, and one of the present for what it shows of every arm that it shows.
func TestOnlyWhatIsInSightIsAskedFor(t *testing.T) {
	v, r := insideOf(t, Inside, 1000, 796)
	assert.Len(t, v.Wants(), 6, "weights and activations of three arms")
	v.SetStep(r.Last() - 50)
	v.Renew()
	v.Draw(ebiten.NewImage(1000, 796), time.Now())
	assert.Empty(t, v.Wants())
	v.SetStep(-1)
	v.Hide(2, true)
	v.Renew()
	v.Draw(ebiten.NewImage(1000, 796), time.Now())
	assert.Len(t, v.Wants(), 4)
	v.Pin(Loss)
	v.Draw(ebiten.NewImage(1000, 796), time.Now())
	assert.Empty(t, v.Wants())
}

func TestScalesEndAtRoundNumbers(t *testing.T) {
	nan := float32(math.NaN())
	for x, want := range map[float32]float32{0.31: 0.5, 0.3: 0.3, 1.2: 1.5, 8e-5: 1e-4, 0: 1} {
		assert.InEpsilon(t, want, rounded125(x), 1e-6, "%g", x)
	}
	assert.Equal(t, float32(1), rounded125(nan))
	assert.Equal(t, float32(2), sizeOf([]float32{nan, -2, 1, float32(math.Inf(1))}, 0.99),
		"what is no number is left out")
}

// What a picture leaves to the garbage collector, and a new answer beside it, is what makes some frames long.
func TestLookingInsideAllocatesLittle(t *testing.T) {
	for _, id := range []PaneID{Inside, Attention} {
		v, r := insideOf(t, id, 1000, 796)
		answer, answers, number := answering(r), map[look.Want]look.Answer{}, 1
		v.SetLooked(func(arm int, q look.Question) (look.Answer, bool) {
			w := look.Want{Arm: arm, Question: q}
			if _, ok := answers[w]; !ok {
				answers[w], _ = answer(arm, q)
			}
			a := answers[w]
			a.Number = number
			return a, true
		})
		screen := ebiten.NewImage(1000, 796)
		v.Draw(screen, time.Now())
		allocs := testing.AllocsPerRun(20, func() {
			number++
			v.Renew()
			v.Draw(screen, time.Now())
		})
		t.Logf("%s: %.0f allocations a picture", id, allocs)
		assert.LessOrEqual(t, allocs, 300.0, id)
	}
}
