package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
)

func value(v float64) *float64 { return &v }

func TestVerdictsCompareWithTheBoundsInTheRightDirection(t *testing.T) {
	for _, c := range []struct {
		row  Row
		says string
	}{
		{Row{Target: 2, StretchTarget: 4}, "not measured"},
		{Row{Measured: value(1.99), Target: 2, StretchTarget: 4}, "not met"},
		{Row{Measured: value(2), Target: 2, StretchTarget: 4}, "met"},
		{Row{Measured: value(4), Target: 2, StretchTarget: 4}, "stretch met"},
		{Row{Measured: value(8.1), Target: 8, StretchTarget: 4, LowerIsBetter: true}, "not met"},
		{Row{Measured: value(8), Target: 8, StretchTarget: 4, LowerIsBetter: true}, "met"},
		{Row{Measured: value(3), Target: 8, StretchTarget: 4, LowerIsBetter: true}, "stretch met"},
		{Row{Measured: value(0), LowerIsBetter: true}, "met"},
		{Row{Measured: value(1), LowerIsBetter: true}, "not met"},
		{Row{Measured: value(math.NaN()), Target: 2, StretchTarget: 4}, "not met"},
		{Row{Measured: value(math.NaN()), Target: 2, LowerIsBetter: true}, "not met"},
	} {
		assert.Equal(t, c.says, c.row.Verdict(), "%+v", c.row)
	}
}

func sample() *Report {
	r := &Report{
		Machine: Machine{CPU: "Some CPU", Cores: 2, OS: "linux/amd64", Go: "go1.27", Engine: "v",
			Date: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC), Peers: map[string]string{"Torch": "1.13", "BLAS": "B"}},
		Rows: []Row{
			{Key: "a", What: "products", Unit: "x", Target: 0.75, StretchTarget: 1},
			{Key: "b", What: "bytes", Unit: "MB", Target: 3.5, StretchTarget: 2.5, LowerIsBetter: true},
		},
		Tables:   map[string][]string{},
		Complete: true,
	}
	r.line("roofline", "256-bit fused multiply-add|%.1f GFLOP/s", 115.2)
	r.line("threads", "small|%d|3.00|1.00 x", 1)
	r.addElementwise("native", workload.Elementwises{Copy: []float64{2e9},
		Operations: []workload.Elementwise{{Name: "exp", Size: 1 << 24, Time: 1, Roofline: 0.5, BoundBy: "bandwidth"}}})
	r.addProfile(workload.Profile{Name: "small", Step: 4, Peak: 100e9,
		Spent: [workload.Groups]float64{2, 1, 0.5, 0.5}, FLOPs: [workload.Groups]float64{1e8}})
	r.set("a", 0.8, "against %s", "a peer")
	r.miss("b", errors.New("install something"))
	return r
}

func TestReportSaysWhatWasMeasuredAndWhatIsMissing(t *testing.T) {
	var b strings.Builder
	require.NoError(t, sample().Print(&b))
	assert.Equal(t,
		`Measured on Some CPU, 2 cores, linux/amd64; go1.27, v; 2026-01-02 03:04 UTC. Peers: BLAS: B; Torch: 1.13.

| roofline, one thread               | measured      |
| ---------------------------------- | ------------- |
| 256-bit fused multiply-add         | 115.2 GFLOP/s |
| STREAM copy within 128 KiB, native | 2.0 GB/s      |

| what     | measured | target    | stretch | verdict      |
| -------- | -------- | --------- | ------- | ------------ |
| products | 0.80 x   | 0.75 x    | 1.00 x  | met          |
| bytes    | -        | ≤ 3.50 MB | 2.50 MB | not measured |

- products: against a peer.
- bytes: install something.

| operation | where  | numbers | ns an element | roofline | bound by  | of the roofline |
| --------- | ------ | ------- | ------------- | -------- | --------- | --------------- |
| exp       | native | 16 Mi   | 1.00          | 0.50     | bandwidth | 50 %            |

| step, one thread | ms    | MFLOP | of peak | products   | attention | optimizer | the rest |
| ---------------- | ----- | ----- | ------- | ---------- | --------- | --------- | -------- |
| small            | 4.000 | 100   | 25 %    | 50 %, 50 % | 25 %      | 12 %      | 12 %     |

| step  | threads | ms a step | against one |
| ----- | ------- | --------- | ----------- |
| small | 1       | 3.00      | 1.00 x      |

`, b.String())
}

