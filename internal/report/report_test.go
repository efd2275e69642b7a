package report

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
)

var update = flag.Bool("update", false, "write the golden files anew")

// all is a report of everything over three seeds, one of which was added.
var all = About{Seeds: 3, Looked: looks{"text": {2}}, Note: "These runs are made up."}

// made are findings of made-up runs: every arm of every claim, with losses, curves and pairs that follow from its place
// in the list. The last changes are made to each run.
func made(t testing.TB, a About, change ...func(*reproduce.Result)) Findings {
	t.Helper()
	f, err := New(a)
	require.NoError(t, err)
	require.NoError(t,
		f.Gather(func(jobs []reproduce.Job, into *reproduce.Results) (map[reproduce.Provenance]int, error) {
			by := map[reproduce.Provenance]int{}
			for k, j := range jobs {
				made := reproduce.Provenance{Revision: "0123456789ab", Arithmetic: "cafe"}
				if k%7 == 0 {
					made.Revision = ""
				}
				by[made]++
				out := madeUp(j, made)
				for i := range out {
					for _, c := range change {
						c(&out[i])
					}
				}
				into.Add(j, out)
			}
			return by, nil
		}))
	return f
}

// madeUp are the results of one job.
func madeUp(j reproduce.Job, made reproduce.Provenance) []reproduce.Result {
	var out []reproduce.Result
	single := func(x float64) reproduce.Number { return reproduce.Number(float32(x)) }
	for i, e := range j.Group.Entries {
		noise := 0.02*math.Sin(float64(j.Seed)) +
			0.002*math.Sin(float64(7*j.Seed)+float64(i)+float64(len(j.Setting.ID)))
		r := reproduce.Result{Key: e.Key, FinalValLoss: single(1.75 - 0.012*float64(i) + noise),
			ValLossBefore: single(1.9), ValLossAfter: single(1.9 + 0.1*float64(i)), Provenance: made}
		r.FLOPs = j.Experiment.FLOPs(i, j.Experiment.End(i))
		for step := 0; step <= 1000; step += 100 {
			p := reproduce.Point{Step: step, Loss: single(float64(r.FinalValLoss) + float64(1000-step)/1000),
				FLOPs: 1e6 * float64(step)}
			if j.Setting.Counts() {
				p.Right = (700 + 30*i + 7*int(j.Seed)*(i%3)) * step / 1000
				r.Right, r.Asked = p.Right, 1296
			}
			r.ValLoss = append(r.ValLoss, p)
			if i > 0 && step >= 500 {
				r.Pairs = append(r.Pairs, reproduce.Pairs{Step: step,
					Weight: reproduce.Number(1 - float64(i*(step-500))/1e4), Gradient: 1, Count: 128})
			}
		}
		r.RatiosBefore, r.RatiosAfter = []reproduce.Number{2, 0.5, 1, 0.5},
			[]reproduce.Number{2, single(0.3 + 0.01*float64(j.Seed)), 1, single(0.7)}
		out = append(out, r)
	}
	return out
}

// nothing is what there is before the first run.
func nothing([]reproduce.Job, *reproduce.Results) (map[reproduce.Provenance]int, error) {
	return nil, nil
}

func written(t testing.TB, f Findings, name string) []byte {
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
	f := made(t, all)
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
	a, b := Files(made(t, all)), Files(made(t, all))
	require.Len(t, b, len(a))
	for i := range a {
		var x, y bytes.Buffer
		require.NoError(t, a[i].Write(&x))
		require.NoError(t, b[i].Write(&y))
		assert.Equal(t, a[i].Name, b[i].Name)
		assert.True(t, bytes.Equal(x.Bytes(), y.Bytes()), a[i].Name)
	}
}

// Every picture and sheet that the page names lies beside it, and it may load nothing else; what it links to lies there
// too, but for the paper and the Lab.
func TestThePageHasAllItAsksFor(t *testing.T) {
	f := made(t, About{Seeds: 2, Lab: true})
	page := string(written(t, f, "index.html"))
	names := map[string]bool{}
	for _, file := range Files(f) {
		assert.False(t, names[file.Name], "%s is written twice", file.Name)
		names[file.Name] = true
	}
	asked := regexp.MustCompile(`(src|href)="([^"#]+)"`).FindAllStringSubmatch(page, -1)
	assert.Greater(t, len(asked), 20)
	away := map[string]bool{}
	for _, m := range asked {
		if m[1] == "src" || names[m[2]] {
			assert.True(t, names[m[2]], m[2])
			continue
		}
		away[m[2]] = true
	}
	assert.Equal(t, map[string]bool{"../": true, "https://arxiv.org/abs/2602.02472": true}, away)
	for _, name := range []string{"runs.csv", "curves.csv", "claims.csv", "search.csv", "report.md"} {
		assert.Contains(t, page, `<a href="`+name+`">`)
	}
	assert.Contains(t, page, "default-src 'none'; style-src 'self'; img-src 'self'")
	for _, bad := range []string{"<script", "style=", "<style", "http:", "NaN"} {
		assert.NotContains(t, page, bad)
	}
	assert.NotContains(t, string(written(t, made(t, About{Seeds: 2}), "index.html")), "../",
		"a report of one's own has no Lab above it")
}

