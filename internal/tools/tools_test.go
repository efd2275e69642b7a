package tools_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/tools"
)

// Python takes any folder of that name for a package.
func TestAFolderCalledTorchIsNotPyTorch(t *testing.T) {
	want, wrong := tools.PyTorch(context.Background())
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "torch"), 0o755))
	t.Chdir(dir)
	got, err := tools.PyTorch(context.Background())
	assert.Equal(t, want, got)
	assert.Equal(t, wrong, err)
}
