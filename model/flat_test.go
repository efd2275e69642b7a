package model_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// Every step draws other symbols, so that the experts' shares, and with them the shapes of the products, change from
// step to step.

func TestATrainingStepAllocatesNothing(t *testing.T) {
	for _, kind := range []optim.Kind{optim.AdamW, optim.Muon} {
		_, step := stepper(compute.NewCPU(), shape(47, 24, 2, 4, 2, 6, 5, 20), 3, 17, kind)
		for range 20 {
			step()
		}
		assert.Zero(t, testing.AllocsPerRun(50, step), kind)
	}
}

func TestMemoryStaysFlatOverManySteps(t *testing.T) {
	_, step := stepper(compute.NewCPU(), shape(47, 16, 1, 2, 1, 4, 4, 12), 2, 16, optim.AdamW)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for range 50 {
		step()
	}
	begin := heap()
	for range 2000 {
		step()
	}
	assert.LessOrEqual(t, heap(), begin+16<<10, "bytes on the heap after 2000 more steps")
}
