//go:build linux && amd64 && goexperiment.simd

package trial

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	_ "github.com/sparkling-lab/sparkling/internal/fixture" // go test ./model/... -fixtures DIR gives the flag to all
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

// options are those of a trial of an emulated device, on a machine that has no other program.
func options(t *testing.T, out *bytes.Buffer) Options {
	t.Helper()
	o := Options{Library: emulated.Build(t).Path(), Sizes: Tiny(), Out: out, Limit: time.Hour}
	t.Setenv("PATH", t.TempDir())
	return o
}

func TestATrialOfAnEmulatedDevicePasses(t *testing.T) {
	var out bytes.Buffer
	r, err := Run(t.Context(), options(t, &out))
	t.Log(out.String())
	require.NoError(t, err)
	outcomes := map[string]Outcome{}
	for _, p := range r.Parts {
		outcomes[p.Name] = p.Outcome
	}
	assert.Equal(t, map[string]Outcome{"check": Passed, "positions": Passed, "lock": Passed, "sanitizer": NotHere,
		"products": Passed, "full size": Passed, "pytorch": NotHere, "hugging face": NotHere}, outcomes)
	assert.True(t, r.Passed, "what is not here is no failure")
	assert.Contains(t, out.String(), "of an update: product_nt_bf16", "where the time goes")
	for _, p := range r.Parts {
		assert.Contains(t, out.String(), "\n"+p.Name+" ")
		for _, row := range p.Rows {
			assert.NotContains(t, row.Note, "not a number")
			assert.Contains(t, out.String(), strings.TrimSpace(row.What))
		}
	}
}
