//go:build !js

package pagetest

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// compiled is the headless program, for Go's environment with some changes.
func compiled(t *testing.T, change ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "headless")
	compile := exec.Command("go", "build", "-trimpath", "-o", program, "./headless")
	compile.Env = append(os.Environ(), change...)
	out, err := compile.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

// ran is the CSV of an experiment by a command that is the headless program.
func ran(t *testing.T, e experiment.Experiment, run *exec.Cmd) string {
	t.Helper()
	var numbers, messages bytes.Buffer
	run.Stdin, run.Stdout, run.Stderr = bytes.NewReader(e.JSON()), &numbers, &messages
	require.NoError(t, run.Run(), "%s", &messages)
	return numbers.String()
}

// headless runs an experiment in Node, compiled as the page's programs are, and returns its CSV.
func headless(t *testing.T, node string, e experiment.Experiment) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	program := compiled(t, "GOOS=js", "GOARCH=wasm", "GOEXPERIMENT=simd")
	return ran(t, e, exec.Command(node, filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm",
		"wasm_exec_node.js"), program))
}

// The page, the command line, a machine without AVX-512 and a build without vectors do not give the same bits
// (docs/exactness.md). What they say is the same: in the first steps losses and RMS ratios agree to their last digits,
// and of every pair they say alike whether it is locked, at every step.
func TestEnginesAgreeToTheLastDigitsAtFirstAndInEveryLock(t *testing.T) {
	node := testneed.Node(t)
	e := short(t)
	vectors := compiled(t, "GOEXPERIMENT=simd")
	older := exec.Command(vectors)
	older.Env = append(os.Environ(), "GODEBUG=cpu.avx512f=off,cpu.avx512=off")
	want := parse(t, ran(t, e, exec.Command(vectors)))
	for name, csv := range map[string]string{
		"the page":                  headless(t, node, e),
		"a machine without AVX-512": ran(t, e, older),
		"a build without vectors":   ran(t, e, exec.Command(compiled(t, "GOEXPERIMENT="))),
	} {
		got := parse(t, csv)
		require.Len(t, got, len(want), name)
		numbers, worst := 0, 0.0
		for i, row := range want {
			for k, column := range want[0] {
				switch {
				case i == 0 || !strings.HasSuffix(column, "_loss_nats") && !strings.HasPrefix(column, "rms_ratio_"):
					if !slices.Contains([]string{"weight_cosine", "gradient_cosine", "weight_distance"}, column) {
						assert.Equal(t, row[k], got[i][k], "%s: %s at step %s", name, column,
							row[slices.Index(want[0], "step")])
					}
				case row[k] == "":
					assert.Empty(t, got[i][k], name)
				default:
					x, err := strconv.ParseFloat(row[k], 64)
					require.NoError(t, err)
					y, err := strconv.ParseFloat(got[i][k], 64)
					require.NoError(t, err)
					worst = max(worst, math.Abs(x-y)/max(math.Abs(x), 1))
					numbers++
				}
			}
		}
		assert.Greater(t, numbers, 150)
		assert.Less(t, worst, 1e-6, name)
		t.Logf("%s: %d numbers, which differ by at most %.1e of their value, or of 1", name, numbers, worst)
	}
}
