package report

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// uncounted makes results what a program made of them that left the optimizer's products out of the count, and stopped
// arms accordingly.
func uncounted(f Findings) *reproduce.Results {
	old := reproduce.NewResults()
	for _, j := range reproduce.Plan(f.Claims, f.Settings, []uint64{1, 2}, false) {
		if j.Experiment.Optimizer.Kind != optim.Muon || j.Setting.Task != task.KindText {
			continue
		}
		of := madeUp(j, reproduce.Provenance{Revision: "000000000000", Arithmetic: "beef"})
		j.Experiment.Optimizer.Kind = optim.AdamW
		for i := range of {
			of[i].FLOPs = j.Experiment.FLOPs(i, j.Experiment.End(i))
			if j.Experiment.Arms[i].From == experiment.EqualCompute {
				of[i].FinalValLoss -= 1 // it went on for longer
			}
		}
		old.Add(j, of)
	}
	return old
}

func TestAReportSaysWhatChangedAndWhy(t *testing.T) {
	f, dir := made(t, About{Seeds: 2}), t.TempDir()
	silent(t, string(written(t, f, "report.md")), "What has changed", "there was none before")
	f.Earlier = uncounted(f)
	s := string(written(t, f, "report.md"))
	says(t, s, "The runs of Opticks, Muon (2 seeds) were made anew")
	says(t, s, "were made by 000000000000 (arithmetic beef)")
	says(t, s, "Kernels have been changed since then")
	says(t, s, "Arms with as many updates as before ended up to 0.0000 from where they had ended, 0.0000 in the root "+
		"of the mean square over 90 of them.",
		"all made-up arms but those at equal compute end as they did")
	says(t, s, "left the products of Muon's Newton–Schulz steps out")
	for _, row := range []string{"| Opticks, Muon, inner | 74.6 | 103.0 | 873 | 817 |",
		"| Opticks, Muon, hidden | 98.9 | 115.8 | 781 | 782 |",
		"| Opticks, Muon, joint | 136.6 | 184.0 | 703 | 677 |"} {
		says(t, s, row)
	}
	silent(t, s, "| Opticks, AdamW, β2 0.999, inner |")
	was, now := reproduce.Judge(f.claim(t, "5"), f.Settings[2], f.Earlier),
		reproduce.Judge(f.claim(t, "5"), f.Settings[2], f.Results)
	says(t, s, "| Opticks, Muon, inner: SPARKLING − from scratch | "+finding(was.Findings[0]).markdown()+" | "+
		finding(now.Findings[0]).markdown()+" |")
	assert.NotEqual(t, was.Findings[0].Mean, now.Findings[0].Mean)

	saved(t, f, dir)
	again, err := Open(dir)
	require.NoError(t, err)
	assert.Equal(t, s, string(written(t, again, "report.md")), "it is read from its own files")
	assert.Equal(t, string(written(t, f, earlierFile)), string(written(t, again, earlierFile)))

	f.Earlier = f.Results // nothing but a second look
	s = string(written(t, f, "report.md"))
	silent(t, s, "Newton–Schulz steps out")
	silent(t, s, "| Opticks, Muon, inner | 103.0 |")
	silent(t, s, "Kernels have been changed")
	says(t, s, "All other verdicts on whole claims are as they were.")

	require.NoError(t, os.WriteFile(filepath.Join(dir, earlierFile), []byte("a,b\n"), 0o644))
	_, err = Open(dir)
	assert.ErrorContains(t, err, earlierFile)
	assert.ErrorContains(t, err, "its columns are not setting")
}

func (f Findings) claim(t *testing.T, id string) reproduce.Claim {
	for _, c := range f.Claims {
		if c.ID == id {
			return c
		}
	}
	t.Fatal(id)
	return reproduce.Claim{}
}

