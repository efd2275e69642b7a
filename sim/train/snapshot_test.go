package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// The search of a remapped rate is part of the state: it goes on where it was.
func TestASearchThatWasSavedKeepsItsSteps(t *testing.T) {
	e := trial.Of(model.Inner, 60, 30, "remapped")
	want, frames := trained(t, e, 0)
	start := Message{Kind: KindStart, Document: e.JSON()}
	tr := NewTrainer(cpu.Factory{})
	tr.Handle(start.Encode())
	tr.Handle(Message{Kind: KindRun, Step: 60}.Encode())
	searched, got := 0, []record.ArmFrame(nil)
	for more := true; more; {
		var out [][]byte
		out, more = tr.Work(0)
		if tr.search != nil {
			searched++
			assert.Equal(t, searched, tr.search.wide.step, "no step is made twice")
		}
		for _, data := range append(out, tr.Handle(Message{Kind: KindSave}.Encode())...) {
			m, err := DecodeMessage(data)
			require.NoError(t, err)
			got = append(got, m.Frames...)
			if m.Kind == KindSnapshot {
				start.Snapshot = m.Snapshot
			}
		}
		tr = NewTrainer(cpu.Factory{})
		for _, data := range tr.Handle(start.Encode()) {
			m, err := DecodeMessage(data)
			require.NoError(t, err)
			require.Equal(t, KindReady, m.Kind)
		}
		tr.Handle(Message{Kind: KindRun, Step: 60}.Encode())
	}
	require.Positive(t, searched)
	assertSame(t, frames, got)
	sameBytes(t, snapshot(t, want), snapshot(t, tr.run), "the networks")
}
