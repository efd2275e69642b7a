package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/sparkling-lab/sparkling/sim/plan"
)

// planVerb counts what a widening costs and saves.
type planVerb struct {
	Experiment string  `arg:"" optional:"" help:"Experiment document whose network is counted; without one the paper's is."`
	Tokens     float64 `help:"Tokens of the whole run; 0 is the document's own number, or the paper's."`
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
		j := json.NewEncoder(e.out)
		j.SetIndent("", "  ")
		return j.Encode(struct {
			Setup plan.Setup `json:"setup"`
			Rows  []plan.Row `json:"rows"`
		}{s, rows})
	}
	return printPlan(e.out, s, rows)
}

func printPlan(w io.Writer, s plan.Setup, rows []plan.Row) error {
	fmt.Fprintf(w, "%.4g tokens in sequences of %d, widened after %.0f %% of them.\n\n", s.Tokens, s.Seq, 100*s.At)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "network\tactive\ttotal\tstates, GiB\tfrom scratch, 6ND\twidened, 6ND\tsaved\tfrom scratch, exact\twidened, exact\tsaved\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f\t%.3e\t%s\t%s\t%.3e\t%s\t%s\t\n", r.Name, millions(float64(r.Active)), millions(float64(r.Total)), r.States/(1<<30),
			r.Scratch, flops(r.Widened), share(r.Axis == "", r.Saving), r.Exact, flops(r.ExactW), share(r.Axis == "", r.SavingW))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\n6ND counts six operations a token and active parameter; exact counts the matrix products, attention's too. States are weights, gradients")
	fmt.Fprintln(w, "and two moments in float32.")
	if rows[0].Paper == nil {
		return nil
	}
	fmt.Fprintln(w, "\nThe paper's Table 2, and how far the counts above are from it:")
	fmt.Fprintln(w)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "network\tactive\t\ttotal\t\tfrom scratch\t\twidened\t\tsaved\t\t")
	off := func(got, want float64) string { return fmt.Sprintf("%+.2f %%", 100*(got/want-1)) }
	for _, r := range rows {
		p := r.Paper
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.3e\t%s\t", r.Name, millions(p.Active), off(float64(r.Active), p.Active), millions(p.Total), off(float64(r.Total), p.Total), p.Scratch, off(r.Scratch, p.Scratch))
		if p.Widened > 0 {
			fmt.Fprintf(t, "%.3e\t%s\t%.0f %%\t%+.2f points\t\n", p.Widened, off(r.Widened, p.Widened), 100*p.Saving, 100*(r.Saving-p.Saving))
		} else {
			fmt.Fprintln(t, "-\t\t-\t\t")
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
