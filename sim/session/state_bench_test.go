package session

import (
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// What it takes to write the states of four arms of the default experiment, at its width and eight times as wide.
func BenchmarkState(b *testing.B) {
	for _, width := range []int{1, 8} {
		e := experiment.Default()
		e.Model.Hidden, e.Model.Inner = width*e.Model.Hidden, width*e.Model.Inner
		size := experiment.StateValues * 4 * model.NewTable(e.Wide(3)).Size
		b.Run(strconv.Itoa(width), func(b *testing.B) {
			st := State{Record: record.New(trial.Valid(e)), Arms: make([]ArmSave, 4)}
			for i := range st.Arms {
				st.Arms[i].Snapshot = make([]byte, size)
			}
			b.SetBytes(int64(4 * size))
			for b.Loop() {
				require.NoError(b, st.Encode(io.Discard))
			}
		})
	}
}
