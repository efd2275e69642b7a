package workload

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/shapes"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// least is as little effort as there is: whether it works, not how fast.
var least = measure.Effort{Repetitions: 1, Each: time.Microsecond}

func TestStepsTrain(t *testing.T) {
	for _, shape := range []Shape{Small(), Default(), After(model.Hidden), After(model.Joint), Muon()} {
		s, err := shape.New(compute.NewCPU())
		require.NoError(t, err)
		assert.Equal(t, []int{shape.Model.Inner, shape.Model.Hidden}, []int{s.Net.Config.Inner, s.Net.Config.Hidden})
		losses := s.Updates(3*batches + 1).Losses
		assert.Less(t, losses[3*batches], losses[0], "%s: the first batch, seen for the fourth time", shape.Name)
	}
}

// More threads neither help the default step nor harm it: none of its operations is large enough to be shared. Of a
// wider network some are.
func TestTheDefaultStepStaysOnOneThread(t *testing.T) {
	helpers := func(shape Shape) int {
		before, e := runtime.NumGoroutine(), compute.NewThreaded(2)
		e.SetThreads(2)
		s, err := shape.New(e)
		require.NoError(t, err)
		s.Updates(1)
		return runtime.NumGoroutine() - before
	}
	for _, shape := range []Shape{Small(), Default(), After(model.Hidden), Muon()} {
		assert.Zero(t, helpers(shape), shape.Name)
	}
	wide := Default()
	wide.Model.Hidden, wide.Model.Inner = 128, 128
	assert.Equal(t, 1, helpers(wide))
}

// Of the 500 updates after the widening of the default experiment, 86 have probes: 40 in a row, and then every tenth.
func TestProbesAreMeasuredAtTheDefaultRate(t *testing.T) {
	assert.InDelta(t, 2*86.0/500, Probes{Update: 1, Each: 2}.Share(), 1e-12)
	assert.InDelta(t, 3*50.0/500, Probes{Update: 1, Validation: 3}.ValidationShare(), 1e-12)
	got, err := MeasureProbes(context.Background(), compute.NewCPU(), least)
	require.NoError(t, err)
	for i, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
		assert.Equal(t, axis, got[i].Axis)
		assert.Positive(t, got[i].Share())
		assert.Positive(t, got[i].ValidationShare())
	}
	s, err := After(model.Joint).New(compute.NewCPU())
	require.NoError(t, err)
	pairs := 0
	for _, g := range s.Probe() {
		pairs += len(g.Orig)
	}
	assert.Equal(t, 2*4*16+32, pairs, "of two layers, four experts and the hidden axis")
}

func TestProductsAreTimedAndTheirResultsCompared(t *testing.T) {
	double := func(form compute.Form, dst, a, b compute.Mat) {
		compute.Reference{}.MatMul(form, dst, a, b, false)
		for i := range dst.Data {
			dst.Data[i] *= 2
		}
	}
	for by, differ := range map[*MatMul]float64{ptr(By(compute.NewCPU())): 1e-5, ptr(double): 1} {
		got, err := MeasureProducts(context.Background(), least, shapes.Main()[:2], By(compute.Reference{}), *by)
		require.NoError(t, err)
		for _, p := range got {
			assert.InDelta(t, differ, p.Differ, 1e-5, p.Name)
			assert.Len(t, p.Seconds, 2)
			assert.Positive(t, p.FLOPs)
		}
	}
}

func ptr(m MatMul) *MatMul { return &m }

// The products that are compared with a peer are those that a step is made of.
func TestProductsOfAStepCostWhatTheStepCosts(t *testing.T) {
	var sum float64
	s := Default()
	for _, p := range s.Products() {
		sum += p.FLOPs()
	}
	// The count has the half of attention that causality leaves; the products have all of it.
	attention := 6 * float64(s.Model.Layers*s.Tokens()*s.Model.Heads*s.Model.HeadDim*s.Seq)
	assert.InEpsilon(t, s.FLOPs()+attention, sum, 1e-9)
}

func document(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/performance.md")
	require.NoError(t, err)
	return string(text)
}

// The document's table of steps says what the whole of each costs.
func TestStepsCostWhatTheDocumentSays(t *testing.T) {
	for _, s := range []Shape{Default(), Large()} {
		require.NoError(t, s.Model.Validate())
		assert.Regexp(t, fmt.Sprintf(`(?m)^\| %s +\| [0-9.]+ +\| %.0f +\|`, s.Name, s.FLOPs()/1e6), document(t))
	}
}

// The rooflines of elementwise operations are of these formulas, whatever kernels make of them.
func TestTheDocumentStatesWhatRooflinesCount(t *testing.T) {
	for _, f := range Formulas {
		row := fmt.Sprintf(`(?m)^\| %s +\|.*\| %.0f +\| %.0f +\|$`, f.Name, f.Flop, f.Bytes)
		assert.Regexp(t, row, document(t))
	}
}

func TestTheLowerRoofBounds(t *testing.T) {
	f := Formula{"", 4, 8}
	ns, by := f.roofline(1e9, 1e9)
	assert.Equal(t, 8.0, ns)
	assert.Equal(t, "bandwidth", by)
	ns, by = f.roofline(1e9, 8e9)
	assert.Equal(t, 4.0, ns)
	assert.Equal(t, "compute", by)
}

func TestEveryOperationIsMeasuredOnEverySize(t *testing.T) {
	got, err := MeasureElementwise(context.Background(), compute.NewCPU(), least)
	require.NoError(t, err)
	require.Len(t, got.Operations, len(Sizes)*len(Formulas))
	for i, e := range got.Operations {
		assert.Equal(t, Formulas[i%len(Formulas)].Name, e.Name)
		assert.Equal(t, Sizes[i/len(Formulas)], e.Size)
		assert.Positive(t, e.Time)
		assert.Positive(t, e.Roofline)
	}
	require.Len(t, got.Copy, len(Sizes))
	assert.Positive(t, min(got.Copy[0], got.Copy[1]))
	assert.Equal(t, "128 KiB", Within(1<<17, "B"))
	assert.Equal(t, "16 Mi", Within(1<<24, ""))
}

// BenchmarkStep is a whole training update of the default experiment, and of the large network.
func BenchmarkStep(b *testing.B) {
	for _, shape := range []Shape{Small(), Default(), Large()} {
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
