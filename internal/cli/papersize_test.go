package cli

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
)

// The document of the paper's size is the paper's network and recipe, 64k tokens an update at least, and is trained and
// widened on one card of 141 GB; on one of 80 GB the narrow network is, and what the wide one lacks is said.
func TestTheDocumentOfThePapersSizeFitsOneCard(t *testing.T) {
	const path = "../../examples/paper/train.json"
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	doc, err := experiment.Parse(data)
	require.NoError(t, err)
	e, paper := doc.Experiment(), plan.Paper()
	assert.Equal(t, paper.Model, e.Start(0))
	assert.Equal(t, paper.Seq, e.Task.Seq)
	assert.GreaterOrEqual(t, e.Task.Rows()*e.Task.Seq, 65536)
	assert.Equal(t, e.Steps/2, e.Arms[0].Widen[0].Step, "in mid-run")
	assert.Equal(t, model.Inner, e.Arms[0].Widen[0].Axis)
	assert.Equal(t, 2.0, e.Arms[0].Widen[0].Factor)

	m := planned(t, path, "--card", "H200")
	assert.True(t, m.Fits)
	assert.InDelta(t, 90e9, m.WideningDisk, 2e9, "what a widening on the disk needs there")
	assert.Less(t, m.Beside, 4e9, "in the machine's own memory")
	m = planned(t, path, "--card", "H100")
	assert.False(t, m.Fits)
	assert.Less(t, m.Phases[0].Bytes, m.Allowed, "the narrow network")
	assert.Equal(t, "the widening on disk", m.Remedies[0].Name)
	code, out, said := run("plan", path, "--memory", "--card", "h-100")
	require.Zero(t, code, said)
	assert.Contains(t, out, "it does not fit into the card H100.")
	code, _, said = run("plan", path, "--memory", "--card", "V100")
	assert.Equal(t, codeBad, code)
	assert.Contains(t, said, `--card is "V100": allowed is a number with a unit, as 80GB or 64GiB, or one of A10, `)
}
