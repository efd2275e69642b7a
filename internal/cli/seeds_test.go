package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSeedsPrintMeansIntervalsAndPairedDifferences(t *testing.T) {
	code, out, said := run("run", "--seeds", "1-3", file(t, nil))
	require.Zero(t, code, said)
	lines := strings.Split(out, "\n")
	assert.Equal(t, "Final validation loss, nats, 3 seeds", lines[0])
	assert.Regexp(t, `^arm +mean +95 % interval +minus Copy +95 % interval +better in$`, lines[1])
	assert.Regexp(t, `^Copy +\d\.\d{4} +\d\.\d{4} to \d\.\d{4} +- +- +-$`, lines[3])
	assert.Regexp(t, `^SPARKLING +\d\.\d{4} +\d\.\d{4} to \d\.\d{4} +[+-]\d\.\d{4} +\S+ to \S+ +\d of 3$`, lines[5])
	assert.Contains(t, out, "\n3 of 3 seeds run to the end.\nSmall minus Copy: ")
	assert.Equal(t, 1, strings.Count(said, "Nothing but the table"), "it is said once")
}

// The run of each seed lies in its folder as that seed run alone leaves it, and the same command trains none again.
func TestSeedsLeaveARunEachAndTheNumbersOfAll(t *testing.T) {
	doc, dir := file(t, nil), filepath.Join(t.TempDir(), "out")
	code, table, said := run("run", doc, "--seeds", "2,5", "--out", dir)
	require.Zero(t, code, said)
	lone := filepath.Join(t.TempDir(), "alone")
	code, _, said = run("run", doc, "--seed", "5", "--out", lone)
	require.Zero(t, code, said)
	read := func(path ...string) []byte {
		data, err := os.ReadFile(filepath.Join(path...))
		require.NoError(t, err)
		return data
	}
	assert.Equal(t, read(lone, recordName), read(dir, "seed-5", recordName))
	assert.Equal(t, read(lone, stateName), read(dir, "seed-5", stateName))
	numbers := string(read(dir, seedsName))
	assert.Contains(t, numbers, ",5,3,SPARKLING,30,")

	code, again, said := run("run", doc, "--seeds", "2,5", "--out", dir)
	require.Zero(t, code, said)
	assert.Equal(t, table, again)
	assert.Contains(t, said, "seed-2 holds this run to its end; nothing is trained again.")
}

func TestSeedsInJSONHaveTheMeansAndWhatTheyAreOf(t *testing.T) {
	code, out, said := run("run", "--seeds", "1,2", "--json", file(t, nil))
	require.Zero(t, code, said)
	var got struct {
		Baseline int `json:"baseline"`
		Arms     []struct {
			Name     string
			LossDiff *seedMean `json:"full_val_loss_minus_baseline"`
			Runs     []struct {
				Seed uint64
				Loss float64 `json:"full_val_loss"`
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	assert.Equal(t, 1, got.Baseline)
	assert.Nil(t, got.Arms[1].LossDiff, "the baseline")
	a, b := got.Arms[3].Runs, got.Arms[1].Runs
	require.Len(t, a, 2)
	assert.Equal(t, 2, got.Arms[3].LossDiff.Seeds)
	assert.InDelta(t, (a[0].Loss-b[0].Loss+a[1].Loss-b[1].Loss)/2, float64(got.Arms[3].LossDiff.Mean), 1e-12)
}

func TestSeedsAreSeveralAndDifferent(t *testing.T) {
	for _, wrong := range []string{"1", "3-1", "1-17", "1,1", "1-2-3", "x", "1,", "0-18446744073709551615"} {
		code, _, said := run("run", "--seeds", wrong, file(t, nil))
		assert.Equal(t, codeBad, code, wrong)
		assert.Contains(t, said, "allowed are 2 to 16 different seeds, as 1-8 or 1,2,5", wrong)
	}
	code, _, said := run("run", "--seeds", "1-2", "--seed", "3", file(t, nil))
	assert.Equal(t, codeBad, code)
	assert.Contains(t, said, "leave out --seed")
	got, err := parseSeeds("7,1-3")
	require.NoError(t, err)
	assert.Equal(t, []uint64{7, 1, 2, 3}, got)
}
