package train

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// A message costs its reader more than the frames in it: of a turn that is short there is one. A long one is told about
// now and then.
func TestTrainerGathersTheFramesOfATurn(t *testing.T) {
	gathers(t, -time.Hour, 1)
	gathers(t, time.Hour, 6) // the last three steps share one
}

// gathers lets a trainer make turns of eight steps, in which it takes its last message for one of that long ago.
func gathers(t *testing.T, since time.Duration, want int) {
	e := experiment.Default()
	e.Task.Batch, e.Task.Seq = 1, 8
	tr := NewTrainer(cpu.Factory{})
	tr.Handle(Message{Kind: KindStart, Document: e.JSON()}.Encode())
	turn, frames := 8, 0
	for until := turn; until <= 4*turn; until += turn {
		tr.Handle(Message{Kind: KindRun, Step: until}.Encode())
		messages := 0
		for more := true; more; {
			var out [][]byte
			tr.sent = time.Now().Add(-since)
			out, more = tr.Work(0)
			for _, data := range out {
				m, err := DecodeMessage(data)
				require.NoError(t, err)
				require.Equal(t, KindFrames, m.Kind)
				frames += len(m.Frames)
				messages++
			}
		}
		assert.Equal(t, want, messages)
	}
	assert.Equal(t, 4*turn, frames, "every step is told")
}
