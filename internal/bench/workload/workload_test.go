package workload_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

func TestStepsTrain(t *testing.T) {
	for _, shape := range []workload.Shape{workload.Small(), workload.Default(), workload.After(model.Hidden), workload.After(model.Joint), workload.Muon()} {
		s, err := shape.New(compute.NewCPU())
		require.NoError(t, err)
		assert.Equal(t, []int{shape.Model.Inner, shape.Model.Hidden}, []int{s.Net.Config.Inner, s.Net.Config.Hidden})
		first := s.Run()
		for range 3*len(s.Batch) - 1 {
			s.Run()
		}
		assert.Less(t, s.Run(), first, "%s: the first batch, seen for the fourth time", shape.Name)
	}
}

// Of the 500 updates after the widening of the default experiment, 86 have probes: 40 in a row, and then every tenth.
func TestProbesAreMeasuredAtTheDefaultRate(t *testing.T) {
	assert.InDelta(t, 2*86.0/500, workload.Probes{Update: 1, Each: 2}.Share(), 1e-12)
	assert.InDelta(t, 3*50.0/500, workload.Probes{Update: 1, Held: 3}.HeldShare(), 1e-12)
	got, err := workload.MeasureProbes(context.Background(), compute.NewCPU(), time.Microsecond, 1)
	require.NoError(t, err)
	for i, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		assert.Equal(t, axis, got[i].Axis)
		assert.Positive(t, got[i].Share())
		assert.Positive(t, got[i].HeldShare())
	}
	s, err := workload.After(model.Joint).New(compute.NewCPU())
	require.NoError(t, err)
	pairs := 0
	for _, g := range s.Probe() {
		pairs += len(g.Orig)
	}
	assert.Equal(t, 2*4*16+32, pairs, "of two layers, four experts and the hidden axis")
}

func TestLookingAtHeldOutTextChangesNothing(t *testing.T) {
	shape := workload.Small()
	s, err := shape.New(compute.NewCPU())
	require.NoError(t, err)
	first := s.Held()
	assert.InDelta(t, math.Log(float64(shape.Model.Vocab)), first, 0.5, "nothing is learnt yet")
	assert.Equal(t, first, s.Held())
	for range 30 {
		s.Run()
	}
	assert.Less(t, s.Held(), first)
}

// The document's table of each step ends with what the whole of it costs.
func TestStepsCostWhatTheDocumentSays(t *testing.T) {
	text, err := os.ReadFile("../../../docs/performance.md")
	require.NoError(t, err)
	for _, s := range []workload.Shape{workload.Default(), workload.Large()} {
		require.NoError(t, s.Model.Validate())
		_, table, ok := strings.Cut(string(text), "\n"+s.Name+", ms a step on one thread:\n")
		require.True(t, ok, s.Name)
		whole := regexp.MustCompile(`(?m)^\| \*\*the step\*\* .* 100 % \| (\d+) \|`).FindStringSubmatch(table)
		require.NotNil(t, whole, s.Name)
		assert.Equal(t, fmt.Sprintf("%.0f", s.FLOPs()/1e6), whole[1], "MFLOP of %s", s.Name)
	}
}

func TestTheLongestOfCalculatingDividingAndMovingBinds(t *testing.T) {
	e := workload.Element{Count: 100, Moves: workload.Moves{N: 100, Read: 1, Written: 1}, Fused: 1, Plain: 2, Divisions: 1}
	r := workload.Rates{Flops: 1, Divisions: 0.5, Roots: 1, Bytes: 1}
	is := func(want float64, why string) {
		t.Helper()
		s, binds := e.Limit(r)
		assert.Equal(t, want, s)
		assert.Equal(t, why, binds)
	}
	is(800, "memory")
	r.Bytes = 8
	is(400, "arithmetic") // of which a multiply-add is two
	e.Roots = 4
	is(600, "arithmetic") // a division and four roots
}

func TestRatesAreMeasured(t *testing.T) {
	r := workload.MeasureRates()
	for _, v := range []float64{r.Flops, r.Divisions, r.Roots} {
		assert.Positive(t, v)
	}
	for _, m := range workload.Copies() {
		assert.Positive(t, m.Measure(time.Millisecond), m)
	}
}

// Every array is gone through in every way, also where its numbers are no whole blocks.
func TestMovesTouchWhatTheyCount(t *testing.T) {
	m := workload.Moves{N: 1000, Read: 1, Written: 2, Updated: 3}
	assert.Equal(t, 4*1000*(1+2+6), m.Bytes())
	assert.Equal(t, "23 KiB", m.String())
	for _, way := range m.Ways() {
		way()
	}
	assert.GreaterOrEqual(t, len(workload.Moves{N: 64, Read: 1, Written: 1}.Ways()), 2, "copying is one")
}

// BenchmarkStep is a whole training update of the default experiment.
func BenchmarkStep(b *testing.B) {
	for _, shape := range []workload.Shape{workload.Small(), workload.Default(), workload.Large()} {
		b.Run(shape.Name, func(b *testing.B) {
			s, err := shape.New(compute.NewCPU())
			require.NoError(b, err)
			for b.Loop() {
				s.Run()
			}
			b.ReportMetric(shape.FLOPs()*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

// BenchmarkElement is each elementwise operation, beside its limit.
func BenchmarkElement(b *testing.B) {
	rates := workload.MeasureRates()
	for _, e := range workload.Elements(compute.NewCPU()) {
		b.Run(e.Name+" "+e.Size, func(b *testing.B) {
			rates.Bytes = e.Moves.Measure(5 * time.Millisecond)
			for b.Loop() {
				e.Run()
			}
			limit, _ := e.Limit(rates)
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/limit, "x-limit")
		})
	}
}
