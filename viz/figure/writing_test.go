package figure

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// wrote is a record of four arms that have written, each something else.
func wrote(t *testing.T, text string) *record.Record {
	t.Helper()
	r := record.New(trial.Valid(trial.Short(20)))
	for arm := range r.Tracks {
		r.Tracks[arm] = []record.ArmFrame{{Arm: arm, Step: 20}}
		n := utf8.RuneCountInString(text)
		w := record.Writing{Arm: arm, Step: 20, Written: text, Sure: make([]float32, n),
			Prompt: record.Prompt{Text: "the rays ", Temperature: 0.7, Seed: 1, Count: n}}
		for i := range w.Sure {
			w.Sure[i] = float32(i%5) / 4
		}
		r.AddWriting(w)
	}
	return r
}

func TestWhatNetworksWroteIsAFigure(t *testing.T) {
	_, ok := drawWriting(record.New(trial.Valid(trial.Short(20))))
	assert.False(t, ok, "nobody has asked for anything")
	f, ok := drawWriting(wrote(t, "of light & <colour>\nand the rest of it"))
	require.True(t, ok)
	s := svg(t, f)
	for _, name := range []string{"Small", "Copy", "Asymmetric reset", "SPARKLING"} {
		assert.Contains(t, s, ">"+name+", at step 20<")
	}
	assert.Equal(t, 4, strings.Count(s, ">light<"), "words can be found")
	assert.Contains(t, s, ">&lt;colour&gt;¶<", "a new line is seen")
	assert.Contains(t, f.Caption, "temperature 0.7")
	assert.Contains(t, s, "Copy: the rays of light &amp; &lt;colour&gt;¶and the rest of it", "for who hears it")
	assert.Contains(t, s, "fill:#DCA880", "half of Copy's colour on white, where it was sure")
	before, _, err := f.laid()
	require.NoError(t, err)
	f, _ = drawWriting(wrote(t, strings.Repeat("of light ", 44)))
	after, _, err := f.laid()
	require.NoError(t, err)
	assert.Greater(t, after.height, before.height, "nothing is cut")
	assert.Equal(t, 176, strings.Count(svg(t, f), ">light<"))
}

func TestLettersThatTheTypeOfAFigureLacksHaveASign(t *testing.T) {
	f, ok := drawWriting(wrote(t, "光 of"))
	require.True(t, ok)
	s := svg(t, f)
	assert.Contains(t, s, ">□<")
	assert.Contains(t, s, "Small: the rays 光 of", "and are told in words")
}
