package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
)

// The load-balancing loss of an independent implementation is E·Σ load·probability, the mean over layers.
func TestCheckSaysOfExpertsWhatAnIndependentImplementationsLossIsMadeOf(t *testing.T) {
	for _, set := range fixture.Sets(t, "../../model/testdata/fixtures") {
		dir, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_init"})
		got, _ := checkedAt(t, dir, batchOf(set))
		sum := 0.0
		for l, load := range got.ExpertLoad {
			all := number(0)
			for e, share := range load {
				all += share
				sum += float64(len(load)) * float64(share*got.Router[l][e]) / float64(len(got.ExpertLoad))
			}
			assert.InDelta(t, 1, float64(all), 1e-6, "%s, layer %d", set, l)
		}
		assert.InDelta(t, fixture.Load(t, set, "batch").F32(t, "lb", nil)[0], sum, 1e-5, set)
		code, text, err := run("check", "--model", dir, "--batch", batchOf(set))
		require.Zero(t, code, err)
		assert.Regexp(t, `(?m)^Experts get 0\.\d{4} \(layers\.\d\.experts\.\d\) to 0\.\d{4} \(`, text)
	}
}

func TestRunAndFiguresLeaveWhatExpertsGet(t *testing.T) {
	out, again := filepath.Join(t.TempDir(), "out"), t.TempDir()
	code, text, err := run("run", "--quiet", "--json", "--out", out, smallFacts(t))
	require.Zero(t, code, err)
	r, oops := readRecord(out)
	require.NoError(t, oops)
	var want bytes.Buffer
	require.NoError(t, r.WriteExpertsCSV(&want))
	code, _, err = run("figures", filepath.Join(out, "record.sparkling"), "--out", again)
	require.Zero(t, code, err)
	for _, dir := range []string{out, again} {
		got, oops := os.ReadFile(filepath.Join(dir, "experts.csv"))
		require.NoError(t, oops)
		assert.True(t, bytes.Equal(want.Bytes(), got), "the numbers of the record")
		assert.FileExists(t, filepath.Join(dir, "experts.svg"))
	}
	var told struct{ Arms []result }
	require.NoError(t, json.Unmarshal([]byte(text), &told))
	for arm, a := range told.Arms {
		f, ok := r.ExpertsAt(arm, 100)
		require.True(t, ok)
		x := r.ExpertsOf(&f)
		require.NotNil(t, a.Experts, a.Name)
		assert.Equal(t, 100, a.Experts.Step)
		assert.Equal(t, 8, a.Experts.Symbols["_c"])
		assert.Equal(t, x.Gets(1, 2, 3), a.Experts.Gets["_d"][1][2])
		assert.InDelta(t, x.Router(1, 2), float64(a.Experts.Router[1][2]), 1e-9)
		assert.InDelta(t, x.Load(0, 3), float64(a.Experts.Load[0][3]), 1e-9)
		assert.InDelta(t, x.Specialization(1), float64(a.Experts.Specialization[1]), 1e-9)
		finding, ok := x.Finding()
		require.True(t, ok)
		assert.Equal(t, x.Says(finding), a.Experts.Says)
	}
}
