package kernels_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/kernels"
)

func TestTheTextHoldsEveryFile(t *testing.T) {
	found, err := filepath.Glob("*.cu")
	require.NoError(t, err)
	assert.ElementsMatch(t, kernels.Files, found)
	for _, name := range kernels.Files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Contains(t, kernels.Source(), string(text))
	}
	assert.True(t, strings.HasPrefix(kernels.Source(), "// What all kernels share."))
}
