package cli

import (
	"fmt"
	"io"
	"math"

	"github.com/sparkling-lab/sparkling/sim"
)

// result is one row of the table.
type result struct {
	Name         string  `json:"name"`
	State        string  `json:"state"`
	Step         *int    `json:"step"` // null where the arm has not begun, as are params and active
	Params       *int64  `json:"params"`
	Active       *int64  `json:"active"`
	HeldOut      *number `json:"held_out_loss"`       // of the windows that are watched during the run
	Whole        *number `json:"whole_held_out_loss"` // of the whole held-out part, at the end
	Pairs        int     `json:"pairs"`
	Locked       int     `json:"locked_pairs"`
	WeightCosine *number `json:"weight_cosine"`
	GradCosine   *number `json:"gradient_cosine"`
	Error        string  `json:"error,omitempty"`
}

func rows(s *sim.Session) []result {
	var out []result
	r := s.Record()
	for i, a := range s.Arms() {
		row := result{Name: a.Name, State: string(a.State), Error: a.Err}
		if a.Step >= 0 && a.Params > 0 {
			row.Step, row.Params, row.Active = &a.Step, &a.Params, &a.Active
		}
		if h, ok := r.HeldAt(i, a.Step); ok {
			x := number(h)
			row.HeldOut = &x
		}
		if h, ok := r.Final(i); ok {
			x := number(h)
			row.Whole = &x
		}
		if f, ok := r.PairsAt(i, a.Step); ok {
			w, g := f.Summary(sim.Weight), f.Summary(sim.Gradient)
			row.Pairs, row.Locked, row.WeightCosine, row.GradCosine = w.Pairs, w.Locked, measured(w.Cos), measured(g.Cos)
		}
		out = append(out, row)
	}
	return out
}

// measured is nothing where x is not a number: a gradient of zeros has no cosine.
func measured(x float64) *number {
	if math.IsNaN(x) {
		return nil
	}
	n := number(x)
	return &n
}

func (v runVerb) print(w io.Writer, s *sim.Session) error {
	rows := rows(s)
	if v.JSON {
		return indented(w, struct {
			Experiment sim.Experiment `json:"experiment"`
			Arms       []result       `json:"arms"`
		}{s.Experiment(), rows})
	}
	t := &aligned{w: w}
	fmt.Fprintln(t, "arm\tstep\theld-out\twhole\tlocked\tweight\tgradient\tparams")
	fmt.Fprintln(t, "\t\tloss\ttext\tpairs\tcosine\tcosine\t")
	for _, r := range rows {
		pairs := "-"
		if r.Pairs > 0 {
			pairs = fmt.Sprintf("%d/%d", r.Locked, r.Pairs)
		}
		name := wrap(r.Name, nameWidth)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name[0], whole(r.Step), cell(r.HeldOut, "%.4f"), cell(r.Whole, "%.4f"), pairs, cell(r.WeightCosine, "%.3f"), cell(r.GradCosine, "%.3f"), whole(r.Params))
		for _, rest := range name[1:] {
			fmt.Fprintf(t, "%s\t\t\t\t\t\t\t\n", rest)
		}
	}
	return t.Flush()
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
