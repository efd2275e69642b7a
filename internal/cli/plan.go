package cli

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/sparkling-lab/sparkling/sim/plan"
)

// planVerb counts what a widening costs and saves.
type planVerb struct {
	Experiment string  `arg:"" optional:"" help:"Name of a built-in experiment, or a document (JSON), whose network is counted; without one the paper's is."`
	Tokens     float64 `help:"Tokens of the whole run; 0 is the document's own number, or the paper's." default:"0" placeholder:"N"`
	At         float64 `help:"Share of the tokens after which the network is widened." default:"0.5"`
	Factor     float64 `help:"New width over old." default:"2"`
	JSON       bool    `help:"Print the result as JSON."`
}

// Run is called by the command line.
func (v planVerb) Run(e *env) error {
	s := plan.Paper()
	if v.Experiment != "" {
		exp, err := document(v.Experiment)
		if err != nil {
			return err
		}
		s.Model, s.Seq, s.Tokens = exp.Model, exp.Task.Seq, float64(exp.Steps)*float64(exp.Task.Batch)*float64(exp.Task.Seq)
		s.Model.Vocab = exp.Vocab()
	}
	s.At, s.Factor = v.At, v.Factor
	if v.Tokens != 0 {
		s.Tokens = v.Tokens
	}
	rows, err := plan.Rows(s)
	if err != nil {
		return err
	}
	if v.JSON {
		return indented(e.out, struct {
			Setup plan.Setup `json:"setup"`
			Rows  []plan.Row `json:"rows"`
		}{s, rows})
	}
	return printPlan(e.out, s, rows)
}

func printPlan(w io.Writer, s plan.Setup, rows []plan.Row) error {
	fmt.Fprintf(w, "%.4g tokens in sequences of %d, widened after %.0f %% of them.\n\n", s.Tokens, s.Seq, 100*s.At)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "parameters\tactive\ttotal\tstates, GiB\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f\t\n", r.Name, millions(float64(r.Active)), millions(float64(r.Total)), r.States/(1<<30))
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "\t6ND\t\t\texact\t\t\t")
	fmt.Fprintln(t, "FLOPs\tfrom scratch\twidened\tsaved\tfrom scratch\twidened\tsaved\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%.3e\t%s\t%s\t%.3e\t%s\t%s\t\n", r.Name,
			r.Scratch, flops(r.Widened), share(r.Axis == "", r.Saving), r.Exact, flops(r.ExactW), share(r.Axis == "", r.SavingW))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, line := range wrap("States are weights, gradients and two moments in float32. 6ND counts six operations a token and active parameter; "+
		"exact counts the matrix products, attention's too.", columns) {
		fmt.Fprintln(w, line)
	}
	if rows[0].Paper == nil {
		return nil
	}
	return printPaper(w, rows)
}

// printPaper prints the counts beside the published ones, and the difference.
func printPaper(w io.Writer, rows []plan.Row) error {
	fmt.Fprint(w, "\nBeside the paper's Table 2, which rounds to what is printed here:\n\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\t\tcounted\tpublished\tdifference\t")
	for _, r := range rows {
		p, off := r.Paper, r.Off
		line := func(what, counted, published, difference string) {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", r.Name, what, counted, published, difference)
		}
		percent := func(x float64) string { return fmt.Sprintf("%+.2f %%", 100*x) }
		line("active", millions(float64(r.Active)), fmt.Sprintf("%.0f M", p.Active/1e6), percent(off.Active))
		line("total", millions(float64(r.Total)), fmt.Sprintf("%.3g B", p.Total/1e9), percent(off.Total))
		line("from scratch", flops(r.Scratch), fmt.Sprintf("%.2fe+20", p.Scratch/1e20), percent(off.Scratch))
		if p.Widened > 0 {
			line("widened", flops(r.Widened), fmt.Sprintf("%.2fe+20", p.Widened/1e20), percent(off.Widened))
			line("saved", share(false, r.Saving), fmt.Sprintf("%.0f %%", 100*p.Saving), fmt.Sprintf("%+.2f points", 100*off.Saving))
		}
	}
	return t.Flush()
}

func millions(n float64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.2f M", n/1e6)
}

func flops(f float64) string {
	if f == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3e", f)
}

func share(none bool, s float64) string {
	if none {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*s)
}
