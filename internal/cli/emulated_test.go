//go:build linux && amd64

package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// The built program finds the driver as it finds any, trains, is widened, fails in mid-run where the driver does, and
// goes on from the checkpoint by the command that it prints.
func TestTheProgramTrainsOnAGPUAndGoesOnAfterItFailed(t *testing.T) {
	lib := emulated.Build(t)
	document := pretraining(t, func(e *experiment.Experiment) {
		*e = e.Rescale(6)
		e.Task = task.Spec{Kind: task.KindFacts, Letters: 4, Table: 1, Seq: 8, Batch: 1}
		e.Model.Vocab, e.Model.Layers = e.Task.Vocab(), 1
	})
	trained := func(env []string, args ...string) (code int, out, said string) {
		c := program(t, append([]string{"train", document, "--quiet", "--json"}, args...)...)
		var o, s bytes.Buffer
		c.Env, c.Stdout, c.Stderr = append(append(c.Env, lib.Env()), env...), &o, &s
		_ = c.Run()
		return c.ProcessState.ExitCode(), o.String(), s.String()
	}
	whole := filepath.Join(t.TempDir(), "out")
	code, out, said := trained(nil, "--out", whole, "--engine", "cuda")
	require.Zero(t, code, said)
	assert.Contains(t, out, `"engine":"CUDA, `)
	assert.Contains(t, out, `"event":"widening"`)

	dir := filepath.Join(t.TempDir(), "out")
	code, _, said = trained([]string{"EMU_FAIL=cuLaunchKernel:700:700"}, "--out", dir, "--engine", "cuda",
		"--checkpoint-every", "1")
	assert.Equal(t, codeBad, code, said)
	assert.Regexp(t, `computes has failed after step \d+: .*the GPU failed at .*; the checkpoint of step \d+ stays`,
		said)
	lines := commands(said)
	require.Len(t, lines, 2, said)
	code, out, said = trained(nil, strings.Fields(lines[0])[2:]...)
	require.Zero(t, code, said)
	assert.NotContains(t, out, "other_engine")
	last := filepath.Join(checkpointsName, "step-00000006")
	want, got := left(t, filepath.Join(whole, last)), left(t, filepath.Join(dir, last))
	assert.True(t, want["model.safetensors"] == got["model.safetensors"], "the same bits as if nothing had been")

	for env, says := range map[string]string{
		"EMU_MEMORY=100000": "has too little memory: the run needs ",
		"EMU_VERSION=11000": "the CUDA driver is too old",
	} {
		code, _, said = trained([]string{env}, "--out", filepath.Join(t.TempDir(), "out"), "--engine", "cuda")
		assert.Equal(t, codeBad, code)
		assert.Contains(t, said, "sparkling: --engine cuda: ")
		assert.Contains(t, said, says)
		assert.Equal(t, 1, strings.Count(said, "\n"), said)
	}
}
