package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// saved writes a report into a folder, but for the pictures in pixels, from which nothing is read.
func saved(t *testing.T, f Findings, dir string) {
	t.Helper()
	for _, file := range Files(f) {
		if strings.HasSuffix(file.Name, ".png") {
			continue
		}
		var b bytes.Buffer
		require.NoError(t, file.Write(&b))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file.Name), b.Bytes(), 0o644))
	}
}

// published is the report that the page links to.
const published = "../../site/report"

// listName is the list of the files in it that the program wrote.
const listName = ".sparkling-files.json"

// publish writes it anew, whoever wrote what is there.
func publish(t *testing.T, f Findings) {
	t.Helper()
	for _, name := range append(Names(), listName) {
		if err := os.Remove(filepath.Join(published, name)); err != nil {
			require.ErrorIs(t, err, fs.ErrNotExist)
		}
	}
	c, err := durable.Take(published, "report")
	require.NoError(t, err)
	defer c.Release()
	var files []durable.Output
	for _, file := range Files(f) {
		files = append(files, durable.Output(file))
	}
	require.NoError(t, c.Write(files...))
}

// The report that the page links to is what the program writes of the runs beside it, file by file: neither its words
// nor its figures can drift from the code, nor from the numbers.
func TestThePublishedReportIsWhatItsNumbersGive(t *testing.T) {
	f, err := Open(published)
	require.NoError(t, err)
	assert.Zero(t, f.Missing)
	assert.Zero(t, f.Stale, "every run counts compute as the program does")
	assert.True(t, f.Lab)
	by := map[string]string{}
	f.visit(f.Results, func(s reproduce.Setting, seed uint64, r *reproduce.Result) {
		if by[s.ID] == "" {
			by[s.ID] = r.Provenance.Arithmetic
		}
		require.Equal(t, by[s.ID], r.Provenance.Arithmetic, "%s, seed %d, %s: what is compared is computed alike",
			s.Name, seed, r.Key)
	})
	if *update {
		publish(t, f)
	}
	names := []string{listName}
	list, err := os.ReadFile(filepath.Join(published, listName))
	require.NoError(t, err)
	for _, file := range Files(f) {
		names = append(names, file.Name)
		if runtime.GOARCH != "amd64" && strings.HasSuffix(file.Name, "g") {
			continue // figures are drawn in floating point, which other processors round elsewhere
		}
		want, err := os.ReadFile(filepath.Join(published, file.Name))
		require.NoError(t, err)
		assert.Contains(t, string(list), fmt.Sprintf("%x", sha256.Sum256(want)),
			"reproduce --render would take %s for somebody else's", file.Name)
		var got bytes.Buffer
		require.NoError(t, file.Write(&got))
		assert.True(t, bytes.Equal(want, got.Bytes()), "%s is not what the program writes; make golden "+
			"writes it anew", file.Name)
	}
	there, err := os.ReadDir(published)
	require.NoError(t, err)
	var lie []string
	for _, x := range there {
		lie = append(lie, x.Name())
	}
	assert.ElementsMatch(t, names, lie, "nothing else lies there")
	assert.Subset(t, append(Names(), listName), names, "and a report has no other names")
}

func TestAReportIsWrittenAnewFromItsOwnFiles(t *testing.T) {
	diverged := func(r *reproduce.Result) {
		if r.Key == reproduce.Drop {
			r.Failed, r.MaxUnlocked = "the loss is not finite", 3
		}
	}
	for name, a := range map[string]About{"all": all, "one claim": {Seeds: 2, Claims: []string{"5"}},
		"quick": {Seeds: 2, Quick: true}} {
		t.Run(name, func(t *testing.T) {
			f, dir := made(t, a, diverged), t.TempDir()
			saved(t, f, dir)
			g, err := Open(dir)
			require.NoError(t, err)
			assert.Zero(t, g.Missing)
			for _, file := range Files(f) {
				if strings.HasSuffix(file.Name, ".png") {
					continue // drawn from what the SVG is drawn from
				}
				var x bytes.Buffer
				require.NoError(t, file.Write(&x))
				assert.Equal(t, x.String(), string(written(t, g, file.Name)), file.Name)
			}
		})
	}
	part, dir := made(t, About{Seeds: 2, Claims: []string{"2"}}), t.TempDir()
	saved(t, part, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, aboutFile), []byte(`{"seeds": 3, "claims": ["2"]}`), 0o644))
	g, err := Open(dir)
	require.NoError(t, err)
	assert.Equal(t, 5, g.Missing, "the third seed, in five settings")
}

