package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// A worker's message is input too: a trainer answers anything with messages that can be read, and never stops the
// program.
func FuzzMessages(f *testing.F) {
	e := trial.Short(12)
	e.Task.Batch, e.Task.Seq = 1, 8
	scratch, err := experiment.Named("baselines")
	require.NoError(f, err)
	scratch = trial.Quick(scratch, 12)
	widened, frames := trained(f, e, 1)
	ended := snapshot(f, widened)
	for _, m := range []Message{
		{Kind: KindStart, Arm: 1, Document: e.JSON()}, {Kind: KindRun, Step: 3}, {Kind: KindSave},
		{Kind: KindStart, Document: []byte("{}")},
		{Kind: KindStart, Document: e.JSON(), Snapshot: []byte("no snapshot")},
		{Kind: KindStart, Arm: 1, Document: e.JSON(), Snapshot: ended},
		{Kind: KindStart, Arm: 1, Document: scratch.JSON(), Snapshot: ended},
		{Kind: KindLook, Ask: 1, Question: look.OneUpdate(0, 1, 2, 3)},
		{Kind: KindLooked, Ask: 1, Answer: look.Answer{Question: look.OneLayer(0, 0), Declined: "x"}},
		{Kind: KindFailed, Text: "x"}, {Kind: KindDoing, Text: "x"}, {Kind: KindStart, Arm: 3,
			Document: scratch.JSON()}, {Kind: KindAsk}, {Kind: KindWrite, Ask: 1, Prompt: rays},
		{Kind: KindWritten, Ask: 1, Text: "x"},
		{Kind: KindWritten, Ask: 1, Writing: record.Writing{Prompt: record.Prompt{Text: "a", Count: 1}, Written: "b",
			Sure: []float32{1}}}, {Kind: KindFrames, Frames: frames[:2]},
	} {
		f.Add(m.Encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeMessage(data)
		if err == nil {
			again, err := DecodeMessage(m.Encode())
			require.NoError(t, err)
			assert.Equal(t, m.Kind, again.Kind)
			if m.Kind == KindStart {
				doc, err := experiment.Parse(m.Document)
				if err != nil || doc.Experiment().Memory() > experiment.MaxLinkMemory {
					return // it would be refused, or is larger than a test should be
				}
			}
		}
		for _, out := range NewTrainer(cpu.Factory{}).Handle(data) {
			_, err := DecodeMessage(out)
			assert.NoError(t, err)
		}
	})
}
