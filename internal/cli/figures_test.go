package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// made are the names of the pictures in a folder.
func made(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext == ".svg" || ext == ".png" || ext == ".pdf" {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestFiguresAreDrawnByNameForWhatTheyAreFor(t *testing.T) {
	dir, _ := seeded(t, 1)
	path, out := filepath.Join(dir, recordName), t.TempDir()
	for _, args := range [][]string{
		{"--figures", "loss,rms"}, {"--figures", "loss", "--for", "column"},
		{"--figures", "loss", "--for", "projector", "--theme", "dark", "--bare"},
	} {
		code, _, err := run(append([]string{"figures", path, "--out", out}, args...)...)
		require.Zero(t, code, err)
	}
	assert.Equal(t, []string{"loss-column.png", "loss-column.svg", "loss-projector-dark.png", "loss-projector-dark.svg",
		"loss.png", "loss.svg", "rms.png", "rms.svg"}, made(t, out), "sizes and themes stand beside each other")
	for name, pixels := range map[string]string{"loss-column.svg": `<svg width="234pt"`,
		"loss-projector-dark.svg": `<svg width="1200pt"`} {
		data, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		assert.Contains(t, string(data), pixels)
	}
}

func TestWhatFiguresCannotBeIsRefusedByName(t *testing.T) {
	dir, _ := seeded(t, 1)
	path := filepath.Join(dir, recordName)
	other, _ := seeded(t, 2)
	second := filepath.Join(other, recordName)
	for says, args := range map[string][]string{
		`there is no figure "lost"; there are loss,`:                   {path, "--figures", "lost"},
		`--figures names loss twice`:                                   {path, "--figures", "loss,loss"},
		`nothing is recorded for the figure paper-14-16, which needs`:  {path, "--figures", "paper-14-16"},
		`--for must be one of "page","column","projector"`:             {path, "--for", "wall"},
		`--theme must be one of "light","dark"`:                        {path, "--theme", "pink"},
		`two records have the seed 1`:                                  {path, path},
		`which needs a widening, and a single run`:                     {path, second, "--figures", "rms"},
		`the record cannot be read`:                                    {path + ".none"},
		`nothing is recorded for the figure paired, which needs a wid`: {path, "--figures", "paired"},
	} {
		out := t.TempDir()
		code, _, err := run(append([]string{"figures", "--out", out}, args...)...)
		assert.Equal(t, codeBad, code, says)
		assert.Contains(t, err, says)
		assert.Empty(t, made(t, out), "nothing is drawn")
	}
}

func TestFiguresOfSeveralSeedsShowPairedDifferences(t *testing.T) {
	one, _ := seeded(t, 1)
	two, _ := seeded(t, 2)
	out := t.TempDir()
	code, _, err := run("figures", filepath.Join(one, recordName), filepath.Join(two, recordName), "--out", out)
	require.Zero(t, code, err)
	names := made(t, out)
	assert.Contains(t, names, "paired.svg")
	assert.Contains(t, names, "loss.svg")
	assert.NotContains(t, names, "rms.svg", "which shows a single run")
	data, oops := os.ReadFile(filepath.Join(out, "paired.svg"))
	require.NoError(t, oops)
	assert.Contains(t, string(data), "the seeds 1, 2")
}

var sheetSize = regexp.MustCompile(`/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]`)

// Every figure is one sheet as large as the figure is.
func TestFiguresArePrintedByABrowser(t *testing.T) {
	testneed.Browser(t)
	dir, _ := seeded(t, 1)
	out := t.TempDir()
	r, err := readRecord(dir)
	require.NoError(t, err)
	code, _, problem := run("figures", filepath.Join(dir, recordName), "--out", out, "--figures", "loss,rms", "--for",
		"column", "--pdf")
	require.Zero(t, code, problem)
	for _, name := range []string{"loss", "rms"} {
		f, err := figure.Named(name, r)
		require.NoError(t, err)
		width, height, err := f.In(figure.Options{For: figure.Column}).Size()
		require.NoError(t, err)
		data, err := os.ReadFile(filepath.Join(out, name+"-column.pdf"))
		require.NoError(t, err)
		sheets := sheetSize.FindAllSubmatch(data, -1)
		require.Len(t, sheets, 1, "one sheet")
		for i, want := range []float64{width, height} {
			got, err := strconv.ParseFloat(string(sheets[0][i+1]), 64)
			require.NoError(t, err)
			assert.InDelta(t, want, got, 1, name)
		}
	}
}

func TestWhereThereIsNoBrowserThatIsSaidAndTheRestIsThere(t *testing.T) {
	dir, _ := seeded(t, 1)
	out := t.TempDir()
	t.Setenv("PATH", "")
	code, _, err := run("figures", filepath.Join(dir, recordName), "--out", out, "--figures", "loss", "--pdf")
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "no PDF is made: this needs a Chromium")
	assert.Contains(t, err, "SVG and PNG are there")
	assert.Equal(t, []string{"loss.png", "loss.svg"}, made(t, out))
}
