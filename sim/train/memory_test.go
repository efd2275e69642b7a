package train

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// A run may be left alone for days: what an arm keeps, with its probes of pairs and its messages, does not grow with
// its updates.
func TestAnArmsMemoryStaysFlatOverManyUpdates(t *testing.T) {
	e := experiment.Default().Rescale(experiment.MaxSteps)
	e.Task.Batch, e.Task.Seq = 1, 8
	e.Model.Hidden, e.Model.Inner, e.Model.Layers = 16, 8, 1
	e.Arms = e.Arms[len(e.Arms)-1:]
	e.Arms[0].Widen[0].Step = 20
	tr := NewTrainer(cpu.Factory{})
	tr.Handle(Message{Kind: KindStart, Document: e.JSON()}.Encode())
	at, frames := 0, 0
	heap := func(until int) uint64 {
		for at < until {
			at += 8 // about as many as a session grants
			tr.Handle(Message{Kind: KindRun, Step: at}.Encode())
			for more := true; more; {
				var out [][]byte
				out, more = tr.Work(time.Second)
				for _, data := range out {
					m, err := DecodeMessage(data)
					require.NoError(t, err)
					require.NotEqual(t, KindFailed, m.Kind, m.Text)
					frames += len(m.Frames)
				}
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	begin := heap(200)
	assert.LessOrEqual(t, heap(2200), begin+16<<10, "bytes on the heap after 2000 more updates")
	assert.Equal(t, 2200, frames, "every update is told")
}
