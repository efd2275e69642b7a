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

// The real library, on a machine with no GPU. Started by root it makes the file that a GPU would be reached by.
func TestTheRealLibraryWithoutAGPUIsOneSentence(t *testing.T) {
	if _, err := os.Stat("/proc/driver/nvidia"); err == nil {
		testneed.Here(t, errors.New("this needs a machine without a GPU"))
	}
	path, err := debian.Library(t.Context(), "libcuda1", "libcuda.so.1")
	testneed.Here(t, err)
	const node = "/dev/nvidiactl"
	if _, err := os.Lstat(node); errors.Is(err, os.ErrNotExist) {
		t.Cleanup(func() { _ = os.Remove(node) })
	}
	_, err = driver.Open(path, 11080)
	assert.ErrorContains(t, err, "the CUDA driver finds no GPU on this machine")
}
