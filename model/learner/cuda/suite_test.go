//go:build linux && amd64

package cuda_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
)

// open is a factory on the emulated device. When the test ends nothing may be held there.
func open(t *testing.T, p cuda.Precision) (*cuda.Factory, *emulated.Library) {
	t.Helper()
	lib := emulated.Build(t)
	f, err := cuda.Open(lib.Path(), []byte("emulated"), p)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, f.Close())
		assert.Zero(t, lib.Used(), "everything was given back")
	})
	return f, lib
}

func TestTheDeviceKeepsWhatEveryLearnerHasToKeep(t *testing.T) {
	f, _ := open(t, cuda.Float32)
	learnertest.Check(t, f)
}
