package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// planned is what plan --memory says as JSON.
func planned(t *testing.T, args ...string) (m memoryPlan) {
	code, out, err := run(append([]string{"plan", "--memory", "--json"}, args...)...)
	require.Zero(t, code, err)
	require.NoError(t, json.Unmarshal([]byte(out), &m))
	return m
}

// The paper's network is too large for this machine and for a card, and is told what to do; a small document fits.
func TestPlanSaysWhatFitsAndWhatToDo(t *testing.T) {
	m := planned(t, "--card", "80GB")
	assert.False(t, m.Fits)
	assert.Equal(t, 80e9, m.Has)
	assert.Equal(t, 1024, m.Run.Model.Hidden)
	assert.Equal(t, "joint 2x", m.Run.Schedule.String(), "the largest of the paper's ways")
	require.NotEmpty(t, m.Remedies)
	assert.Equal(t, `"recompute": true`, m.Remedies[0].Name)
	code, out, err := run("plan", "--memory", "--card", "80GB")
	require.Zero(t, code, err)
	for line := range strings.Lines(out) {
		assert.LessOrEqual(t, len([]rune(line)), 101, line)
	}
	assert.Contains(t, out, "it does not fit into a card of 80GB")
	assert.Contains(t, out, m.Remedies[0].Name)

	m = planned(t, "default", "--ram", "1GiB")
	assert.True(t, m.Fits)
	assert.Empty(t, m.Remedies)
	assert.Greater(t, m.AllArms, m.Phases[1].Bytes, "all arms at once take more")
	code, out, err = run("plan", "default", "--memory")
	require.Zero(t, code, err)
	assert.Contains(t, out, "it fits into this machine")
}

// A document that recomputes, accumulates and is widened in stages is counted as it says.
func TestPlanCountsTheMemoryOfADocumentAsItSays(t *testing.T) {
	doc := func(change func(*experiment.Experiment)) string {
		return file(t, func(x *experiment.Experiment) { x.Task.Seq, x.Model.Layers = 256, 4; change(x) })
	}
	all := planned(t, doc(func(*experiment.Experiment) {}))
	some := planned(t, doc(func(x *experiment.Experiment) { x.Recompute = true }))
	assert.True(t, some.Run.Recompute)
	assert.Less(t, some.Phases[0].Bytes, all.Phases[0].Bytes)
	sums := planned(t, doc(func(x *experiment.Experiment) { x.Task.Accumulate = 3 }))
	assert.Equal(t, 3, sums.Run.Accumulate)
	assert.Greater(t, sums.Phases[0].Bytes, all.Phases[0].Bytes)

	stages := planned(t, "stages")
	assert.Greater(t, len(stages.Phases), 3)
	code, out, err := run("plan", "stages", "--memory")
	require.Zero(t, code, err)
	assert.Contains(t, out, stages.Phases[len(stages.Phases)-1].Name)
}

func TestPlanRefusesSizesOfMemoryThatItCannotRead(t *testing.T) {
	for _, size := range []string{"80", "GB", "80gb", "-1GB", "1e9GB", "0GB", "1..2GB", "99999999999TB"} {
		code, _, err := run("plan", "--memory", "--card="+size)
		assert.NotZero(t, code, size)
		assert.Contains(t, err, "allowed is a number with a unit, as 80GB or 64GiB", size)
	}
	code, _, err := run("plan", "--card", "80GB")
	assert.NotZero(t, code)
	assert.Contains(t, err, "--memory")
}
