//go:build linux && amd64 && goexperiment.simd

package trial

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// grouped is grouped_mm for a PyTorch that has none.
const grouped = `
import torch

def grouped_mm(a, b, offs):
    ends = [0] + offs.tolist()
    return torch.cat([a[i:j] @ b[e] for e, (i, j) in enumerate(zip(ends, ends[1:]))])

torch.nn.functional.grouped_mm = grouped_mm
`

// A comparison of times is worth something only if both train the same network: expert after expert in float32 here,
// and all at once, whose operands are bf16.
func TestPyTorchTrainsTheSameNetwork(t *testing.T) {
	testneed.PyTorch(t)
	for how, off := range map[string]float64{"eager": 1e-5, "grouped_mm": 1e-2} {
		t.Run(how, func(t *testing.T) { trainsTheSame(t, how, off) })
	}
}

func trainsTheSame(t *testing.T, how string, off float64) {
	t.Helper()
	x := &trial{Options: Options{Sizes: Tiny(), PeersOnCPU: true}}
	n := x.Sizes.Full
	s, err := begin(cpu.Factory{}, n, optim.AdamW, fullRate)
	require.NoError(t, err)
	weights, err := read(s, model.Weight)
	require.NoError(t, err)
	ids, labels := s.data()
	job := x.peerJob(n, how)
	job["weights"], job["ids"], job["labels"], job["limit_seconds"] = tensors(t, weights), ids, labels, 600
	var r trained
	require.NoError(t, x.ask(t.Context(), grouped+trainScript, job, &r))
	require.Len(t, r.Losses, x.Sizes.FullUpdates)
	for _, theirs := range r.Losses {
		u, err := s.Train(ids, labels, []float64{fullRate})
		require.NoError(t, err)
		assert.InDelta(t, u.CE, theirs, off)
	}
}

// tensors are weights as the script takes them.
func tensors(t *testing.T, w model.Values) map[string]any {
	all := map[string]any{}
	for i, x := range w.Table.Tensors {
		for e := range x.Experts {
			shape := []int{x.Rows.Size, x.Cols.Size}
			if x.Kind == model.NormWeight {
				shape = []int{x.Rows.Size * x.Cols.Size}
			}
			data, err := binary.Append(nil, binary.LittleEndian, w.Expert(i, e))
			require.NoError(t, err)
			all[x.Name(e)] = map[string]any{"shape": shape, "data": data}
		}
	}
	return all
}

func TestPyTorchTellsItsSpeed(t *testing.T) {
	testneed.PyTorch(t)
	x := &trial{Options: Options{Sizes: Tiny(), PeersOnCPU: true}, card: Card{PeakTFLOPs: 1}}
	p := &Part{}
	require.NoError(t, x.pytorch(t.Context(), p))
	require.NotEmpty(t, p.Rows)
	assert.Contains(t, p.Rows[0].What, "eager, PyTorch ")
	assert.Positive(t, p.Rows[0].Value)
	assert.Positive(t, p.Rows[0].Fraction)

	list := shapes(x.Sizes.Full)
	var theirs struct{ TFLOPs []float64 }
	require.NoError(t, x.ask(t.Context(), productsScript, map[string]any{"products": list, "repeats": 1}, &theirs))
	require.Len(t, theirs.TFLOPs, len(list))
	for _, rate := range theirs.TFLOPs {
		assert.Positive(t, rate)
	}
}

// On a GPU that is not there the scripts say so, and that is no failure.
func TestPyTorchWithoutAGPUIsNotHere(t *testing.T) {
	testneed.PyTorch(t)
	x := &trial{Options: Options{Sizes: Tiny()}}
	var missing errMissing
	for _, script := range []string{trainScript, productsScript} {
		job := x.peerJob(x.Sizes.Full, "eager")
		job["products"] = []int{}
		err := x.ask(t.Context(), script, job, &struct{}{})
		if err != nil { // this machine has one
			require.ErrorAs(t, err, &missing)
			assert.Contains(t, err.Error(), "finds no GPU")
		}
	}
}
