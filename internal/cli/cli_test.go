package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// file writes an experiment of a few seconds, changed by f, and returns its path.
func file(t *testing.T, f func(*experiment.Experiment)) string {
	t.Helper()
	e := experiment.Default().Rescale(30)
	e.Task.Batch, e.Task.Seq = 2, 32
	if f != nil {
		f(&e)
	}
	path := filepath.Join(t.TempDir(), "experiment.json")
	require.NoError(t, os.WriteFile(path, e.JSON(), 0o644))
	return path
}

// asProgram makes the test binary the program itself, which can be interrupted, and whose status at its end is kept
// where asProgram_STATUS says.
const asProgram = "SPARKLING_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram+"_WAITS") != "" {
		ctx, _, _ := interruptible()
		os.Stdout.WriteString("1")
		<-ctx.Done()
		os.Stdout.WriteString("2")
		time.Sleep(time.Hour)
	}
	if os.Getenv(asProgram) != "" {
		code := Main(os.Args[1:], os.Stdout, os.Stderr)
		if path := os.Getenv(asProgram + "_STATUS"); path != "" {
			status, _ := os.ReadFile("/proc/self/status")
			_ = os.WriteFile(path, status, 0o644)
		}
		os.Exit(code)
	}
	cache, err := os.MkdirTemp("", "") // no state of a run that a test ends may meet one of the user's
	if err != nil {
		panic(err)
	}
	os.Setenv("XDG_CACHE_HOME", cache)
	code := m.Run()
	_ = os.RemoveAll(cache)
	os.Exit(code)
}

// program is the program as a child of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

func run(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = Main(args, &out, &err)
	return code, out.String(), err.String()
}

// full is a disk with no room left.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestWhatCannotBePrintedIsNoSuccess(t *testing.T) {
	for _, args := range [][]string{{"run", "--list"}, {"plan", "lock"}, {"plan", "--help"}, {"--version"}} {
		var said bytes.Buffer
		assert.Equal(t, codeBad, Main(args, full{}, &said), args)
		assert.Equal(t, "sparkling: "+syscall.ENOSPC.Error()+"\n", said.String(), args)
	}
}

func TestRunPrintsATableOfArms(t *testing.T) {
	code, out, err := run("run", file(t, nil))
	require.Zero(t, code, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 6+1+5, "the arms, and what their widenings did to the RMS")
	assert.Contains(t, lines[0], "full val")
	assert.Regexp(t, `^Small +30 +\d\.\d{4} +\d\.\d{4} +- `, lines[2])
	assert.Regexp(t, `^Copy +30 +\d\.\d{4} +\d\.\d{4} +128/128 +1\.000`, lines[3])
	assert.Regexp(t, `^SPARKLING +30 +\d\.\d{4} +\d\.\d{4} +0/128 +0\.\d{3}`, lines[5])
	assert.Contains(t, lines[7], "RMS ratio")
	assert.Regexp(t, `^Copy +15 +(\d\.\d{3}) +\d\.\d{3} +\d\.\d{3} +0\.0 %$`, lines[9])
}

