package policy

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// depends are the packages that programs of a platform consist of.
func depends(t *testing.T, platform string, of ...string) (packages []string) {
	t.Helper()
	system, processor, _ := strings.Cut(platform, "/")
	c := exec.Command("go", append([]string{"list", "-deps"}, of...)...)
	c.Dir = root
	c.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0")
	out, err := c.Output()
	require.NoError(t, err, platform)
	return strings.Fields(string(out))
}

// The page has nothing of the engine for GPUs in it, and a GPU's driver is opened by programs for Linux alone.
func TestOnlyProgramsForLinuxOpenAGPUsDriver(t *testing.T) {
	const purego = "github.com/ebitengine/purego"
	for _, p := range depends(t, "js/wasm", "./wasm/lab", "./wasm/trainer") {
		assert.False(t, strings.Contains(p, "learner/cuda") || strings.HasPrefix(p, purego), "the page links %s", p)
	}
	driver := "./model/learner/cuda/driver"
	assert.Contains(t, depends(t, "linux/amd64", driver), purego)
	for _, platform := range []string{"windows/amd64", "darwin/arm64", "linux/386"} {
		assert.NotContains(t, depends(t, platform, driver), purego, platform)
	}
}
