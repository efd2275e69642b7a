package lecture

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/plan"
)

// ofPlan are what the paper's network costs, counted, and the factors that keep a signal's scale.
var ofPlan = map[string]slot{
	"plan":   {"small|inner|hidden|joint FIELD", planned},
	"factor": {"copied|independent OLD NEW", factor},
}

// costs are what may be asked of a row. Operations are in units of 1e20.
var costs = map[string]func(plan.Row) string{
	"active":           func(r plan.Row) string { return millions(r.Active) },
	"total":            func(r plan.Row) string { return strconv.FormatFloat(float64(r.Total)/1e9, 'f', 2, 64) + " B" },
	"scratch":          func(r plan.Row) string { return operations(r.Scratch) },
	"widened":          func(r plan.Row) string { return operations(r.Widened) },
	"saving":           func(r plan.Row) string { return percent(r.Saving) },
	"products-scratch": func(r plan.Row) string { return operations(r.ScratchExact) },
	"products-widened": func(r plan.Row) string { return operations(r.WidenedExact) },
	"products-saving":  func(r plan.Row) string { return percent(r.SavingExact) },
}

func planned(args []string) (string, error) {
	rows, err := plan.Rows(plan.Paper())
	if err != nil {
		return "", err
	}
	of := map[string]plan.Row{}
	for _, r := range rows {
		name := string(r.Axis)
		if name == "" {
			name = r.Name
		}
		of[name] = r
	}
	row, err := choose("network", args[0], of)
	if err != nil {
		return "", err
	}
	field, err := choose("field of a plan", args[1], costs)
	if err != nil {
		return "", err
	}
	if row.Widened == 0 && (strings.Contains(args[1], "widened") || strings.Contains(args[1], "saving")) {
		return "", fmt.Errorf("%s is not widened", args[0])
	}
	return field(row), nil
}

func millions(n int64) string      { return strconv.FormatFloat(float64(n)/1e6, 'f', 2, 64) + " M" }
func operations(x float64) string  { return strconv.FormatFloat(x/1e20, 'f', 2, 64) }
func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

// factor is α of a fan-in that grows from one width to another (Eq. 14, 16, 17).
func factor(args []string) (string, error) {
	init, err := choose("kind of fan-in", args[0], map[string]widen.Init{
		"copied": widen.CopyCopy, "independent": widen.RandomRandom})
	if err != nil {
		return "", err
	}
	var width [2]int
	for i, s := range args[1:] {
		if width[i], err = strconv.Atoi(s); err != nil || width[i] < 1 || width[i] > model.MaxWidth {
			return "", fmt.Errorf("%s is no width; allowed are 1 to %d", s, model.MaxWidth)
		}
	}
	if width[1] < width[0] {
		return "", fmt.Errorf("%d is narrower than %d; a widening grows", width[1], width[0])
	}
	spec := widen.Spec{Axis: model.Inner, Factor: float64(width[1]) / float64(width[0]), Init: init, Scale: widen.RMS}
	return decimal(spec.RMSFactor(width[0], width[1]), 3)
}
