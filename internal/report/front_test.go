package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// sheetOfRuns is runs.csv as anybody reads it, without the program.
type sheetOfRuns [][]string

func readRuns(t *testing.T) sheetOfRuns {
	t.Helper()
	f, err := os.Open(filepath.Join(published, runsFile))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	return rows
}

// each is a column of the runs of an arm at Inner 2x under a setting, by seed.
func (s sheetOfRuns) each(t *testing.T, setting, arm, name string) (out []float64) {
	t.Helper()
	column := func(name string) int { return slices.Index(s[0], name) }
	for _, row := range s[1:] {
		if row[column("setting")] == setting && row[column("arm")] == "copy-copy/"+arm {
			x, err := strconv.ParseFloat(row[column(name)], 64)
			require.NoError(t, err)
			out = append(out, x)
		}
	}
	require.NotEmpty(t, out, "%s, %s", setting, arm)
	return out
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// lower is by how much arm a ends below arm b in the mean.
func (s sheetOfRuns) lower(t *testing.T, setting, a, b string) float64 {
	return mean(s.each(t, setting, b, "final_full_val_loss")) - mean(s.each(t, setting, a, "final_full_val_loss"))
}

// more is by how many facts more arm a knows than arm b, by seed.
func (s sheetOfRuns) more(t *testing.T, setting, a, b string) []float64 {
	out := s.each(t, setting, a, "right")
	for i, x := range s.each(t, setting, b, "right") {
		out[i] -= x
	}
	return out
}

const facts = "facts-adamw-0.95"

// The lessons have the report's numbers, and what they conclude of them is so.
func TestTheLessonsHaveTheNumbersOfTheRuns(t *testing.T) {
	const lessons = "../../viz/story/report.json"
	numbers, err := os.ReadFile(filepath.Join(published, storyFile))
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(lessons, numbers, 0o644))
	}
	has, err := os.ReadFile(lessons)
	require.NoError(t, err)
	assert.Equal(t, string(numbers), string(has), "make golden copies it")

	s, text := readRuns(t), "adamw-0.999"
	losses := map[string]float64{"sparkling": s.lower(t, text, "sparkling", "asymmetric"),
		"locked": s.lower(t, text, "copy, re-warm all", "copy"), "all": s.lower(t, text, "rewarm-all", "sparkling")}
	for key, want := range losses {
		assert.Contains(t, string(has), fmt.Sprintf("%q: %g", key, math.Round(want*1e6)/1e6))
	}
	assert.Greater(t, s.lower(t, text, "copy, re-warm all", "copy"), s.lower(t, text, "sparkling", "asymmetric"),
		"raising all rates of locked copies is worth no less")
	assert.EqualValues(t, 128, slices.Min(s.each(t, text, "copy, re-warm all", "locked_pairs")), "they stay locked")
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	assert.Contains(t, strings.Join(strings.Fields(string(readme)), " "),
		"a second warm-up of *every* learning rate ends lower than SPARKLING")
	for _, setting := range []string{text, "adamw-0.95", "muon", facts} {
		assert.Positive(t, s.lower(t, setting, "rewarm-all", "sparkling"), setting)
	}
	for key, arms := range map[string][2]string{"sparkling": {"sparkling", "copy"}, "small": {"copy", "small"},
		"asymmetric": {"asymmetric", "copy"}, "all": {"rewarm-all", "sparkling"}} {
		assert.Regexp(t, fmt.Sprintf(`"%s": \{\s+"mean": %g,`, key, math.Round(mean(s.more(t, facts, arms[0],
			arms[1]))*10)/10), string(has))
	}
}