func TestRunPrintsJSONForMachines(t *testing.T) {
	code, out, err := run("run", "--json", "--seed", "3", file(t, nil))
	require.Zero(t, code, err)
	var got struct {
		Experiment experiment.Experiment `json:"experiment"`
		Arms       []result              `json:"arms"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	assert.Equal(t, uint64(3), got.Experiment.Seed)
	require.Len(t, got.Arms, 4)
	assert.Nil(t, got.Arms[0].WeightCosine, "the small network has no pairs")
	require.NotNil(t, got.Arms[1].ValLoss)
	assert.Equal(t, got.Arms[1].Pairs, got.Arms[1].Locked)
	assert.Nil(t, got.Arms[0].Widening)
	w := got.Arms[1].Widening
	require.NotNil(t, w)
	assert.Equal(t, 15, w.Step)
	assert.InEpsilon(t, float64(*w.Before), float64(*w.After), 1e-5)
	assert.NotEqual(t, *w.After, *w.Unscaled, "it was measured what the factor is good for")
	assert.False(t, w.Factorless)
}

func TestBuiltInExperimentsAreListedAndRunByName(t *testing.T) {
	code, out, err := run("run", "--list")
	require.Zero(t, code, err)
	for _, b := range experiment.All() {
		assert.Regexp(t, "(?m)^"+b.Name+" +"+regexp.QuoteMeta(b.Title)+"$", out)
	}
	code, out, err = run("run", "--list", "--json")
	require.Zero(t, code, err)
	var listed []struct{ Name, About string }
	require.NoError(t, json.Unmarshal([]byte(out), &listed))
	for i, b := range experiment.All() {
		assert.Equal(t, b.About, listed[i].About, b.Name)
	}
	code, out, err = run("run", "pairs", "--steps", "20", "--quiet", "--json")
	require.Zero(t, code, err)
	assert.Contains(t, out, `"gradient_cosine": null`, "dead neurons have no gradient")
	code, out, err = run("run", "compute", "--steps", "20", "--quiet")
	require.Zero(t, code, err)
	assert.Regexp(t, `(?m)^SPARKLING +20 `, out)
	assert.Regexp(t, `(?m)^Wide, equal compute +17 `, out, "its last step is its own")
}

func TestRunWritesARecordThatFiguresCanBeDrawnFrom(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, _, err := run("run", "--out", dir, file(t, nil))
	require.Zero(t, code, err)
	f, e := os.Open(filepath.Join(dir, "record.sparkling"))
	require.NoError(t, e)
	defer f.Close()
	r, e := record.Decode(f)
	require.NoError(t, e)
	assert.Equal(t, 30, r.Last())
	numbers, e := os.ReadFile(filepath.Join(dir, "numbers.csv"))
	require.NoError(t, e)
	rows, e := csv.NewReader(bytes.NewReader(numbers)).ReadAll()
	require.NoError(t, e)
	assert.Len(t, rows, 1+31+3*16, "a row a step and arm, and one a widening")

	again := filepath.Join(t.TempDir(), "figures")
	code, _, err = run("figures", filepath.Join(dir, "record.sparkling"), "--out", again)
	require.Zero(t, code, err)
	drawn := made(t, dir)
	require.NotEmpty(t, drawn)
	for _, name := range append(drawn, expertsName) {
		a, e := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, e)
		b, e := os.ReadFile(filepath.Join(again, name))
		require.NoError(t, e)
		assert.True(t, bytes.Equal(a, b), "%s is the same, drawn from the file", name)
	}
	left, e := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, e)
	assert.Equal(t, []string{filepath.Join(dir, ".sparkling-files.json")}, left,
		"the list of what was written, and nothing half-written")
}

// A terminal of the usual width shows every table unbroken.
func TestTablesFitATerminal(t *testing.T) {
	long := file(t, func(e *experiment.Experiment) { e.Arms[1].Name = "Scaled states, remapped rate and more" })
	for _, args := range [][]string{{"run", long}, {"run", "--list"}, {"plan"}, {"plan", "stages"},
		{"plan", "--factor", "1.5", long}, {"run", "--help"}, {"widen", "--help"}} {
		code, out, err := run(args...)
		require.Zero(t, code, err)
		for line := range strings.Lines(out) {
			assert.LessOrEqual(t, len([]rune(strings.TrimRight(line, " \n"))), columns, "%v: %s", args, line)
		}
	}
}

// A bad file, flag or size gets one sentence, and exit code 2.
func TestWhatCannotBeDoneGetsOneSentence(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.json")
	require.NoError(t, os.WriteFile(bad, []byte(`{"version": 1, "stepz": 3}`), 0o644))
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no such file": {[]string{"run", "/no/such/file.json"}, "/no/such/file.json"},
		"no such experiment": {[]string{"run", "hamlet"},
			"there are facts, lock, signal, recipe, compute"},
		"misspelt field":   {[]string{"run", bad}, "stepz"},
		"no such flag":     {[]string{"run", "--colour"}, "--colour"},
		"no such verb":     {[]string{"rum"}, "--help lists them"},
		"a folder":         {[]string{"run", t.TempDir()}, "it is a folder"},
		"factor of little": {[]string{"plan", "--factor", "1.0001"}, "it must grow"},
		"no such axis": {[]string{"run", "--axis", "sideways"},
			"Axis is \"sideways\"; allowed are inner, hidden, joint"},
		"factor of nought": {[]string{"run", "--factor", "0.5"},
			"Factor is \"0.5\"; allowed is a number above 1 and up to 16"},
		"no factor at all":                  {[]string{"run", "--factor", "0"}, "Factor is \"0\""},
		"factor that is less than a neuron": {[]string{"run", "--factor", "1.01"}, "allowed are values from 1.0313 up"},
		"seed below nought": {[]string{"run", "--seed", "-1"},
			"it is \"-1\"; allowed is a whole number from 0"},
		"seed with an exponent": {[]string{"run", "--seed", "1e9"},
			"it is \"1e9\"; allowed is a whole number from 0 to 18446744073709551615, in digits alone"},
		"steps in another base": {[]string{"run", "--steps", "0x40"},
			"it is \"0x40\"; allowed is a whole number, in digits alone"},
		"decimal comma": {[]string{"plan", "--at", "0,5"},
			"it is \"0,5\"; allowed is a number, with a decimal point: 0.5"},
		"decimal comma in a control": {[]string{"run", "--factor", "1,5"},
			"Factor is \"1,5\"; allowed is a number above 1 and up to 16, with a decimal point: 1.5"},
		"time without a unit": {[]string{"run", "--every", "5"},
			"it is \"5\"; allowed is a time with its unit, as 500ms, 20s or 5m"},
		"steps below nought": {[]string{"run", "--steps", "-5"}, "steps is -5; allowed are 1 to"},
		"too many steps":     {[]string{"run", "--steps", "100000000"}, "100000000"},
		"odd heads": {[]string{"run",
			file(t, func(e *experiment.Experiment) { e.Model.KVHeads = 3 })}, "heads"},
		"no such memory": {[]string{"run", file(t, func(e *experiment.Experiment) {
			e.Model.Hidden, e.Model.Inner, e.Model.Layers = 20000, 20000, 250
		})}, "GiB of memory"},
		"not a record": {[]string{"figures", bad}, "not a record"},
		"no folder":    {[]string{"serve", "--dir", "/no/such/folder"}, "/no/such/folder"},
		"far address": {[]string{"serve", "--dir", t.TempDir(), "--addr", "0.0.0.0:80"},
			"0.0.0.0"},
		"odd scale": {[]string{"window", "--scale", "9"}, "--scale is 9"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, err := run(c.args...)
			assert.Equal(t, codeBad, code)
			assert.Empty(t, out)
			assert.Contains(t, err, c.says)
			assert.Equal(t, 1, strings.Count(err, "\n"), "one sentence: %q", err)
		})
	}
}

func TestWithoutADisplayTheWindowSaysWhatWorks(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // windows need no display variable there
	}
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	code, out, err := run()
	assert.Equal(t, codeBad, code)
	assert.Empty(t, out)
	assert.Contains(t, err, "no display")
	assert.Contains(t, err, "the verb run trains without one")
}

func TestPlanPrintsThePapersTableBesideItsOwnCounts(t *testing.T) {
	code, out, err := run("plan")
	require.Zero(t, code, err)
	for _, words := range []string{"449.50 M", "751.49 M", "899.00 M", "1502.98 M", "7.206e+20", "Table 2", "-0.11 %",
		"points", "38.2 GiB"} {
		assert.Contains(t, out, words)
	}
	assert.Regexp(t, `inner 2x +total +4979\.35 M +5 B +-0\.41 % +±10\.00 %`, out)
	assert.Contains(t, strings.Join(strings.Fields(out), " "),
		"Differences are at most 0.3 % or points, but where fewer digits are printed: inner 2x total, printed as 5 B.")
	code, out, err = run("plan", "--json", file(t, nil))
	require.Zero(t, code, err)
	code, paper, err := run("plan", "--json")
	require.Zero(t, code, err)
	assert.Contains(t, paper, `"deviation"`, "the difference is there for machines too")
	var got struct{ Rows []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Len(t, got.Rows, 4)
	assert.EqualValues(t, 20384, got.Rows[0]["total_params"])
	assert.NotContains(t, got.Rows[0], "published")
	code, _, err = run("plan", "--at", "2")
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "at is 2")
}

// A document's network is counted as the document widens it.
func TestPlanFollowsTheDocument(t *testing.T) {
	for _, x := range []struct {
		args []string
		says []string
	}{
		{[]string{"reset"}, []string{"Widened 2x after 15 % of them", "318 KiB"}},
		{[]string{"reset", "--at", "0.3", "--factor", "1.5"},
			[]string{"Widened 1.5x after 30 % of them", "inner 1.5x"}},
		{[]string{"stages"}, []string{"Widened 2x, 2x after 25 % and 50 %; 4x after", "inner 2x, 2x", "inner 4x",
			"joint 4x"}},
		{[]string{"stages", "--factor", "3"}, []string{"3x, 3x", "inner 9x"}},
	} {
		code, out, err := run(append([]string{"plan"}, x.args...)...)
		require.Zero(t, code, err)
		for _, words := range x.says {
			assert.Contains(t, out, words, "%v", x.args)
		}
	}
	code, _, err := run("plan", "stages", "--at", "0.3")
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "several stages")
	mixed := file(t, func(e *experiment.Experiment) {
		w := e.Arms[1].Widen[0]
		w.Step, w.Axis, w.Factor = 20, "hidden", 1.5
		e.Arms[1].Widen = append(e.Arms[1].Widen, w)
	})
	code, out, err := run("plan", mixed)
	require.Zero(t, code, err)
	assert.Contains(t, out, "inner 2x, hidden 1.5x")
}

func TestHelpIsAnAnswerNotAnError(t *testing.T) {
	code, out, err := run("--help")
	assert.Zero(t, code)
	assert.Empty(t, err)
	for _, verb := range []string{"window", "run", "serve", "figures"} {
		assert.Contains(t, out, verb)
	}
}

func TestArmThatDivergesIsSaidAndNothingIsLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, out, err := run("run", "--out", dir,
		file(t, func(e *experiment.Experiment) { e.Optimizer.LR, e.Optimizer.WeightDecay = 10, 1 }))
	assert.Equal(t, codeBad, code)
	assert.Contains(t, err, "training diverged")
	assert.Contains(t, out, "Small")
	assert.FileExists(t, filepath.Join(dir, "record.sparkling"))
}
