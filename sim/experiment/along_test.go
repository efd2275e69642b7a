package experiment

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tried are values of a control: all of its choices, or some numbers or names.
func tried(k Knob) []string {
	var out []string
	for _, c := range k.Choices {
		out = append(out, c.Value)
	}
	switch {
	case k.Kind == KnobName:
		return []string{"Mine", "Größe α", ""}
	case k.Kind == KnobChoice:
		return out
	}
	return append(out, "1", "2", "3", "7", "60", "333", "1500", "0.5", "0.95", "1.25", "2.5")
}

// Changing one thing never silently changes another: whatever else a control changes is named beside it before it is
// turned. A control for several things that says where they differ is changed by none of them.
func TestWhateverElseAControlChangesIsSaidBesideIt(t *testing.T) {
	turns := 0
	for _, name := range []string{"default", "facts", "compute", "stages", "norm-weights", "dynamics"} {
		b, err := Named(name)
		require.NoError(t, err)
		controls := Knobs(b)
		for _, k := range controls {
			for _, v := range tried(k) {
				e := b.Clone()
				if k.Set(&e, v) != nil || e.check() != nil {
					continue // refused, and says so
				}
				turns++
				after := Knobs(e)
				for _, o := range controls {
					now, at := "", slices.IndexFunc(after, func(x Knob) bool { return x.ID == o.ID })
					if at >= 0 {
						now = o.Get(e)
					}
					was := o.Get(b)
					if o.ID == k.ID || now == was || o.Mixed == mixed && at >= 0 && (now == "" || was == "") {
						continue
					}
					says := strings.ReplaceAll(strings.ToLower(k.Help), "every arm does", strings.ToLower(o.Label))
					assert.Contains(t, says, strings.ToLower(o.Label), "%s: %s %s changes %s from %q to %q", name, k.ID,
						v, o.ID, was, now)
				}
				for i := range b.Arms { // and what belongs to one arm leaves all others alone
					if arm, _, of := strings.Cut(k.ID, "."); of && arm != fmt.Sprintf("arm%d", i) {
						require.Equal(t, b.Arms[i], e.Arms[i], "%s: %s %s", name, k.ID, v)
					}
				}
			}
		}
	}
	assert.Greater(t, turns, 600)
}

func TestOwnNamesOfArmsStayWhateverElseIsTurned(t *testing.T) {
	e := Default()
	require.NoError(t, e.Turn("arm2.name", "  Mine "))
	assert.Equal(t, "Mine", e.Arms[2].Name)
	for _, turn := range [][2]string{{"arm2.treatment", "drop"}, {"arm2.optimizer-states", "copy"}, {"axis", "hidden"},
		{"arm1.treatment", "asymmetric"}, {"init", "random-random"}} {
		require.NoError(t, e.Turn(turn[0], turn[1]))
		assert.Equal(t, "Mine", e.Arms[2].Name, "after %v", turn)
	}
	assert.Equal(t, "new weights random-random, optimizer states copied", e.Arms[2].About, "what it does is said anew")
	require.NoError(t, e.Turn("arm2.name", ""))
	assert.Equal(t, "Copied states, random-random", e.Arms[2].Name)

	e = Default()
	for name, why := range map[string]string{"SPARKLING": "no other arm has", strings.Repeat("x", 41): "up to 40",
		"two\nlines": "one line", "\x1b[31m": "one line"} {
		before := e.Clone()
		assert.ErrorContains(t, e.Turn("arm1.name", name), why)
		assert.Equal(t, before, e)
	}
	require.NoError(t, e.Turn("arm1.name", "Drop"), "what it is called is its user's")
	require.NoError(t, e.Turn("arm1.treatment", "naive"))
	assert.Equal(t, "Drop", e.Arms[1].Name)
}
