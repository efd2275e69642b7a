package figure

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/plotter"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

func svg(t *testing.T, f Figure) string {
	t.Helper()
	var a, b bytes.Buffer
	require.NoError(t, f.SVG(&a))
	require.NoError(t, f.SVG(&b))
	assert.Equal(t, a.String(), b.String(), "the same bytes each time")
	return a.String()
}

func panels(t *testing.T, f Figure) []panel {
	t.Helper()
	l, _, err := f.laid()
	require.NoError(t, err)
	return l.panels
}

func xys(x, y []float64) (out plotter.XYs) {
	for i := range x {
		out = append(out, plotter.XY{X: x[i], Y: y[i]})
	}
	return out
}

func TestCurvesLeaveOutWhatIsNotANumber(t *testing.T) {
	nan := math.NaN()
	empty := Series{Name: "nothing", XYer: xys([]float64{1, 2}, []float64{nan, nan})}
	_, ok := Curves("x", "", "", Lines{Series: []Series{empty}})
	assert.False(t, ok, "there is nothing to draw")
	f, ok := Curves("x", "Title", "Caption", Lines{Series: []Series{
		{Name: "falls", Digits: 2,
			XYer: Means{xys([]float64{1, 2, 3}, []float64{3, nan, 1}), []float64{0.1, nan, nan}}},
		{Name: "quiet", XYer: xys([]float64{1, 3}, []float64{2, 2}), Digits: -1},
	}})
	require.True(t, ok)
	s := svg(t, f)
	assert.Contains(t, s, "<title>Title</title>")
	assert.Contains(t, s, ">falls 1.00<")
	assert.Contains(t, s, ">quiet<")
	assert.NotContains(t, s, "NaN")
}

func TestForestDrawsUnboundedIntervalsToItsEdges(t *testing.T) {
	_, ok := Forest("x", "", "",
		Intervals{Rows: []Interval{{Name: "nothing", Mean: math.NaN(), Low: math.Inf(-1), High: math.Inf(1)}}})
	assert.False(t, ok)
	rows := []Interval{
		{Name: "bounded", Mean: -0.02, Low: -0.03, High: -0.01, Each: []float64{-0.021, -0.019}, Style: style.At(3)},
		{Name: "one seed", Mean: 0.01, Low: math.Inf(-1), High: math.Inf(1)},
	}
	f, ok := Forest("x", "Title", "", Intervals{Title: "left", X: "nats", Rows: rows},
		Intervals{Title: "right", X: "nats", Rows: rows})
	require.True(t, ok)
	s := svg(t, f)
	assert.Equal(t, 1, strings.Count(s, ">bounded<"), "the first panel names the rows")
	assert.Contains(t, s, ">left<")
	assert.Contains(t, s, ">right<")
	assert.NotContains(t, s, "NaN")
	assert.NotContains(t, s, "Inf")
}

func TestForestOfSizesHasBarsMarksAndWhatRowsSay(t *testing.T) {
	draw := func(bar bool, says string, marks ...float64) string {
		f, ok := Forest("x", "", "", Intervals{X: "facts", Marks: marks, Rows: []Interval{
			{Name: "Small", Mean: 8, Low: 7, High: 9, Style: style.At(0), Bar: bar, Says: says},
			{Name: "Copy", Mean: 9, Low: 8, High: 10, Style: style.At(1), Bar: bar},
		}})
		require.True(t, ok)
		return svg(t, f)
	}
	plain := draw(false, "")
	count := func(s string) int { return strings.Count(s, "<path") }
	assert.Equal(t, count(plain)+2, count(draw(true, "")), "a bar a row")
	assert.Equal(t, count(plain)+1, count(draw(false, "", 5)), "a line at a mark")
	assert.Contains(t, draw(false, "eight"), ">eight<")
	f, ok := Forest("x", "", "", Intervals{Marks: []float64{20}, Rows: []Interval{{Mean: 8, Low: 7, High: 9}}})
	require.True(t, ok)
	assert.Greater(t, panels(t, f)[0].plot.X.Max, 20.0, "a mark is within the axes")
}