// Right answers are counted among all facts that there are, not among as many as a file says.
func TestAnswersAreOfAsManyFactsAsThereAre(t *testing.T) {
	f, dir := made(t, About{Seeds: 2, Claims: []string{"2"}}), t.TempDir()
	saved(t, f, dir)
	path := filepath.Join(dir, runsFile)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(data), ",1296\n")
	require.NoError(t, os.WriteFile(path, bytes.Replace(data, []byte(",1296\n"), []byte(",1300\n"), 1), 0o644))
	_, err = Open(dir)
	assert.ErrorContains(t, err, "was asked 1300 questions; there are 1296")
}

func TestADamagedReportIsRefusedWithItsPlace(t *testing.T) {
	_, err := Open(t.TempDir())
	assert.ErrorContains(t, err, "there is no about.json")
	f := made(t, About{Seeds: 2, Claims: []string{"2"}})
	for name, c := range map[string]struct{ file, text, says string }{
		"not JSON":           {aboutFile, "{", "about.json"},
		"unknown field":      {aboutFile, `{"seeds": 2, "seed": 3}`, "unknown field"},
		"no seeds":           {aboutFile, `{}`, "seeds is 0; allowed are 1 to 100"},
		"looks out of order": {aboutFile, `{"seeds": 9, "looked": [4, 2]}`, "looked is [4 2]; allowed are ascending"},
		"looks at nothing":   {aboutFile, `{"seeds": 9, "looked": {"hamlet": [4]}}`, "allowed are text and facts"},
		"unknown task":       {aboutFile, `{"seeds": 9, "tasks": ["hamlet"]}`, "allowed are text and facts"},
		"unknown claim":      {aboutFile, `{"seeds": 2, "claims": ["6"]}`, "allowed are 1, 2"},
		"other columns":      {runsFile, "a,b\n", "its columns are not setting, seed"},
		"uneven rows":        {runsFile, "a,b\nc\n", "wrong number of fields"},
		"no number": {runsFile, strings.Join(runsHead, ",") + "\nmuon,1,x,high,,,1,0,,,,,,,,,\n",
			`row 2: "high" is not a number`},
		"infinite": {runsFile, strings.Join(runsHead, ",") + "\nmuon,1,x,inf,,,1,0,,,,,,,,,\n",
			`row 2: "inf" is not a number`},
		"NaN": {runsFile, strings.Join(runsHead, ",") + "\nmuon,1,x,1,,,1,0,,,0.5 NaN,,,,,,\n",
			`row 2: "NaN" is not a number`},
		"a count of nothing": {runsFile, strings.Join(runsHead, ",") + "\nmuon,1,x,1,,,1,0,,,,,,,,,9\n",
			`row 2: "" is not a whole number`},
		"more right than asked": {runsFile, strings.Join(runsHead, ",") + "\nmuon,1,x,1,,,1,0,,,,,,,,10,9\n",
			"row 2: 10 answers are right of 9"},
		"twice": {runsFile, strings.Join(runsHead, ",") + strings.Repeat("\nmuon,1,x,1,,,1,0,,,,,,,,,", 2) +
			"\n", "row 3 is about a run that has a row already"},
		"no whole number": {runsFile, strings.Join(runsHead, ",") + "\nmuon,1,x,1,,,1,few,,,,,,,,,\n",
			`row 2: "few" is not a whole number`},
		"empty":   {curvesFile, "", "its columns are not setting, seed"},
		"no step": {curvesFile, "setting,seed,arm,what,ten\n", `"ten" is not a whole number`},
		"curve of nobody": {curvesFile, "setting,seed,arm,what,10\nmuon,1,nobody,val_loss,2\n",
			"row 2 is about an arm that runs.csv does not have"},
		"loss without a cost": {curvesFile, "setting,seed,arm,what,10\nmuon,1," + reproduce.Copy + ",val_loss,2\n",
			"row 2: what the arm had cost at step 10 does not stand before its loss"},
		"curve of no meaning": {curvesFile, "setting,seed,arm,what,10\nmuon,1," + reproduce.Copy + ",taste,2\n",
			`row 2: "taste" at step 10 has nothing to belong to`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			saved(t, f, dir)
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o644))
			_, err := Open(dir)
			assert.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, c.file)
		})
	}
}

