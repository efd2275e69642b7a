//go:build !race

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// The estimate is what a run holds at most: with garbage collected in time it takes no more, and not much less. The
// race detector keeps notes of its own about every byte.
func TestEstimateOfMemoryIsWhatARunTakes(t *testing.T) {
	for name, x := range map[string]struct {
		builtin               string
		hidden, inner, layers int
		batch, seq            int
	}{
		"weights":      {"default", 128, 128, 4, 2, 32},
		"from scratch": {"compute", 160, 160, 4, 2, 32},
		"attention":    {"default", 32, 32, 4, 2, 512},
		"stages":       {"stages", 128, 48, 4, 2, 32},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := experiment.Named(x.builtin)
			require.NoError(t, err)
			e = e.Rescale(20)
			e.Model.Hidden, e.Model.Inner, e.Model.Layers, e.Model.Experts = x.hidden, x.inner, x.layers, 8
			e.Task.Batch, e.Task.Seq = x.batch, x.seq
			need := e.Memory()
			require.Greater(t, need, 150.0*mib)
			require.Less(t, need, 400.0*mib, "small enough to be tried")
			path := filepath.Join(t.TempDir(), "experiment.json")
			require.NoError(t, os.WriteFile(path, e.JSON(), 0o644))
			c := program(t, "run", "--every", "24h", path) // keeping its state takes more, which is asked for beside it
			status := filepath.Join(filepath.Dir(path), "status")
			c.Env = append(c.Env, fmt.Sprintf("GOMEMLIMIT=%.0f", need+itself), asProgram+"_STATUS="+status)
			out, err := c.CombinedOutput()
			require.NoError(t, err, string(out))
			kib, ok := numberIn(os.DirFS(filepath.Dir(path)), "status", "VmHWM:")
			require.True(t, ok)
			peak := 1024 * kib
			t.Logf("estimate %s, peak %s", size(need), size(peak))
			assert.LessOrEqual(t, peak, (need+itself)/(1-spare))
			assert.GreaterOrEqual(t, peak, 0.6*need)
		})
	}
}
