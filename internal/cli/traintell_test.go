package cli

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/pretrain"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// A terminal cuts at its right end what it has no room for.
func TestANarrowTerminalHasTheTimeLeft(t *testing.T) {
	tell := &telling{of: "100000", peak: 1e12, val: 2.3456}
	line := tell.step(pretrain.Event{Step: 99999,
		Frame: record.ArmFrame{TrainLoss: 12.3456, LROld: 1.23e-3, LRNew: 4.56e-3},
		Pace:  pretrain.Pace{Tokens: 1e6, FLOPs: 3e11, Left: 3*time.Hour + 59*time.Minute}})
	assert.Contains(t, line[:80], "  3 h 59 min left  loss 12.3456  val 2.3456")
	assert.Contains(t, line, "  1,000,000 tokens/s  30 % of peak  ")
}

func TestARunThatIsOverIsSaidToBe(t *testing.T) {
	var said bytes.Buffer
	tell := &telling{e: &env{err: &said, screen: &said}, of: "40"}
	tell.tell(pretrain.Event{Kind: pretrain.Begun, Step: 40})
	assert.Equal(t, "The run is over: it came to step 40.\n", said.String())
}

// On a GPU the peak of this machine's processors says nothing, and what is not known is not told.
func TestOfAGPUNoShareOfAPeakIsTold(t *testing.T) {
	tell := &telling{of: "100", val: 2}
	step := pretrain.Event{Kind: pretrain.Trained, Step: 9, Pace: pretrain.Pace{Tokens: 1e6, FLOPs: 3e11}}
	assert.Contains(t, tell.step(step), "  1,000,000 tokens/s  ")
	assert.NotContains(t, tell.step(step), "peak")
	line, err := json.Marshal(tell.event(step))
	require.NoError(t, err)
	assert.NotContains(t, string(line), "peak_fraction")
	assert.Contains(t, string(line), `"tokens_per_second":1000000`)
}
