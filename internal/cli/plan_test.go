package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
)

// What a plan counts of a document is what its run counts, the optimizer's products included, and it says what that is.
func TestPlanCountsWhatARunCounts(t *testing.T) {
	for _, kind := range optim.Kinds {
		var e experiment.Experiment
		doc := file(t, func(x *experiment.Experiment) {
			x.Optimizer.Kind, x.Arms = kind, []experiment.Arm{x.Arms[1], x.Arms[1]}
			x.Arms[0].Name, x.Arms[0].From = "wide from scratch", experiment.Scratch
			e = *x
		})
		code, out, err := run("plan", "--json", doc)
		require.Zero(t, code, err)
		var got struct {
			Counts string `json:"exact_counts"`
			Rows   []plan.Row
		}
		require.NoError(t, json.Unmarshal([]byte(out), &got))
		assert.Equal(t, experiment.FLOPsCounted, got.Counts)
		assert.InEpsilon(t, e.FLOPs(0, e.Steps), got.Rows[1].ScratchExact, 1e-12, kind)
		assert.InEpsilon(t, e.FLOPs(1, e.Steps), got.Rows[1].WidenedExact, 1e-12, kind)
		code, out, err = run("plan", doc)
		require.Zero(t, code, err)
		out = strings.Join(strings.Fields(out), " ")
		assert.Contains(t, out, "exact counts "+experiment.FLOPsCounted+".")
		assert.Contains(t, out, "The optimizer is "+trainers[kind]+".")
	}
}