func TestAReportWhoseColumnsHaveTheNamesOfBeforeIsReadAndWrittenWithThePresentOnes(t *testing.T) {
	f, dir := made(t, About{Seeds: 2, Claims: []string{"2"}, Tasks: []string{"text"}}), t.TempDir()
	saved(t, f, dir)
	rename := func(name, from, to string) {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(data), from)
		require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(data), from, to)), 0o644))
	}
	narrow := func(columns int) { // without what came later
		path := filepath.Join(dir, runsFile)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		require.NoError(t, err)
		var b bytes.Buffer
		for i := range rows {
			rows[i] = rows[i][:columns]
		}
		require.NoError(t, csv.NewWriter(&b).WriteAll(rows))
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
	narrow(uncountedHead)
	old, err := Open(dir)
	require.NoError(t, err)
	var want, got bytes.Buffer
	require.NoError(t, f.claimsCSV(&want))
	require.NoError(t, old.claimsCSV(&got))
	assert.Equal(t, want.String(), got.String(), "before right answers were counted")
	rename(runsFile, strings.Join(runsHead[:uncountedHead], ","), strings.Join(runsHeadBefore, ","))
	rename(curvesFile, ","+valCurve+",", ","+valCurveBefore+",")
	old, err = Open(dir)
	require.NoError(t, err)
	for _, write := range []func(Findings, io.Writer) error{Findings.curvesCSV, Findings.claimsCSV,
		func(f Findings, w io.Writer) error { return f.runsCSV(f.Results, w) }} {
		var want, got bytes.Buffer
		require.NoError(t, write(f, &want))
		require.NoError(t, write(old, &got))
		assert.Equal(t, want.String(), got.String())
	}
}

func TestAReportRemembersThatItWasLookedAt(t *testing.T) {
	eight, twelve := About{Seeds: 8}, About{Seeds: 12}
	assert.Empty(t, eight.After(eight).Looked, "the same seeds again are no second look")
	assert.Equal(t, looks{"text": {8}, "facts": {8}}, twelve.After(eight).Looked)
	assert.Equal(t, looks{"text": {8}, "facts": {8}}, twelve.After(twelve.After(eight)).Looked)
	both := looks{"text": {8, 12}, "facts": {8, 12}}
	assert.Equal(t, both, About{Seeds: 16}.After(twelve.After(eight)).Looked)
	assert.Equal(t, both, eight.After(twelve.After(eight)).Looked, "what was seen stays seen")
	assert.Empty(t, eight.After(twelve.After(eight)).before("text"), "but does not touch the first eight")
	facts := About{Seeds: 12, Tasks: []string{"facts"}}
	assert.Equal(t, looks{"facts": {8}}, facts.After(About{Seeds: 8, Tasks: []string{"facts"}}).Looked)
	assert.Equal(t, looks{"text": {8}}, twelve.After(About{Seeds: 8, Tasks: []string{"text"}}).Looked,
		"a task that was not run has not been seen")
	assert.Empty(t, twelve.After(About{Seeds: 8, Missing: 3}).Looked, "an interrupted run goes on")
	assert.Equal(t, twelve, twelve.After(About{Seeds: 2, Quick: true, Note: "x"}), "a quick run is another thing")
	assert.Equal(t, About{Seeds: 12, Note: "x", Lab: true, Looked: looks{"text": {8}, "facts": {8}}},
		twelve.After(About{Seeds: 8, Note: "x", Lab: true}))
}

// Whatever is in the files of a report, reading them ends without a panic.
func FuzzArchive(f *testing.F) {
	head := strings.Join(runsHead, ",")
	f.Add(head+"\nmuon,1,x,1.5,1,2,1e9,0,0.5,3,1 2,1 3,,r,a\n",
		"setting,seed,arm,what,0,10\nmuon,1,x,val_loss,4,2\nmuon,1,x,flops,1,2\nmuon,1,x,weight_cosine,,1\n")
	f.Add(head+"\n", "setting,seed,arm,what\n")
	f.Fuzz(func(t *testing.T, runs, curves string) {
		a := archive{}
		if rows, err := csv.NewReader(strings.NewReader(runs)).ReadAll(); err != nil || a.runs(rows) != nil {
			return
		}
		if rows, err := csv.NewReader(strings.NewReader(curves)).ReadAll(); err == nil {
			_ = a.curves(rows)
		}
		for _, r := range a {
			r.StillLocked()
			r.WeightCosine()
		}
	})
}
