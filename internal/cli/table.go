package cli

import (
	"fmt"
	"io"
	"math"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// result is one row of the table. Where training diverged the losses are no number, and NotFinite names the first
// tensor that is not finite.
type result struct {
	Name         string  `json:"name"`
	State        string  `json:"state"`
	Step         *int    `json:"step"` // null where the arm has not begun, as are params and active
	Params       *int64  `json:"params"`
	ActiveParams *int64  `json:"active_params"`
	ValLoss      *number `json:"val_loss"`      // of the windows that are watched during the run
	FullValLoss  *number `json:"full_val_loss"` // of the full validation split, at the end
	// what the arm can do; null where that was not counted, or its numbers are none
	Measure      *task.Measure `json:"measure"`
	Pairs        int           `json:"pairs"`
	Locked       int           `json:"locked_pairs"` // whose weights are equal bit for bit
	Weights      states        `json:"weight_pairs"`
	Gradients    states        `json:"gradient_pairs"`
	WeightCosine *number       `json:"weight_cosine"` // null too where there is none: a vector of zeros points nowhere
	GradCosine   *number       `json:"gradient_cosine"`
	Widening     *widening     `json:"widening,omitempty"` // the newest
	Writing      *writing      `json:"writing,omitempty"`  // the newest
	Experts      *experts      `json:"experts,omitempty"`
	NotFinite    string        `json:"not_finite,omitempty"`
	Error        string        `json:"error,omitempty"`
}

// states is how many pairs are in which state.
type states struct {
	Locked   int `json:"locked"`
	Apart    int `json:"apart"`
	OneZero  int `json:"one_zero"` // at one of the two; of gradients: one of the two has none
	Diverged int `json:"diverged"`
}

func statesOf(s record.Summary) states {
	return states{s.In[record.Locked], s.In[record.Apart], s.In[record.OneZero], s.In[record.Diverged]}
}

func rows(r *record.Record, arms []record.ArmStatus) []result {
	var out []result
	for i, a := range arms {
		row := result{Name: a.Name, State: string(a.State), Error: a.Err}
		if a.Step >= 0 && a.Params > 0 {
			row.Step, row.Params, row.ActiveParams = &a.Step, &a.Params, &a.Active
		}
		f, lost := r.Diverged(i, a.Step)
		row.NotFinite = f.NotFinite
		if h, ok := r.ValLossAt(i, a.Step); ok || lost {
			row.ValLoss = loss(h, lost)
		}
		if h, ok := r.FinalValLoss(i); ok || lost {
			row.FullValLoss = loss(h, lost)
		}
		if m, ok := r.MeasureAt(i, a.Step); ok && !lost {
			row.Measure = &m
		}
		if f, ok := r.PairsAt(i, a.Step); ok {
			w, g := f.Summary(record.Weight), f.Summary(record.Gradient)
			row.Pairs, row.Locked, row.Weights, row.Gradients = w.Pairs, w.In[record.Locked], statesOf(w), statesOf(g)
			row.WeightCosine, row.GradCosine = cosine(w), cosine(g)
		}
		if p, ok := r.ReportAt(i, a.Step); ok {
			row.Widening = wideningOf(r, p)
		}
		row.Writing, row.Experts = writingOf(r, i, a.Step), expertsOf(r, i, a.Step)
		if trunk := r.Experiment.Trunk(); a.State == record.Waiting && trunk >= 0 {
			if _, lost := r.Diverged(trunk, r.Experiment.Steps); lost {
				row.Error = fmt.Sprintf("%s never began: %s, from which it parts, had diverged.", a.Name,
					arms[trunk].Name)
			}
		}
		out = append(out, row)
	}
	return out
}

// loss is one that was measured, or, of an arm that has diverged, no number.
func loss(x float32, lost bool) *number {
	n := number(x)
	if lost {
		n = number(math.NaN())
	}
	return &n
}

// cosine is a mean over pairs, no number where any has diverged, and nothing where none has one.
func cosine(s record.Summary) *number {
	n := number(s.Cos)
	switch {
	case s.In[record.Diverged] > 0:
		n = number(math.NaN())
	case !record.Finite(s.Cos):
		return nil
	}
	return &n
}

func (v runVerb) print(w io.Writer, r *record.Record, arms []record.ArmStatus) error {
	rows := rows(r, arms)
	if v.JSON {
		return indented(w, struct {
			Experiment experiment.Experiment `json:"experiment"`
			Bounds     *bounds               `json:"bounds"`
			Arms       []result              `json:"arms"`
		}{r.Experiment, boundsOf(r.Experiment), rows})
	}
	t := &aligned{w: w}
	second, column := secondLoss(r.Experiment.Task)
	fmt.Fprintf(t, "arm\tstep\tval\t%s\tlocked\tweight\tgradient\tparams\n", second[0])
	fmt.Fprintf(t, "\t\tloss\t%s\tpairs\tcosine\tcosine\t\n", second[1])
	for _, r := range rows {
		pairs := "-"
		if lost := max(r.Weights.Diverged, r.Gradients.Diverged); lost > 0 {
			pairs = diverged
		} else if r.Pairs > 0 {
			pairs = fmt.Sprintf("%d/%d", r.Locked, r.Pairs)
		}
		name := wrap(plain.Line(r.Name), nameWidth)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name[0], whole(r.Step), cell(r.ValLoss, "%.4f"),
			column(r), pairs, cell(r.WeightCosine, "%.3f"), cell(r.GradCosine, "%.3f"),
			whole(r.Params))
		for _, rest := range name[1:] {
			fmt.Fprintf(t, "%s\t\t\t\t\t\t\t\n", rest)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if r.Experiment.Task.LiveIsFull() {
		fmt.Fprintln(w, boundsOf(r.Experiment).says())
	}
	if err := printWidenings(w, rows); err != nil {
		return err
	}
	printWritings(w, rows)
	for _, r := range rows {
		says := ""
		switch {
		case r.NotFinite != "":
			says = fmt.Sprintf("%s diverged at step %s: %s is no longer a number.", r.Name, whole(r.Step),
				record.PlaceOf(r.NotFinite))
		case r.State == string(record.Waiting):
			says = r.Error
		}
		if says == "" {
			continue
		}
		for _, line := range wrap(plain.Line(says), columns) {
			fmt.Fprintln(w, line)
		}
	}
	return nil
}

// whole is a whole number, or a dash where there is none.
func whole[T int | int64](x *T) string {
	if x == nil {
		return "-"
	}
	return fmt.Sprint(*x)
}

// nameWidth is what the numbers of the table leave for the name of an arm.
const nameWidth = 20

// cell is a number in a table, or a dash where nothing was measured.
func cell(x *number, format string) string {
	if x == nil {
		return "-"
	}
	return x.says(format)
}
