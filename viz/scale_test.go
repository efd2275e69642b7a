package viz

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// An arm of a record may have gone on for longer than equal compute would let it today: the axis still reaches to its
// end.
func TestTheAxisOfComputeHoldsAllThatWasMeasured(t *testing.T) {
	e, err := experiment.Named("compute")
	require.NoError(t, err)
	e.Optimizer.Kind = "muon"
	e = e.Rescale(200)
	r := invented(e)
	assert.InEpsilon(t, e.FLOPs(0, e.Steps)/1e9, FLOPs.end(r), 0.01, "both arms end where the widened one does")
	for step := e.End(1) + 1; step <= e.Steps; step++ {
		r.Tracks[1] = append(r.Tracks[1], record.ArmFrame{Arm: 1, Step: step, FLOPs: e.FLOPs(1, step)})
	}
	assert.InEpsilon(t, e.FLOPs(1, e.Steps)/1e9, FLOPs.end(r), 1e-12)
}