func TestSpotWithoutANameHasNone(t *testing.T) {
	f, ok := Scatter("x", "", "", Cloud{Spots: []Spot{{Name: "named", X: 1, Y: 1}, {X: 2, Y: 2}}})
	require.True(t, ok)
	s := svg(t, f)
	assert.Contains(t, s, ">named<")
	assert.NotContains(t, s, "></text>")
}

func TestBlocksShareOneScaleAndSayWhatIsNotANumber(t *testing.T) {
	f, ok := Blocks("x", "", "", Ratios{"one", nil, style.At(0), []float64{1, 2}, []float64{1, 2}},
		Ratios{"two", nil, style.At(1), []float64{1, 2}, []float64{1, 9}})
	require.True(t, ok)
	assert.Equal(t, panels(t, f)[0].plot.Y.Max, panels(t, f)[1].plot.Y.Max)
	assert.Contains(t, svg(t, f), ">E1<")
	f, ok = Blocks("x", "", "How.", Ratios{"bad", []string{"loss"}, style.At(0), []float64{1, math.Inf(1)},
		[]float64{math.NaN(), 2}})
	require.True(t, ok, "what is a number is drawn")
	assert.Equal(t, "How. Of bad 2 are no number.", f.Caption)
	assert.InDelta(t, 2.2, panels(t, f)[0].plot.Y.Max, 1e-9)
	assert.NotContains(t, svg(t, f), "NaN")
	_, ok = Blocks("x", "", "", Ratios{"bad", nil, style.At(0), []float64{math.NaN()}, []float64{math.NaN()}})
	assert.False(t, ok, "nothing is")
}

func TestIntervalThatIsNoNumberHasNoPlace(t *testing.T) {
	nan := math.NaN()
	f, ok := Forest("x", "", "", Intervals{Rows: []Interval{
		{Name: "sound", Mean: 1, Low: 0.5, High: 1.5, Each: []float64{nan, 1, math.Inf(1)}},
		{Name: "lost", Mean: math.Inf(1), Low: nan, High: nan}, {Name: "bare", Mean: 1, Low: nan, High: nan},
	}})
	require.True(t, ok)
	s := svg(t, f)
	assert.NotContains(t, s, "NaN")
	assert.NotContains(t, s, "Inf")
	means := Means{xys([]float64{1, 2, 3}, []float64{1, nan, 2}), []float64{math.Inf(1), nan, 0.5}}
	l := Lines{Series: []Series{{Name: "a", XYer: means, Marks: []int{1, 2}, Digits: 2, Word: "diverged"}}}
	f, ok = Curves("x", "", "", l)
	require.True(t, ok)
	s = svg(t, f)
	assert.NotContains(t, s, "NaN")
	assert.NotContains(t, s, "Inf")
	assert.Contains(t, s, ">a diverged<")
}

func TestScatterNamesItsSpots(t *testing.T) {
	_, ok := Scatter("x", "", "", Cloud{Spots: []Spot{{Name: "nowhere", X: math.NaN(), Y: 1}}})
	assert.False(t, ok)
	f, ok := Scatter("x", "Title", "", Cloud{Title: "panel", X: "rise", Y: "loss", Spots: []Spot{
		{Name: "here", X: 1, Y: 2}, {Name: "there", X: 1, Y: 2, Style: style.At(1), Ring: true},
		{Name: "nowhere", X: 1, Y: math.Inf(1)},
	}})
	require.True(t, ok)
	s := svg(t, f)
	assert.Contains(t, s, ">here<")
	assert.Contains(t, s, ">there<")
	assert.NotContains(t, s, ">nowhere<")
}

func TestNumbersHaveTheDecimalsThatTheyNeed(t *testing.T) {
	assert.Equal(t, 0, decimals(200, 200))
	assert.Equal(t, 1, decimals(0.3, 0.3))
	assert.Equal(t, 3, decimals(0.025, 0.025))
	assert.Equal(t, "−0.02", decimal(-0.02, 2))
	assert.Equal(t, "0.00", decimal(-0.0001, 2))
	assert.Equal(t, "0", decimal(0, 0))
	for _, tick := range usual.Ticks(1.694, 1.7061) {
		assert.Regexp(t, `^1\.\d{3}$`, tick.Label)
	}
}

