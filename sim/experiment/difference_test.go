package experiment

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheDifferenceOfTwoArmsIsSpelledOut(t *testing.T) {
	for name, want := range map[string]map[[2]int]string{
		"facts": {
			{0, 1}: "Small is never widened; Copy is widened at step 300.",
			{3, 0}: "Small is never widened; SPARKLING is widened at step 300.",
			{1, 2}: "Copy and Asymmetric reset differ in one thing: optimizer states (copied against emptied for the " +
				"copies).",
			{1, 3}: "Copy and SPARKLING differ in two things: optimizer states (copied against emptied for the " +
				"copies) and re-warmup (none against new parameters).",
			{2, 2}: "Asymmetric reset is one arm.",
		},
		"signal": {{0, 1}: "Scaled and Unscaled differ in one thing: scaling (keeps the RMS against none).",
			{0, 2}: "Scaled and Random differ in one thing: new weights (copy-copy against random-random)."},
		"norm-weights": {{0, 1}: "Copied norms and Drawn norms differ in one thing: new norm weights (copied against " +
			"drawn from among the old ones)."},
		"stages": {
			{1, 2}: "SPARKLING, staged and SPARKLING 4x differ in three things: widen at step (250 against 500), " +
				"factor (2 against 4) and stages (2 against 1).",
			{2, 3}: "SPARKLING 4x and Wide from scratch differ in one thing: begins (at the fork against wide, from " +
				"scratch).",
		},
		"competitors": {{1, 2}: "Copy and Uneven 1:2 differ in one thing: new weights (copy-copy against copies, " +
			"uneven 1:2)."},
		"baselines": {{0, 2}: "Small is never widened; Wide from scratch is wide from the first step."},
	} {
		e, err := Named(name)
		require.NoError(t, err)
		for pair, said := range want {
			assert.Equal(t, said, e.Difference(pair[0], pair[1]), name)
		}
	}
}

// A copy of an arm that is turned in one thing differs from it in that, by the control's own name; and one that is not
// does the same.
func TestOneControlOfAnArmIsOneDifference(t *testing.T) {
	for _, name := range []string{"default", "signal", "norm-weights"} {
		b, err := Named(name)
		require.NoError(t, err)
		arm := b.Baseline()
		_, err = b.CopyArm(arm)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("%s and %s do the same.", b.Arms[arm].Name, b.Arms[arm+1].Name),
			b.Difference(arm, arm+1))
		turns := 0
		for _, k := range Knobs(b) {
			own, detail, _ := strings.Cut(k.ID, ".")
			if own != fmt.Sprintf("arm%d", arm+1) || detail == "treatment" || detail == "name" {
				continue
			}
			for _, v := range tried(k) {
				e := b.Clone()
				if v == k.Get(b) || k.Set(&e, v) != nil || e.check() != nil {
					continue
				}
				turns++
				says := e.Difference(arm, arm+1)
				assert.Contains(t, says, "differ in one thing: "+uncapital(k.Label)+" (", "%s %s", k.ID, v)
			}
		}
		assert.Greater(t, turns, 8)
	}
}
