//go:build !js

package task

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTextIsCleanedFromTheGoDistribution(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src/testdata/Isaac.Newton-Opticks.txt"))
	require.NoError(t, err)
	require.True(t, Clean(string(raw), "Advertisement I") == opticks, "opticks.txt is not what Clean makes")
}
