package checkpoints

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// watched is a network that measures the heap as it is read.
type watched struct {
	checkpoint.Source
	calls int
	most  uint64
}

func (w *watched) Read(q model.Quantity, tensor, expert int, into []float32) error {
	if w.calls++; w.calls%40 == 0 {
		w.most = max(w.most, held())
	}
	return w.Source.Read(q, tensor, expert, into)
}

// held is what is on the heap and needed.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Beside the run, saving takes the memory of one tensor and not of the network; what is loaded takes that of the run
// and nothing of it twice.
func TestMemoryIsThatOfTheRunAndOneTensor(t *testing.T) {
	e := tiny(model.Inner, "small")
	e.Model.Hidden, e.Model.Inner, e.Model.Experts = 64, 96, 48
	p := Position{Experiment: e, Places: []int{}}
	v, g := networkAt(p)
	k := keeper(t, 1)
	network := uint64(3 * 4 * v.Table().Size)
	const fixed = 3 << 19 // headers, buffers, tables of names
	require.Greater(t, network, uint64(6*fixed))

	before, w := held(), &watched{Source: v}
	_, err := k.Save(context.Background(), w, g, p)
	require.NoError(t, err)
	require.Greater(t, w.calls, 400)
	assert.Less(t, w.most-before, uint64(fixed), "%d bytes are saved", network)

	var a, b runtime.MemStats
	c := latest(t, k)
	runtime.ReadMemStats(&a)
	s, err := load(c, e, v.Table(), g)
	require.NoError(t, err)
	runtime.ReadMemStats(&b)
	assert.Less(t, b.TotalAlloc-a.TotalAlloc, network+2*fixed, "all that was ever allocated")
	runtime.KeepAlive(s)
	runtime.KeepAlive(v)
}
