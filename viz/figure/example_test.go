package figure_test

import (
	"bytes"
	"fmt"
	"strings"

	"gonum.org/v1/plot/plotter"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/figure"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// Anything with a length and points is a curve, as in gonum's plotters.
func ExampleCurves() {
	f, ok := figure.Curves("loss", "Two networks", "They differ in their width.", figure.Lines{
		X: "step", Y: "loss",
		Series: []figure.Series{
			{Name: "narrow", Style: style.At(0), XYer: plotter.XYs{{X: 0, Y: 3}, {X: 100, Y: 2.1}}, Digits: 2},
			{Name: "wide", Style: style.At(3), XYer: plotter.XYs{{X: 0, Y: 3}, {X: 100, Y: 1.9}}, Digits: 2},
		},
		Events: []figure.Event{{X: 50, Words: "widened"}},
	})
	var svg bytes.Buffer
	fmt.Println(ok, f.SVG(&svg))
	fmt.Println(bytes.Contains(svg.Bytes(), []byte(">wide 1.90<")))
	// Output:
	// true <nil>
	// true
}

// Means have a band of what each may be off.
func ExampleMeans() {
	curve := figure.Means{XYs: plotter.XYs{{X: 0, Y: 3}, {X: 100, Y: 2}}, Err: []float64{0.1, 0.2}}
	_, ok := figure.Curves("means", "The mean of eight runs", "", figure.Lines{
		Series: []figure.Series{{Name: "wide", Style: style.At(3), XYer: curve, Digits: 1}},
	})
	fmt.Println(ok)
	// Output: true
}

func ExampleForest() {
	_, ok := figure.Forest("differences", "Final loss minus that of Copy", "Left of zero is better.", figure.Intervals{
		X: "nats",
		Rows: []figure.Interval{{Name: "SPARKLING", Mean: -0.05, Low: -0.07, High: -0.03, Style: style.At(3),
			Each: []float64{-0.06, -0.04}}},
	})
	fmt.Println(ok)
	// Output: true
}

func ExampleScatter() {
	_, ok := figure.Scatter("spike", "The rise at the widening and the loss at the end", "", figure.Cloud{
		X: "rise", Y: "final loss", Spots: []figure.Spot{{Name: "scaled", X: 0, Y: 1.7, Style: style.At(3)}},
	})
	fmt.Println(ok)
	// Output: true
}

func ExampleBlocks() {
	_, ok := figure.Blocks("rms", "RMS of the blocks", "Ring: before. Dot: after.", figure.Ratios{
		Title: "Copy", Style: style.At(1), Before: []float64{1.2, 0.4}, After: []float64{1.2, 0.4},
	})
	fmt.Println(ok)
	// Output: true
}

// One figure is drawn for a page, a column of a paper or a projector, light or dark.
func ExampleFigure_In() {
	f, _ := figure.Curves("loss", "A network", "", figure.Lines{
		Series: []figure.Series{{Name: "wide", XYer: plotter.XYs{{X: 0, Y: 3}, {X: 100, Y: 2}}}},
	})
	for _, to := range figure.Fors {
		width, _, err := f.In(figure.Options{For: to, Theme: figure.Dark, Bare: true}).Size()
		fmt.Printf("%s: %.0f points wide, %v\n", to, width, err)
	}
	_, _, err := f.In(figure.Options{For: "wall"}).Size()
	fmt.Println(err)
	// Output:
	// page: 720 points wide, <nil>
	// column: 234 points wide, <nil>
	// projector: 1200 points wide, <nil>
	// figure: for is "wall"; allowed are page, column, projector
}

// A record may hold nothing for a figure, and there may be none of that name.
func ExampleNamed() {
	e, err := experiment.Default().Validate()
	if err != nil {
		fmt.Println(err)
		return
	}
	r := record.New(e)
	_, err = figure.Named("rms", r)
	fmt.Println(err)
	_, err = figure.Named("rm", r)
	problem, _, _ := strings.Cut(err.Error(), ", known")
	fmt.Println(problem)
	// Output:
	// nothing is recorded for the figure rms, which needs a widening, and a single run
	// there is no figure "rm"; there are loss
}
