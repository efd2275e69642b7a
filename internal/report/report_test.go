package report

import (
	"bytes"
	"encoding/csv"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

var update = flag.Bool("update", false, "write the golden files anew")

// made are findings of made-up runs: every arm of every claim, with losses, curves and pairs that follow from its place in the list.
func made(t *testing.T, seeds ...uint64) Findings {
	t.Helper()
	f := Findings{
		Results: reproduce.NewResults(), Claims: reproduce.Claims(), Settings: reproduce.Settings(), Candidates: reproduce.Candidates(),
		Made: map[reproduce.Made]int{{Revision: "0123456789ab", Arithmetic: "cafe"}: 3, {Arithmetic: "cafe"}: 1}, Command: "sparkling reproduce --seeds 3",
	}
	jobs := append(reproduce.Plan(f.Claims, f.Settings, seeds, false), reproduce.SearchPlan(f.Candidates, seeds, false)...)
	jobs = append(jobs, reproduce.SearchPlan(f.Candidates[:1], seeds, false)...)
	for _, j := range jobs {
		var out []reproduce.Result
		for i, e := range j.Group.Entries {
			noise := 0.02*math.Sin(float64(j.Seed)) + 0.002*math.Sin(float64(7*j.Seed)+float64(i)+float64(len(j.Setting.ID)))
			r := reproduce.Result{Key: e.Key, Final: reproduce.Number(1.75 - 0.012*float64(i) + noise), Before: 1.9, After: reproduce.Number(1.9 + 0.1*float64(i)), FLOPs: 1e9}
			for step := 0; step <= 1000; step += 100 {
				r.Held = append(r.Held, reproduce.Point{Step: step, Loss: r.Final + reproduce.Number(float64(1000-step)/1000), FLOPs: 1e6 * float64(step)})
				if i > 0 && step >= 500 {
					r.Pairs = append(r.Pairs, reproduce.Pairs{Step: step, Weight: reproduce.Number(1 - float64(i*(step-500))/1e4), Gradient: 1, Count: 128})
				}
			}
			r.RatiosBefore, r.RatiosAfter = []reproduce.Number{2, 0.5, 1, 0.5}, []reproduce.Number{2, 0.5, 1, 0.7}
			out = append(out, r)
		}
		f.Results.Add(j, out)
	}
	return f
}

func written(t *testing.T, f Findings, name string) []byte {
	t.Helper()
	for _, file := range Files(f) {
		if file.Name == name {
			var b bytes.Buffer
			require.NoError(t, file.Write(&b))
			return b.Bytes()
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

func TestTheReportIsAsItWasLookedAt(t *testing.T) {
	f := made(t, 1, 2, 3)
	for _, name := range []string{"report.md", "index.html"} {
		got, path := written(t, f, name), filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s; make golden writes it anew", name)
	}
}

func TestTheSameFindingsGiveTheSameBytes(t *testing.T) {
	a, b := Files(made(t, 1, 2, 3)), Files(made(t, 1, 2, 3))
	require.Len(t, b, len(a))
	for i := range a {
		var x, y bytes.Buffer
		require.NoError(t, a[i].Write(&x))
		require.NoError(t, b[i].Write(&y))
		assert.Equal(t, a[i].Name, b[i].Name)
		assert.True(t, bytes.Equal(x.Bytes(), y.Bytes()), a[i].Name)
	}
}

// Every picture and sheet that the page names lies beside it, and it may load nothing else.
func TestThePageHasAllItAsksFor(t *testing.T) {
	f := made(t, 1, 2)
	page := string(written(t, f, "index.html"))
	names := map[string]bool{}
	for _, file := range Files(f) {
		assert.False(t, names[file.Name], "%s is written twice", file.Name)
		names[file.Name] = true
	}
	asked := regexp.MustCompile(`(?:src|href)="([^"#]+)"`).FindAllStringSubmatch(page, -1)
	assert.Greater(t, len(asked), 20)
	for _, m := range asked {
		assert.True(t, names[m[1]], m[1])
	}
	assert.Contains(t, page, "default-src 'none'; style-src 'self'; img-src 'self'")
	for _, bad := range []string{"<script", "style=", "<style", "http:", "https:", "NaN"} {
		assert.NotContains(t, page, bad)
	}
}

func TestTheNumbersAreATable(t *testing.T) {
	f := made(t, 1, 2, 3)
	for name, rows := range map[string]int{"claims.csv": 100, "runs.csv": 3 * 3 * 30, "search.csv": 20} {
		all, err := csv.NewReader(bytes.NewReader(written(t, f, name))).ReadAll()
		require.NoError(t, err, name)
		assert.Greater(t, len(all), rows, name)
	}
}

func TestAPartialReportSaysSo(t *testing.T) {
	f := made(t)
	f.Missing, f.Quick = 7, true
	s := string(written(t, f, "report.md"))
	assert.Contains(t, s, "7 runs are still missing")
	assert.Contains(t, s, "say nothing about the paper")
	assert.Contains(t, s, "not measured")
	assert.NotContains(t, s, "NaN")
}

func TestWordsAreSafeInAPage(t *testing.T) {
	assert.Equal(t, "a &lt; b &amp; <strong>c</strong> <em>d</em> <code>e</code>", inline("a < b & **c** *d* `e`"))
	assert.Equal(t, ` class="no"`, verdictClass("−0.1: does not reproduce"))
	assert.Equal(t, ` class="yes"`, verdictClass("−0.1: reproduces"))
	assert.Empty(t, verdictClass("1.7"))
	assert.Equal(t, "−0.0123 ± 0.0020", estimate(reproduce.Estimate{N: 3, Mean: -0.0123, Err: 0.002}))
	assert.Equal(t, "random-zero", partName("random-zero: rise, not scaled − scaled"))
	assert.Equal(t, "SPARKLING − Uneven 1:2", partName("SPARKLING − Uneven 1:2 (paper −0.0027)"))
	assert.Equal(t, "in-short", anchor("In short"))
	assert.True(t, strings.HasPrefix(signed(0), "+"))
}