// A report of runs that count compute as an earlier program did still opens, with all its numbers, and says what is
// wrong with them.
func TestRunsThatCountOtherwiseAreShownAndCalledThat(t *testing.T) {
	f := made(t, About{Seeds: 2, Claims: []string{"5"}})
	silent(t, string(written(t, f, "report.md")), "as an earlier program did")
	old := f
	old.Results = uncounted(f)
	dir := t.TempDir()
	saved(t, old, dir)
	got, err := Open(dir)
	require.NoError(t, err)
	assert.Equal(t, 4, got.Stale, "two groups of arms with two seeds")
	says(t, string(written(t, got, "report.md")), "4 runs count compute as an earlier program did")
	assert.Equal(t, string(written(t, old, runsFile)), string(written(t, got, runsFile)), "nothing is lost")
}

// What is counted as compute stands beside what is compared by it.
func TestTheReportSaysWhatIsCounted(t *testing.T) {
	f := made(t, About{Seeds: 2, Claims: []string{"5"}})
	for _, name := range []string{"report.md", "index.html", "compute.svg"} {
		words := strings.Join(strings.Fields(regexp.MustCompile("<[^>]*>").ReplaceAllString(string(written(t, f, name)),
			" ")), " ")
		says(t, strings.ReplaceAll(words, "&#39;", "'"), "Muon's Newton–Schulz steps", name)
		says(t, words, "validation passes, probes, or the search for a remapped rate", name)
	}
}

// One run that diverged takes the verdict from every part that it enters, is named, and leaves no trace of itself in
// any mean.
func TestARunThatDivergedIsNamedAndEntersNoVerdictAndNoMean(t *testing.T) {
	for name, break_ := range map[string]func(*reproduce.Result){
		"it says so": func(r *reproduce.Result) {
			r.Failed, r.FinalValLoss = "the loss is no longer a number", reproduce.Number(math.NaN())
		},
		"its loss is no number": func(r *reproduce.Result) { r.FinalValLoss = reproduce.Number(math.NaN()) },
		"its loss is infinite":  func(r *reproduce.Result) { r.FinalValLoss = reproduce.Number(math.Inf(1)) },
	} {
		t.Run(name, func(t *testing.T) {
			var bad *reproduce.Result
			f := made(t, About{Seeds: 3, Claims: []string{"2"}}, func(r *reproduce.Result) {
				if r.Key != reproduce.Drop || bad != nil {
					return
				}
				break_(r)
				r.ValLossAfter, r.RatiosAfter[1] = reproduce.Number(math.Inf(1)), reproduce.Number(math.NaN())
				r.ValLoss[len(r.ValLoss)-1].Loss = reproduce.Number(math.Inf(1))
				r.Pairs[len(r.Pairs)-1].Weight = reproduce.Number(math.NaN())
				bad = r
			})
			s := string(written(t, f, "report.md"))
			says(t, s, "**Not all runs reached their end.** What these enter has no number and no verdict: Drop, "+
				"Opticks, AdamW, β2 0.999, seed 1 (")
			says(t, s, "| Asymmetric reset − Drop | not measured (no number with seed 1) |")
			says(t, s, "| Drop | no number with 1 of 3 seeds |")
			says(t, s, "**Not measured:** a run of the parts that are named diverged")
			says(t, s, "Opticks, AdamW, β2 0.999 (Asymmetric reset − Drop no number with seed 1)")
			dir := t.TempDir()
			saved(t, f, dir)
			again, err := Open(dir)
			require.NoError(t, err)
			for i, file := range Files(again) {
				if strings.HasSuffix(file.Name, ".png") {
					continue // drawn from what the SVG is drawn from
				}
				var x, y bytes.Buffer
				require.NoError(t, Files(f)[i].Write(&x))
				require.NoError(t, file.Write(&y))
				assert.Equal(t, x.String(), y.String(), "%s, written anew", file.Name)
				silent(t, x.String(), "NaN", file.Name)
				assert.NotRegexp(t, `[^a-z][iI]nf[^a-z]|∞`, x.String(), file.Name)
			}
		})
	}
}

// A conclusion is drawn of all seeds or of none.
func TestNoConclusionIsDrawnWhereARunDiverged(t *testing.T) {
	s := shaped(t, true, func(r *reproduce.Result) { r.Failed = "the loss is no longer a number" })
	for words := range concluding {
		silent(t, s, words)
	}
	for _, verdict := range []string{": agrees", ": disagrees", ": open", "NaN"} {
		silent(t, s, verdict)
	}
}
