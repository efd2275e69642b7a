package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage/job"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model"
)

func value(v float64) *float64 { return &v }

func TestVerdictsCompareWithTheBoundsInTheRightDirection(t *testing.T) {
	for _, c := range []struct {
		row  Row
		says string
	}{
		{Row{Least: 2, Aim: 4}, "not measured"},
		{Row{Measured: value(1.99), Least: 2, Aim: 4}, "not met"},
		{Row{Measured: value(2), Least: 2, Aim: 4}, "met"},
		{Row{Measured: value(4), Least: 2, Aim: 4}, "aim met"},
		{Row{Measured: value(8.1), Least: 8, Aim: 4, Fewer: true}, "not met"},
		{Row{Measured: value(8), Least: 8, Aim: 4, Fewer: true}, "met"},
		{Row{Measured: value(3), Least: 8, Aim: 4, Fewer: true}, "aim met"},
		{Row{Measured: value(0), Fewer: true}, "met"},
		{Row{Measured: value(1), Fewer: true}, "not met"},
	} {
		assert.Equal(t, c.says, c.row.Verdict(), "%+v", c.row)
	}
}

func sample() *Report {
	r := &Report{Machine: Machine{CPU: "Some CPU", Cores: 2, OS: "linux/amd64", Go: "go1.27", Engine: "vectors", Date: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC), Limits: []Limit{{"avx2", "256-bit fused multiply-add", 115.2, "GFLOP/s"}}},
		Rows: []Row{{Key: "a", What: "products", Unit: "x", Least: 0.75, Aim: 1}, {Key: "b", What: "bytes", Unit: "MB", Least: 3.5, Aim: 2.5, Fewer: true}}, Complete: true}
	r.set("a", 0.8, "against %s", "a peer")
	r.miss("b", errors.New("install something"))
	return r
}

func TestTableSaysWhatWasMeasuredAndWhatIsMissing(t *testing.T) {
	var b strings.Builder
	require.NoError(t, sample().Print(&b))
	assert.Equal(t, `Some CPU, 2 cores, linux/amd64; go1.27, vectors; 2026-01-02 03:04 UTC
256-bit fused multiply-add                   115.2 GFLOP/s

what      measured  at least         aim      
products  0.80 x    0.75 x           1.00 x   met
bytes     -         at most 3.50 MB  2.50 MB  not measured

products: against a peer
bytes: install something
`, b.String())
	b.Reset()
	require.NoError(t, sample().Markdown(&b))
	assert.Equal(t, `| what | measured | at least | aim | verdict |
|---|---|---|---|---|
| products | 0.80 x | 0.75 x | 1.00 x | met |
| bytes | - | at most 3.50 MB | 2.50 MB | not measured |
`, b.String())
}

func TestAReasonNeverReplacesANumber(t *testing.T) {
	r := sample()
	r.miss("a", errors.New("too late"))
	assert.Empty(t, r.row("a").Missing)
	assert.Panics(t, func() { r.set("no such row", 1, "") })
}

func TestEveryRowHasOnePartThatFillsIt(t *testing.T) {
	filled := map[string]int{}
	for _, p := range parts {
		for _, k := range p.keys {
			filled[k]++
		}
	}
	for _, row := range table() {
		assert.Equal(t, 1, filled[row.Key], row.Key)
		assert.NotEmpty(t, row.What)
	}
}

// Whether the measurements work, not how fast anything is.
func TestQuickRunFillsTheNativeRowsAndExplainsTheOthers(t *testing.T) {
	r, err := Run(context.Background(), Options{Quick: true})
	require.NoError(t, err)
	assert.True(t, r.Complete)
	alone := keysOf("element-", "allocations", "probes")
	for _, row := range r.Rows {
		if slices.Contains(alone, row.Key) {
			assert.NotNil(t, row.Measured, "%s: %s", row.Key, row.Missing)
		} else {
			assert.Contains(t, row.Missing, "--peers", row.Key)
		}
	}
	assert.NotEmpty(t, r.Products)
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
	r, err := Run(ctx, Options{Quick: true, Tell: func(what string) {
		if what == "elementwise operations" {
			stop()
		}
	}})
	assert.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, r)
	assert.False(t, r.Complete)
	assert.NotEmpty(t, r.Machine.Limits)
	var b strings.Builder
	require.NoError(t, r.Print(&b))
	assert.Contains(t, b.String(), "Interrupted")
}

// The products that are compared with a peer are those that a step is made of.
func TestProductsOfAStepCostWhatTheStepCosts(t *testing.T) {
	var sum float64
	s := workload.Default()
	for _, p := range job.Products() {
		sum += p.FLOPs()
		assert.Zero(t, p.Count%job.Batch(p), "%s: batches of %d", p.Name(), job.Batch(p))
	}
	want := model.Count(s.Model, s.Batch, s.Seq).FLOPs
	// The count has the half of attention that causality leaves; the products have all of it.
	attention := 3 * float64(s.Model.Layers*s.Tokens()) * 2 * 2 * float64(s.Model.Heads*s.Model.HeadDim) * float64(s.Seq) / 2
	assert.InEpsilon(t, want+attention, sum, 1e-9)
}

// A peer that something else slowed is no peer: its smaller network cannot be the slower one.
func TestADisturbedPeerIsRefused(t *testing.T) {
	assert.NoError(t, undisturbed(5.6e-3, 5.9e-3))
	assert.NoError(t, undisturbed(6.0e-3, 5.9e-3), "clocks are not that good")
	assert.EqualError(t, undisturbed(8.46e-3, 7.0e-3), "PyTorch took 8.46 ms for the smaller network and 7.00 ms for the larger: something else ran beside it")
}

func TestBusyThreadsEndAndLeaveTheProgramAsItWas(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	stop := spin(2)
	assert.Equal(t, before+2, runtime.GOMAXPROCS(0), "they take no thread from who measures")
	stop()
	assert.Equal(t, before, runtime.GOMAXPROCS(0))
}
