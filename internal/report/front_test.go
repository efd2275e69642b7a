package report

import (
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The front page says of the recipe what the report's own runs say, with their numbers.
func TestFrontPageSaysWhatTheRunsSay(t *testing.T) {
	mean, identical := ends(t, "../../site/report/runs.csv")
	page, err := os.ReadFile("../../index.html")
	require.NoError(t, err)
	numbers := map[string]string{}
	for _, m := range regexp.MustCompile(`<span data-report="(\w+)">([\d.]+)</span>`).
		FindAllStringSubmatch(string(page), -1) {
		numbers[m[1]] = m[2]
	}
	const setting = "adamw-0.999"
	difference := func(a, b string) float64 { return mean(setting, a) - mean(setting, b) }
	sparkling, locked, all := difference("asymmetric", "sparkling"), difference("copy", "copy, re-warm all"),
		difference("sparkling", "rewarm-all")
	assert.Equal(t, map[string]string{"sparkling": fmt.Sprintf("%.3f", sparkling),
		"locked": fmt.Sprintf("%.3f", locked), "all": fmt.Sprintf("%.3f", all)}, numbers)
	assert.Greater(t, locked, sparkling, "no less")
	assert.Equal(t, 128, identical(setting, "copy, re-warm all"), "it stays locked in every run")
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	assert.Contains(t, strings.Join(strings.Fields(string(readme)), " "),
		"a second warm-up of *every* learning rate ends lower than SPARKLING")
	for _, s := range []string{setting, "adamw-0.95", "muon"} {
		assert.Less(t, mean(s, "rewarm-all"), mean(s, "sparkling"), s)
	}
}

// ends reads the mean final loss of an arm under a setting, and how many of its pairs are equal bit for bit at the end
// in the run with the fewest.
func ends(t *testing.T, path string) (loss func(setting, arm string) float64, locked func(setting, arm string) int) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	column := func(name string) int { return slices.Index(rows[0], name) }
	each := func(setting, arm, name string) (out []float64) {
		for _, row := range rows[1:] {
			if row[column("setting")] == setting && row[column("arm")] == "copy-copy/"+arm {
				x, err := strconv.ParseFloat(row[column(name)], 64)
				require.NoError(t, err)
				out = append(out, x)
			}
		}
		require.NotEmpty(t, out, "%s, %s", setting, arm)
		return out
	}
	return func(setting, arm string) float64 {
			sum, all := 0.0, each(setting, arm, "final_full_val_loss")
			for _, x := range all {
				sum += x
			}
			return sum / float64(len(all))
		}, func(setting, arm string) int {
			return int(slices.Min(each(setting, arm, "locked_pairs")))
		}
}
