//go:build linux && amd64 && goexperiment.simd

package trial

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
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
	assert.Regexp(t, `tokens a second .* % of the fastest product\n`, out.String())
	for _, p := range r.Parts {
		assert.Contains(t, out.String(), "\n"+p.Name+" ")
		for _, row := range p.Rows {
			assert.NotContains(t, row.Note, "not a number")
			assert.Contains(t, out.String(), strings.TrimSpace(row.What))
		}
	}
}

func TestADeviceThatFailsIsInTheReportAndSaidOnce(t *testing.T) {
	var out bytes.Buffer
	lib := emulated.Build(t)
	o := options(t, &out)
	t.Cleanup(lib.Reset)
	lib.Fail("cuLaunchKernel", 100, 700)
	o.Only = []string{"check", "positions"}
	r, err := Run(t.Context(), o)
	require.NoError(t, err, "the parts say it")
	assert.False(t, r.Passed)
	assert.Equal(t, "check (failed), positions (failed)", r.Bad())
}

// The context of a process is lost with the kernel that faults, and with it what else would be found there.
func TestWhatIsLeftAfterAFailureIsTriedByAnotherProcess(t *testing.T) {
	var out bytes.Buffer
	lib := emulated.Build(t)
	o := options(t, &out)
	t.Cleanup(lib.Reset)
	program := filepath.Join(os.Getenv("PATH"), "again")
	run := func(text string) *Report {
		require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\n"+text), 0o755))
		lib.Reset()
		lib.Fail("cuLaunchKernel", 100, 700)
		o.Only, o.Rest = []string{"check", "positions", "full size"}, []string{program, "gpu"}
		r, err := Run(t.Context(), o)
		require.NoError(t, err)
		assert.Zero(t, lib.Contexts(), "which the other process may need the memory of")
		return r
	}
	r := run(`[ "$*" = "gpu --only positions,full size --json $5" ] || exit 1
echo "what it says"
echo '{"parts": [{"name": "positions", "outcome": "passed"}, {"name": "full size", "outcome": "failed"}]}' >"$5"
exit 2`)
	assert.Equal(t, "check (failed), full size (failed)", r.Bad())
	assert.Len(t, r.Parts, 3)
	assert.Contains(t, out.String(), "started again.\nwhat it says\n")

	r = run("echo no driver >&2; exit 2")
	assert.Equal(t, "check (failed)", r.Bad())
	assert.False(t, r.Passed)
	assert.Contains(t, out.String(), "That was not tried: exit status 2: no driver\n")
}

func TestATrialThatIsInterruptedHasNotPassed(t *testing.T) {
	var out bytes.Buffer
	o := options(t, &out)
	o.Only = []string{"check"}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Run(ctx, o)
	require.ErrorIs(t, err, context.Canceled)
	assert.False(t, r.Passed)
	require.Len(t, r.Parts, 1)
	assert.Equal(t, Interrupted, r.Parts[0].Outcome)
}

// A Python that breaks fails the part, but the device is measured all the same.
func TestWhatPyTorchFailsAtIsMeasuredHere(t *testing.T) {
	var out bytes.Buffer
	o := options(t, &out)
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(os.Getenv("PATH"), "python3"))) // answers nothing
	o.Only = []string{"products"}
	r, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, r.Parts, 1)
	p := r.Parts[0]
	assert.Equal(t, Failed, p.Outcome)
	assert.Contains(t, p.Why, "the script answers")
	assert.Equal(t, "PyTorch", p.Rows[0].What)
	assert.Contains(t, p.Rows[len(p.Rows)-1].What, "a copy on the device")
}
