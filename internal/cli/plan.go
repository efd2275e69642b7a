package cli

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
)

// planVerb counts what a widening costs and saves.
type planVerb struct {
	Experiment string   `arg:"" optional:"" help:"Name of a built-in experiment, or a document (JSON), whose network and widenings are counted; without one the paper's are."`
	Tokens     *float64 `help:"Tokens of the whole run, instead of the document's or the paper's." placeholder:"N"`
	At         *float64 `help:"Fraction of the tokens after which the network is widened, instead of the document's or the paper's." placeholder:"FRACTION"`
	Factor     *float64 `help:"New width over old at every widening, instead of the document's or the paper's." placeholder:"R"`
	Memory     bool     `help:"Count instead what training takes of memory, by part and phase, and say what to do where that does not fit into this machine."`
	Card       string   `help:"With --memory: a GPU, by its name or the size of its memory, and what the engine for it holds there." placeholder:"H100|80GB" xor:"where"`
	Precision  string   `help:"With --card: what matrix products read there: bf16, as where this is left out, or float32." placeholder:"bf16|float32"`
	RAM        string   `name:"ram" help:"With --memory: a machine of this size instead of this one." placeholder:"64GB" xor:"where"`
	JSON       bool     `help:"Print the result as JSON."`
}

// Run is called by the command line.
func (v planVerb) Run(e *env) error {
	switch {
	case v.Memory && (v.Tokens != nil || v.At != nil):
		return errors.New("no memory depends on --tokens or --at; leave them out, or --memory")
	case !v.Memory && (v.Card != "" || v.RAM != ""):
		return errors.New("--card and --ram say where memory is counted, which --memory asks for")
	case v.Card == "" && v.Precision != "":
		return errors.New("--precision says what a GPU reads, which --card names")
	case v.Memory:
		return v.memory(e)
	}
	s, err := v.setup(e)
	if err != nil {
		return err
	}
	if v.Tokens != nil {
		s.Tokens = *v.Tokens
	}
	for _, w := range s.Schedules {
		if v.At != nil && len(w) > 1 {
			return errors.New("--at is the share of one widening, and the document has several stages")
		}
		if v.At != nil {
			w[0].At = *v.At
		}
	}
	s.Schedules = distinct(s.Schedules)
	rows, err := plan.Rows(s)
	if err != nil {
		return err
	}
	if v.JSON {
		return indented(e.out, struct {
			Setup   plan.Setup `json:"setup"`
			Counted string     `json:"exact_counts"`
			Rows    []plan.Row `json:"rows"`
		}{s, experiment.FLOPsCounted, rows})
	}
	return printPlan(e.out, s, rows)
}

// setup is what is asked for; a factor means what it means to run.
func (v planVerb) setup(e *env) (plan.Setup, error) {
	if v.Experiment == "" {
		s := plan.Paper()
		for _, w := range s.Schedules {
			if v.Factor != nil {
				w[0].Factor = *v.Factor
			}
		}
		return s, nil
	}
	doc, err := document(e, v.Experiment)
	exp := doc.Experiment()
	if err == nil && v.Factor != nil {
		err = exp.Turn("factor", fmt.Sprint(*v.Factor))
	}
	return of(exp), err
}

// of is the network of a document and the ways that its arms are widened in. What is widened along one axis is counted
// along every other too. Where nothing is widened, what the paper does is counted.
func of(e experiment.Experiment) plan.Setup {
	s := plan.Setup{Model: e.Model, Optimizer: e.Optimizer.Kind, Batch: e.Task.Rows(), Seq: e.Task.Seq,
		Tokens: float64(e.Steps) * float64(e.Task.Rows()) * float64(e.Task.Seq)}
	s.Model.Vocab = e.Vocab()
	for _, a := range e.Arms {
		var w plan.Schedule
		same := true
		for _, x := range a.Widen {
			w = append(w, plan.Widening{Axis: x.Axis, At: float64(x.Step) / float64(e.Steps), Factor: x.Factor})
			same = same && x.Axis == w[0].Axis
		}
		switch {
		case len(w) == 0:
		case same:
			s.Schedules = append(s.Schedules, w.OnEveryAxis()...)
		default:
			s.Schedules = append(s.Schedules, w)
		}
	}
	if len(s.Schedules) == 0 {
		s.Schedules = plan.Paper().Schedules
	}
	return s
}

// distinct leaves out what is there already.
func distinct(ways []plan.Schedule) (out []plan.Schedule) {
	for _, w := range ways {
		if !slices.ContainsFunc(out, func(x plan.Schedule) bool { return slices.Equal(x, w) }) {
			out = append(out, w)
		}
	}
	return out
}