// The document of the repository has every mark, its lines of words have a length that editors show, and writing the
// same report twice changes nothing.
func TestTheDocumentIsFilledBetweenItsMarks(t *testing.T) {
	text, err := os.ReadFile("../../docs/performance.md")
	require.NoError(t, err)
	long := sample()
	long.set("a", 1, "%s", strings.Repeat("many words ", 50))
	once, err := long.Fill(text)
	require.NoError(t, err)
	assert.Contains(t, string(once), "| products | 1.00 x ")
	for line := range strings.Lines(string(once)) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 121, line)
	}
	twice, err := long.Fill(once)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(once, twice))
	_, err = long.Fill([]byte("nothing"))
	assert.ErrorContains(t, err, "no mark")
}

func TestAReasonNeverReplacesANumber(t *testing.T) {
	r := sample()
	r.miss("a", errors.New("too late"))
	assert.Empty(t, r.row("a").Missing)
	assert.Panics(t, func() { r.set("no such row", 1, "") })
}

func TestEveryRowHasOnePartThatFillsIt(t *testing.T) {
	for _, row := range table() {
		filled := 0
		for _, p := range parts {
			if p.key != "" && strings.HasPrefix(row.Key, p.key) {
				filled++
			}
		}
		assert.Equal(t, 1, filled, row.Key)
		assert.NotEmpty(t, row.What)
	}
}

// Whether the measurements work, not how fast anything is.
func TestQuickRunFillsTheNativeRowsAndExplainsTheOthers(t *testing.T) {
	r, err := Run(context.Background(), Options{Quick: true})
	require.NoError(t, err)
	assert.True(t, r.Complete)
	alone := []string{"allocations", "probes", "disk-widen"}
	long := []string{"threads-large", "loop", "loop-torch"}
	for _, row := range r.Rows {
		switch {
		case slices.Contains(alone, row.Key):
			assert.NotNil(t, row.Measured, "%s: %s", row.Key, row.Missing)
		case slices.Contains(long, row.Key):
			assert.Contains(t, row.Missing, "quick", row.Key)
		default:
			assert.Contains(t, row.Missing, "--peers", row.Key)
		}
	}
	for table := range heads {
		assert.NotEmpty(t, r.Tables[table], table)
		for _, line := range r.Tables[table] {
			assert.Equal(t, strings.Count(heads[table], "|"), strings.Count(line, "|"), line)
		}
	}
	assert.NotEmpty(t, r.Machine.CPU)
	data, err := json.Marshal(r)
	require.NoError(t, err)
	var again Report
	require.NoError(t, json.Unmarshal(data, &again))
	second, err := json.Marshal(again)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(data, second), "the report survives its own format")
}

func TestInterruptKeepsWhatThereIs(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	r, err := Run(ctx, Options{Quick: true, Progress: func(what string) {
		if what == "elementwise operations" {
			stop()
		}
	}})
	assert.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, r)
	assert.False(t, r.Complete)
	assert.NotEmpty(t, r.Tables["roofline"])
	var b strings.Builder
	require.NoError(t, r.Print(&b))
	assert.Contains(t, b.String(), "Interrupted")
}

func TestBusyThreadsEndAndLeaveTheProgramAsItWas(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	stop := spin(2)
	assert.Equal(t, before+2, runtime.GOMAXPROCS(0), "they take no thread from who measures")
	stop()
	assert.Equal(t, before, runtime.GOMAXPROCS(0))
}
