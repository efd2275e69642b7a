package figure

import (
	"bytes"
	"image/png"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// asked is a record in which the arms were asked for all facts at a step, and know the more the later they come.
func asked(t *testing.T, letters, step int, arms ...int) *record.Record {
	t.Helper()
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e.Task.Letters = letters
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	nan := float32(math.NaN())
	for _, i := range arms {
		f := record.ArmFrame{Arm: i, Step: step, Asked: letters * letters, ValLoss: 2, FullValLoss: nan}
		rng := rand.New(rand.NewPCG(1, 2))
		for range f.Asked {
			p := 1 / (1 + math.Exp(-25*(0.5+0.12*float64(i)-rng.Float64())))
			f.Answers = append(f.Answers, record.Answer{Sure: uint8(math.Round(150 * p)), Right: p > 0.4})
			if p > 0.4 {
				f.Right++
			}
		}
		r.Tracks[i] = []record.ArmFrame{f}
	}
	return r
}

func TestKnowledgeLooksAsItDid(t *testing.T) {
	lost := asked(t, 24, 1000, 0, 1, 2, 3)
	lost.Tracks[1][0].NotFinite = "a loss"
	for name, c := range map[string]struct {
		record *record.Record
		dpi    int
	}{
		"knowledge":          {asked(t, 36, 1000, 0, 1, 2, 3), 96},
		"knowledge-2x":       {asked(t, 36, 1000, 0, 1, 2, 3), 192},
		"knowledge-before":   {asked(t, 12, 100, 0), 96},
		"knowledge-diverged": {lost, 96},
	} {
		t.Run(name, func(t *testing.T) {
			f, ok := drawKnowledge(c.record)
			require.True(t, ok)
			var b bytes.Buffer
			require.NoError(t, f.told(runs{c.record}).PNG(&b, c.dpi))
			m, err := png.Decode(&b)
			require.NoError(t, err)
			testgame.Golden(t, name, m)
		})
	}
}

func TestKnowledgeHasTheCountOfEveryNetwork(t *testing.T) {
	r := asked(t, 9, 1000, 0, 1, 2, 3)
	f, ok := drawKnowledge(r)
	require.True(t, ok)
	s := svg(t, f)
	for i := range r.Tracks {
		m, counted := r.MeasureAt(i, 1000)
		require.True(t, counted)
		assert.Contains(t, s, ">"+decimal(float64(m.Value), 0)+"<", r.Experiment.Arms[i].Name)
		assert.Contains(t, s, ">"+r.Experiment.Arms[i].Name+"<")
	}
	assert.Equal(t, 4, strings.Count(s, "of 81 facts known"))

	f, ok = drawKnowledge(asked(t, 9, 100, 0))
	require.True(t, ok)
	s = svg(t, f)
	assert.Contains(t, s, "One network")
	for _, l := range style.Of(r.Experiment) {
		assert.NotContains(t, s, hex(l), "before arms part there is no arm's colour")
	}

	_, ok = drawKnowledge(&record.Record{Experiment: experiment.Default(), Tracks: make([][]record.ArmFrame, 4)})
	assert.False(t, ok, "a text has no facts")
}