// On a screen 1440 pixels wide nothing in a figure is written smaller than 12 pixels: none is wider than the page's
// column, so that the page makes none smaller.
func TestWhatIsWrittenInFiguresCanBeRead(t *testing.T) {
	const inch, points, column = 96.0, 72.0, 1200.0
	assert.Contains(t, sheet, fmt.Sprintf("main { max-width: %dpx; margin: 0 auto; padding: 24px 28px", 28+1200+28))
	number := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return x
	}
	f, seen := made(t, About{Seeds: 2}), 0
	for _, file := range Files(f) {
		if !strings.HasSuffix(file.Name, ".svg") {
			continue
		}
		seen++
		svg := string(written(t, f, file.Name))
		width := regexp.MustCompile(`<svg[^>]* width="([\d.]+)pt"`).FindStringSubmatch(svg)
		require.Len(t, width, 2, file.Name)
		assert.LessOrEqual(t, number(width[1])/points*inch, column, file.Name)
		for _, size := range regexp.MustCompile(`font-size:([\d.]+)px`).FindAllStringSubmatch(svg, -1) {
			assert.GreaterOrEqual(t, number(size[1])/points*inch, 12.0, file.Name)
		}
	}
	assert.Greater(t, seen, 20)
}

// Every claim leads to experiments of the Lab that have the arms it is about, on each task.
func TestEveryClaimIsSeenInTheLab(t *testing.T) {
	f := made(t, About{Seeds: 2, Lab: true})
	for _, row := range f.Judgements() {
		links := regexp.MustCompile(`\.\./#([\w-]+)`).FindAllStringSubmatch(f.seeIt(row), -1)
		require.Len(t, links, 2, row[0].Claim.ID)
		for i, kind := range reproduce.Tasks {
			doc, err := experiment.FromAddress(links[i][1])
			require.NoError(t, err, row[0].Claim.ID)
			e := doc.Experiment()
			assert.Equal(t, kind, e.Task.Kind)
			assert.Greater(t, len(e.Arms), 1)
		}
		last, of := row[len(row)-1], []string{}
		for _, x := range last.Findings {
			if x.Verdict == last.Verdict {
				of = append(of, x.Part.Arms...)
			}
		}
		assert.Contains(t, of, shownArms(last)[0], "one that decides it comes first")
	}
}

func TestTheNumbersAreATable(t *testing.T) {
	f := made(t, all)
	for name, rows := range map[string]int{"claims.csv": 100, "runs.csv": 3 * 3 * 30, "search.csv": 20} {
		all, err := csv.NewReader(bytes.NewReader(written(t, f, name))).ReadAll()
		require.NoError(t, err, name)
		assert.Greater(t, len(all), rows, name)
	}
}

func TestAPartialReportSaysSo(t *testing.T) {
	f, err := New(About{Seeds: 2})
	require.NoError(t, err)
	require.NoError(t, f.Gather(nothing))
	assert.Positive(t, f.Missing)
	s := string(written(t, f, "report.md"))
	assert.Contains(t, s, fmt.Sprintf("%d runs are still missing", f.Missing))
	assert.Contains(t, s, "not measured")
	assert.NotContains(t, s, "NaN")
	assert.NotContains(t, s, "nothing to confirm", "the search has not been made")
}

func TestWordsAreSafeInAPage(t *testing.T) {
	assert.Equal(t, "a &lt; b &amp; <strong>c</strong> <em>d</em> <code>e</code>", inline("a < b & **c** *d* `e`"))
	assert.Equal(t, `<a href="f.csv">runs</a>`, inline("[runs](f.csv)"))
	assert.Equal(t, "−0.0123 ± 0.0020", estimate(statistics.Estimate{N: 3, Mean: -0.0123, Err: 0.002}))
	assert.Equal(t, "random-zero", partName("random-zero: rise, not scaled − scaled"))
	assert.Equal(t, "SPARKLING − Uneven 1:2", partName("SPARKLING − Uneven 1:2 (paper −0.0027)"))
	assert.Equal(t, "where-2-0-95-shows-the-reset", anchor("Where β2 = 0.95 shows the reset"))
	assert.Equal(t, "where-β2--095-shows-the-reset", slug("Where β2 = 0.95 shows the reset"))
	c := cell{text: "1", id: "x"}
	assert.Equal(t, `<a id="x"></a>1`, c.markdown())
	assert.True(t, strings.HasPrefix(signed(0), "+"))
	c = cell{text: "−0.1", verdict: reproduce.DoesNot, note: "a note"}
	assert.Equal(t, "−0.1: disagrees (a note)", c.markdown())
	assert.Equal(t, `<span>−0.1</span> <span class="no">disagrees</span> <small>a note</small>`, c.page())
	assert.Equal(t, "<span>1.7</span>", cell{text: "1.7"}.page())
	assert.Equal(t, "not measured", cell{verdict: reproduce.NotMeasured}.markdown())
}
