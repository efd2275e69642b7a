package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A message costs its reader more than the frames in it: of a turn that is short there is one.
func TestTrainerGathersTheFramesOfATurn(t *testing.T) {
	e := Default()
	e.Task.Batch, e.Task.Seq = 1, 8
	tr := NewTrainer()
	tr.Handle(Message{Kind: KindStart, Document: e.JSON()}.Encode())
	turn, frames := 8, 0
	for until := turn; until <= 4*turn; until += turn {
		tr.Handle(Message{Kind: KindRun, Step: until}.Encode())
		messages := 0
		for more := true; more; {
			var out [][]byte
			out, more = tr.Work(0)
			for _, data := range out {
				m, err := DecodeMessage(data)
				require.NoError(t, err)
				require.Equal(t, KindFrames, m.Kind)
				frames += len(m.Frames)
				messages++
			}
		}
		assert.Equal(t, 1, messages)
	}
	assert.Equal(t, 4*turn, frames, "every step is told")
}
