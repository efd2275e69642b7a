package cli

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// explosive is a document whose first arm is sound, and whose others diverge after their widening: re-warmed to ten
// times the rate, their weights grow a hundredfold at every update.
func explosive(t *testing.T) string {
	t.Helper()
	e := experiment.Default().Rescale(40)
	e.Task.Batch, e.Task.Seq = 1, 8
	e.Optimizer.LR, e.Optimizer.WeightDecay, e.Optimizer.Warmup, e.Optimizer.MinLRRatio = 0.1, 10, 0, 1
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Rewarm = optim.Rewarm{Scope: optim.RewarmAll, Rho: 10}
		}
	}
	path := filepath.Join(t.TempDir(), "explosive.json")
	require.NoError(t, os.WriteFile(path, e.JSON(), 0o644))
	return path
}

func TestRunThatDivergesIsSaidEverywhereAndKeepsWhatThereIs(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	code, table, says := run("run", explosive(t), "--quiet", "--out", out)
	assert.Equal(t, codeBad, code)
	assert.Contains(t, says, "training diverged: ")
	assert.Contains(t, says, "is no longer a number")
	assert.Equal(t, 1, strings.Count(says, "\n"), says)
	assert.Contains(t, table, diverged)
	assert.Regexp(t, `Copy diverged at step \d+: [^.]* is no longer a number`, strings.ReplaceAll(table, "\n", " "))
	assert.NotContains(t, table, "NaN")
	assert.NotContains(t, table, "Inf")

	code, text, _ := run("run", explosive(t), "--quiet", "--json")
	assert.Equal(t, codeBad, code)
	var got struct {
		Arms []struct {
			Name, State string
			HeldOut     *float64 `json:"val_loss"`
			Whole       *float64 `json:"full_val_loss"`
			Cosine      *float64 `json:"weight_cosine"`
			NotFinite   string   `json:"not_finite"`
			Pairs       int
			Locked      int    `json:"locked_pairs"`
			Weights     states `json:"weight_pairs"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &got), text)
	lost := 0
	for _, a := range got.Arms {
		if a.NotFinite == "" {
			continue
		}
		lost++
		assert.Equal(t, "failed", a.State)
		assert.Nil(t, a.HeldOut)
		assert.Nil(t, a.Whole)
		assert.Regexp(t, `model\.|logit`, a.NotFinite)
		assert.Equal(t, a.Pairs, a.Weights.Locked+a.Weights.Apart+a.Weights.OneZero+a.Weights.Diverged)
		if a.Weights.Diverged > 0 {
			assert.Nil(t, a.Cosine)
			assert.Less(t, a.Locked, a.Pairs, "a pair that has diverged is not locked")
		}
	}
	require.Positive(t, lost, text)

	f, err := os.Open(filepath.Join(out, "numbers.csv"))
	require.NoError(t, err, "what there is was kept")
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	named, column := 0, slices.Index(rows[0], "not_finite")
	require.GreaterOrEqual(t, column, 0)
	for _, row := range rows[1:] {
		if row[column] != "" {
			named++
		}
	}
	assert.Equal(t, lost, named, "the last row of every arm that diverged names the tensor")
	picture, err := os.ReadFile(filepath.Join(out, "loss.svg"))
	require.NoError(t, err)
	assert.Contains(t, string(picture), " diverged at step ")
	assert.NotContains(t, string(picture), "NaN")
}

// Where the arm that all part from diverges before that, the others say why nothing is known of them, in the table and
// in JSON.
func TestArmsThatNeverBeganSayWhy(t *testing.T) {
	e := experiment.Default().Rescale(40)
	e.Task.Batch, e.Task.Seq = 1, 8
	e.Optimizer.LR, e.Optimizer.WeightDecay, e.Optimizer.Warmup, e.Optimizer.MinLRRatio = 10, 10, 0, 1
	path := filepath.Join(t.TempDir(), "early.json")
	require.NoError(t, os.WriteFile(path, e.JSON(), 0o644))
	code, table, _ := run("run", path, "--quiet")
	assert.Equal(t, codeBad, code)
	code, text, _ := run("run", path, "--quiet", "--json")
	assert.Equal(t, codeBad, code)
	var got struct {
		Arms []struct{ State, Error string }
	}
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	require.Len(t, got.Arms, len(e.Arms))
	assert.Equal(t, "failed", got.Arms[0].State)
	for i, a := range got.Arms[1:] {
		says := e.Arms[1+i].Name + " never began: " + e.Arms[0].Name + ", from which it parts, had diverged."
		assert.Equal(t, says, a.Error)
		assert.Contains(t, strings.ReplaceAll(table, "\n", " "), says)
	}
}
