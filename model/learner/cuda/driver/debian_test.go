//go:build linux && amd64

package driver_test

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/debian"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// The real library, on a machine with no GPU.
func TestTheRealLibraryWithoutAGPUIsOneSentence(t *testing.T) {
	if _, err := os.Stat("/dev/nvidiactl"); err == nil {
		testneed.Here(t, errors.New("this needs a machine without a GPU"))
	}
	path, err := debian.Library(t.Context(), "libcuda1", "libcuda.so.1")
	testneed.Here(t, err)
	_, err = driver.Open(path, 11080)
	assert.ErrorContains(t, err, "the CUDA driver finds no GPU on this machine")
}