// when says after which shares of the tokens ways are widened: once for all that share them.
func when(ways []plan.Schedule) string {
	shares := func(w plan.Schedule) string {
		var out []string
		for _, s := range w {
			out = append(out, fmt.Sprintf("%.4g %%", 100*s.At))
		}
		return strings.Join(out, " and ")
	}
	factors := func(w plan.Schedule) string {
		var out []string
		for _, s := range w {
			out = append(out, fmt.Sprintf("%.4gx", s.Factor))
		}
		return strings.Join(out, ", ")
	}
	var out []string
	for _, w := range ways {
		if x := factors(w) + " after " + shares(w); !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return strings.Join(out, "; ")
}

// trainers are the optimizers' names.
var trainers = map[optim.Kind]string{optim.AdamW: "AdamW", optim.Muon: "Muon"}

func printPlan(w io.Writer, s plan.Setup, rows []plan.Row) error {
	for _, line := range wrap(fmt.Sprintf("%.4g tokens in sequences of %d. Widened %s of them.", s.Tokens, s.Seq,
		when(s.Schedules)), columns) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w)
	t := &aligned{w: w, right: true}
	fmt.Fprintln(t, "parameters\tactive\ttotal\tstates\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", r.Name, millions(float64(r.Active)), millions(float64(r.Total)),
			size(r.TrainingState))
	}
	for _, by := range []struct {
		name string
		of   func(plan.Row) (scratch, widened, saving float64)
	}{
		{"FLOPs, 6ND", func(r plan.Row) (float64, float64, float64) { return r.Scratch, r.Widened, r.Saving }},
		{"FLOPs, exact", func(r plan.Row) (float64, float64, float64) {
			return r.ScratchExact, r.WidenedExact, r.SavingExact
		}},
	} {
		fmt.Fprintf(t, "\n%s\tfrom scratch\twidened\tsaved\t\n", by.name)
		for _, r := range rows {
			scratch, widened, saving := by.of(r)
			fmt.Fprintf(t, "%s\t%.3e\t%s\t%s\t\n", r.Name, scratch, flops(widened), share(len(r.Schedule) == 0, saving))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, line := range wrap("States are weights, gradients and two moments in float32. 6ND counts six operations a "+
		"token and active parameter; exact counts "+experiment.FLOPsCounted+". The optimizer is "+trainers[s.Optimizer]+
		".", columns) {
		fmt.Fprintln(w, line)
	}
	if rows[0].Published == nil {
		return nil
	}
	return printPaper(w, rows)
}

// printPaper prints the counts beside the published ones, the difference, and how much of it the last printed digit
// leaves open.
func printPaper(w io.Writer, rows []plan.Row) error {
	fmt.Fprint(w, "\nBeside the paper's Table 2, and what its last printed digits leave open:\n\n")
	t := &aligned{w: w, right: true}
	fmt.Fprintln(t, "\t\tcounted\tpublished\tdifference\topen\t")
	var coarse, beyond []string
	for _, r := range rows {
		p, off, open := r.Published, r.Deviation, r.Rounding
		line := func(what, counted, published, unit string, off, open float64) {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s %s\t±%.2f %s\t\n", r.Name, what, counted, published, signed(100*off),
				unit, 100*open, unit)
			switch {
			case !plan.Agrees(off, open):
				beyond = append(beyond, r.Name+" "+what)
			case !plan.Agrees(off, 0):
				coarse = append(coarse, fmt.Sprintf("%s %s, printed as %s", r.Name, what, published))
			}
		}
		line("active", millions(float64(r.Active)), parameters(p.Active), "%", off.Active, open.Active)
		line("total", millions(float64(r.Total)), parameters(p.Total), "%", off.Total, open.Total)
		line("from scratch", flops(r.Scratch), fmt.Sprintf("%.2fe+20", p.Scratch/1e20), "%", off.Scratch, open.Scratch)
		if p.Widened > 0 {
			line("widened", flops(r.Widened), fmt.Sprintf("%.2fe+20", p.Widened/1e20), "%", off.Widened, open.Widened)
			line("saved", share(false, r.Saving), fmt.Sprintf("%.0f %%", 100*p.Saving), "points", off.Saving,
				open.Saving)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	says := fmt.Sprintf("The paper's operations are 6ND of its rounded parameters. Differences are at most %.1f "+
		"%% or points", 100*plan.Tolerance)
	if len(coarse) > 0 {
		says += ", but where fewer digits are printed: " + strings.Join(coarse, "; ")
	}
	if len(beyond) > 0 {
		says += ". Beyond that: " + strings.Join(beyond, "; ")
	}
	fmt.Fprintln(w)
	for _, line := range wrap(says+".", columns) {
		fmt.Fprintln(w, line)
	}
	return nil
}

// signed has two digits, and no sign where they are noughts.
func signed(x float64) string {
	if math.Abs(x) < 0.005 {
		return "0.00"
	}
	return fmt.Sprintf("%+.2f", x)
}

// parameters are printed as the paper prints them.
func parameters(n float64) string {
	if n < 1e9 {
		return fmt.Sprintf("%.0f M", n/1e6)
	}
	return fmt.Sprintf("%.3g B", n/1e9)
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
