//go:build linux && amd64

package pretrain_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/plan"
	"github.com/sparkling-lab/sparkling/sim/pretrain"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// A run on a GPU takes there at most what is planned, to the byte, widened there or on the disk, by either optimizer
// and at either precision; and on either way it ends with the same bits.
func TestARunOnAGPUTakesThereWhatIsPlannedToTheByte(t *testing.T) {
	for i, kind := range optim.Kinds {
		p := cuda.Precisions[i%len(cuda.Precisions)]
		e := trial.Of(model.Joint, 4, 2, "sparkling")
		e.Optimizer.Kind = kind
		e.Model.Hidden, e.Model.Inner, e.Model.Heads, e.Model.KVHeads, e.Model.HeadDim = 12, 5, 2, 1, 6
		e.Task = task.Spec{Kind: task.KindFacts, Letters: 4, Table: 1, Seq: 8, Batch: 2, Accumulate: 2}
		e.Model.Vocab, e.Recompute = e.Task.Vocab(), i == 0
		var ends []map[string]string
		for _, onDisk := range []bool{false, true} {
			lib := emulated.Build(t)
			f, err := cuda.Open(lib.Path(), []byte("emulated"), p)
			require.NoError(t, err)
			dir := t.TempDir()
			s := setup(t, dir, e)
			s.Make, s.OnDisk, s.On = f, onDisk, func(r plan.Run) plan.Run { return r.On(p) }
			_, err = pretrain.Run(t.Context(), s)
			require.NoError(t, err)
			s.Keeper.Close()
			r := plan.RunOf(e, 0, s.Threads).On(p)
			r.OnDisk = onDisk
			assert.Equal(t, plan.Peak(r.Phases()).Bytes, float64(lib.MostUsed()), fmt.Sprint(kind, p, onDisk))
			require.NoError(t, f.Close())
			require.Zero(t, lib.Used(), "everything was given back")
			ends = append(ends, filesAt(t, dir, 4))
		}
		delete(ends[0], "record") // which says what there was no place to measure
		delete(ends[1], "record")
		same(t, ends[0], ends[1])
	}
}