// What the built-in experiment of facts is there to show, it shows with each of the first eight seeds, which had no say
// in its settings.
func TestTheFactsShowWhatCopyingFailsToDo(t *testing.T) {
	s := readRuns(t)
	gap := s.more(t, facts, "sparkling", "copy")[:8]
	assert.GreaterOrEqual(t, mean(gap), 80.0)
	assert.Positive(t, slices.Min(gap), "in every one")
	assert.LessOrEqual(t, math.Abs(mean(s.more(t, facts, "copy", "small")[:8])), mean(gap)/3)
	assert.Zero(t, slices.Max(s.each(t, facts, "copy", "max_unlocked_pairs")), "locked bit for bit throughout")
	assert.EqualValues(t, 1296, slices.Min(s.each(t, facts, "copy", "asked")), "every fact is asked")
	assert.Len(t, s.each(t, facts, "copy", "asked"), 12)
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	words := strings.Join(strings.Fields(string(readme)), " ")
	all := s.more(t, facts, "sparkling", "copy")
	says(t, words, fmt.Sprintf("SPARKLING knows %.0f facts more than *Copy* in the mean of %d seeds, and more with "+
		"each", mean(all), len(all)))
	assert.Positive(t, slices.Min(all), "with each")
	says(t, words, fmt.Sprintf("*Copy*, locked to the last bit, knows %.0f more than the network",
		mean(s.more(t, facts, "copy", "small"))))
}

// The rate of Muon on facts is the one by which Small ends lowest, whatever that does to the other arms.
func TestMuonsRateIsTheOneThatItsSearchFinds(t *testing.T) {
	s, best, at := readRuns(t), math.Inf(1), 0.0
	for _, r := range reproduce.Rates() {
		if x := mean(s.each(t, r.ID, "small", "final_full_val_loss")); x < best {
			best, at = x, r.LR
		}
		assert.Len(t, s.each(t, r.ID, "small", "final_full_val_loss"), len(reproduce.RateSeeds))
	}
	assert.Equal(t, reproduce.MuonRate, at)
}

// The first screen says with other words what the runs say; each verdict of its picture leads to one cell, and every
// place of the report that a lesson leads to is there.
func TestTheFirstScreenSaysWhatTheRunsSayAndLeadsToIt(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(published, "index.html"))
	require.NoError(t, err)
	page, s := string(data), readRuns(t)
	gap := s.more(t, facts, "sparkling", "copy")
	says(t, page, fmt.Sprintf("SPARKLING knows %.0f more than Copy in the mean of %d seeds", mean(gap), len(gap)))
	says(t, page, fmt.Sprintf("Copy knows %.0f more than the network that was never", mean(s.more(t, facts, "copy",
		"small"))))
	says(t, page, "Against us: SPARKLING is not the best here.")
	assert.Equal(t, 5, strings.Count(page[strings.Index(page, "<ol>"):strings.Index(page, "</ol>")], "<li>"))

	claims, err := os.ReadFile(filepath.Join(published, claimsFile))
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(claims)).ReadAll()
	require.NoError(t, err)
	verdicts, tally := map[string]string{}, map[string]int{}
	for _, row := range rows[1:] {
		verdicts["claim-"+row[0]+"-"+strings.ReplaceAll(row[1], ".", "")] = row[slices.Index(rows[0],
			"verdict_on_claim")]
	}
	word := map[string]string{"agrees": "reproduces", "disagrees": "does not reproduce", "open": "not resolved"}
	squares := regexp.MustCompile(`<td role="cell"[^>]*><a class="\w+" href="#([\w-]+)"><i aria-hidden="true">(.)</i> `+
		`(\w+)`).FindAllStringSubmatch(page, -1)
	assert.Len(t, squares, len(reproduce.Claims())*len(reproduce.Settings()))
	for _, x := range squares {
		assert.Equal(t, verdicts[x[1]], word[x[3]], x[1])
		assert.Equal(t, 1, strings.Count(page, fmt.Sprintf(`<td role="cell" id="%s"`, x[1])), x[1])
		tally[x[3]]++
	}
	says(t, page, fmt.Sprintf("%d agree with the paper, %d disagree, and %d are open", tally["agrees"],
		tally["disagrees"], tally["open"]))
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		assert.Contains(t, page, fmt.Sprintf(`id="%s"`, m[1]))
	}
	lessons, err := filepath.Glob("../../viz/story/lessons/*.json")
	require.NoError(t, err)
	for _, path := range append(lessons, "../../index.html") {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`report/#([\w-]+)`).FindAllStringSubmatch(string(data), -1) {
			assert.Contains(t, page, fmt.Sprintf(`id="%s"`, m[1]), path)
		}
	}
}