func TestTickLabelsAreTheValuesAtWhichTicksStand(t *testing.T) {
	var labels []string
	for _, tick := range usual.Ticks(1.71, 2.18) {
		labels = append(labels, tick.Label)
	}
	assert.Equal(t, []string{"1.8", "1.9", "2.0", "2.1"}, labels)
	for low := -3.0; low < 3; low += 0.137 {
		for _, width := range []float64{0.004, 0.03, 0.55, 0.71, 7, 240} {
			for _, tick := range usual.Ticks(low, low+width) {
				told, err := strconv.ParseFloat(strings.Replace(tick.Label, "−", "-", 1), 64)
				require.NoError(t, err)
				assert.InDelta(t, tick.Value, told, width*1e-6, "between %v and %v", low, low+width)
			}
		}
	}
}

func TestTicksOfDifferencesHaveAZero(t *testing.T) {
	for _, r := range [][2]float64{{-0.083, 0.026}, {-3, 1}, {-0.001, 0.0105}, {0, 7}} {
		ticks, zero := usual.Ticks(r[0], r[1]), 0
		assert.GreaterOrEqual(t, len(ticks), 3)
		assert.LessOrEqual(t, len(ticks), 10)
		for _, x := range ticks {
			assert.True(t, r[0] <= x.Value && x.Value <= r[1])
			if x.Value == 0 {
				zero++
			}
		}
		assert.Equal(t, 1, zero, "%v", r)
	}
}

// hex is an arm's colour as SVG has it.
func hex(l style.Style) string { return fmt.Sprintf("#%02X%02X%02X", l.Hue.R, l.Hue.G, l.Hue.B) }

func TestAnArmLooksInAFigureAsOnThePage(t *testing.T) {
	e, err := experiment.Named("signal")
	require.NoError(t, err)
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	for i := range r.Tracks {
		for step := 500; step <= 600; step += 10 {
			r.Tracks[i] = append(r.Tracks[i], record.ArmFrame{Arm: i, Step: step, ValLoss: 2})
		}
		r.Reports = append(r.Reports, record.Report{Arm: i, Step: 500, ValLossBefore: 2, ValLossAfter: float32(2 + i)})
	}
	f, ok := drawLoss(runs{r})
	require.True(t, ok)
	s := svg(t, f)
	for i, l := range style.Of(e) {
		assert.Contains(t, s, hex(l), e.Arms[i].Name)
	}
	assert.GreaterOrEqual(t, panels(t, f)[0].plot.Y.Max, 4.0, "the highest loss just after the widening is in it")
	assert.Contains(t, f.Caption, "16 fixed windows")
}

func TestWhatPointsNowhereIsCalledNone(t *testing.T) {
	nan := math.NaN()
	f, ok := Curves("x", "", "", Lines{Series: []Series{{Name: "alive", XYer: xys([]float64{1, 2}, []float64{1, 2})},
		{Name: "dead", XYer: xys([]float64{1, 2}, []float64{nan, nan})}, {Name: "absent"}}})
	require.True(t, ok)
	s := svg(t, f)
	assert.Contains(t, s, ">dead none<")
	assert.NotContains(t, s, "absent")
}

func TestEveryWideningIsMarkedAndSaysWhose(t *testing.T) {
	e, err := experiment.Named("stages")
	require.NoError(t, err)
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	for i, a := range e.Arms {
		for _, w := range a.Widen {
			if a.Widens() {
				r.Reports = append(r.Reports, record.Report{Arm: i, Step: w.Step})
			}
		}
	}
	looks := style.Of(e)
	assert.Equal(t, []Event{{250, "widened", looks[:2]}, {500, "widened", looks[:3]}}, runs{r}.widenings(looks))
	r.Experiment = experiment.Default()
	r.Reports = []record.Report{{Arm: 1, Step: 500}, {Arm: 2, Step: 500}}
	assert.Equal(t, []Event{{500, "widened", nil}}, runs{r}.widenings(looks),
		"where all widen together nothing has to be told apart")
}
