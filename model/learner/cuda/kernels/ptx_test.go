//go:build linux && (amd64 || arm64) && goexperiment.simd

package kernels_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/kernels"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/kernels/nvrtc"
)

// again is what to do where a test says that what is embedded is not of the text.
const again = "make kernels writes it anew"

// What a device runs is the text that the emulated driver's tests ran. Machine code is made for one architecture only,
// and its report compared: that is what takes long. The other's report is of the same text.
func TestThePTXAndTheReportAreOfTheText(t *testing.T) {
	report, err := kernels.Report()
	require.NoError(t, err)
	assert.Contains(t, report, fmt.Sprintf("SHA-256 %x:\n", sha256.Sum256([]byte(kernels.Source()))), again)
	compiler, err := nvrtc.Open(t.Context())
	testneed.Here(t, err)
	require.Equal(t, []string{"sm_80", "sm_90"}, nvrtc.Architectures)
	for arch, as := range map[string]string{"sm_80": "compute_80", "sm_90": "sm_90"} {
		compiled, err := compiler.Compile(kernels.Source(), as)
		require.NoError(t, err)
		ptx, err := kernels.PTX(arch)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(compiled.PTX, ptx), "%s: %s", arch, again)
		assert.NotContains(t, string(ptx), "\x00", "the driver takes it for the end")
		if arch == as {
			assert.Equal(t, nvrtc.Table(map[string]*nvrtc.Compiled{arch: compiled}), linesOf(report, arch), again)
		}
	}
	_, err = kernels.PTX("sm_70")
	assert.EqualError(t, err, `there are no kernels for "sm_70"`)
}

// linesOf are the lines of the report for an architecture, after the headings.
func linesOf(report, arch string) string {
	var lines []string
	for i, line := range strings.SplitAfter(report, "\n") {
		if i == 1 || strings.Contains(line, " "+arch+" ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// reported are the columns of the report, by kernel and architecture.
func reported(t *testing.T) map[[2]string][]int {
	t.Helper()
	report, err := kernels.Report()
	require.NoError(t, err)
	all := map[[2]string][]int{}
	for i, line := range strings.Split(strings.TrimSpace(report), "\n") {
		if i < 2 {
			continue
		}
		words := strings.Fields(line)
		require.Len(t, words, 6)
		for _, word := range words[2:] {
			n, err := strconv.Atoi(word)
			require.NoError(t, err)
			all[[2]string{words[0], words[1]}] = append(all[[2]string{words[0], words[1]}], n)
		}
	}
	return all
}

// hot are the kernels in which a step spends its time.
var hot = regexp.MustCompile(`^(product|attention|add_norm|norm|head_norm|adamw|muon)`)

func TestHotKernelsKeepAllInRegisters(t *testing.T) {
	all := reported(t)
	seen := map[string]int{}
	for of, columns := range all {
		registers, shared, spilled := columns[0], columns[1], columns[3]
		assert.LessOrEqual(t, registers, 255, of)
		assert.LessOrEqual(t, shared, 48<<10, "%s: a launch does not ask for more", of)
		if kind := hot.FindString(of[0]); kind != "" {
			assert.Zero(t, spilled, "%s spills registers", of)
			seen[kind]++
		}
	}
	assert.Len(t, seen, strings.Count(hot.String(), "|")+1, "some of the hot kernels have another name now")
}

func TestEveryGPUFromTheA100OnHasKernels(t *testing.T) {
	for _, c := range []struct {
		major, minor int
		arch         string
	}{{8, 0, "sm_80"}, {8, 6, "sm_80"}, {8, 9, "sm_80"}, {9, 0, "sm_90"}, {10, 0, "sm_90"}, {12, 0, "sm_90"}} {
		arch, err := kernels.Architecture(c.major, c.minor)
		require.NoError(t, err)
		assert.Equal(t, c.arch, arch)
	}
	_, err := kernels.Architecture(7, 5)
	assert.EqualError(t, err,
		"this GPU has compute capability 7.5; the kernels need 8.0 (A100) or a later one")
}
