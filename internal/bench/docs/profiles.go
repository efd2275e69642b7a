package docs

import (
	"fmt"
	"io"

	"github.com/sparkling-lab/sparkling/internal/bench"
	"github.com/sparkling-lab/sparkling/internal/bench/profile"
	"github.com/sparkling-lab/sparkling/viz/figure"
	"github.com/sparkling-lab/sparkling/viz/look"
)

// profiles puts the time of a step by group now beside that before, and beside what the matrix products take at the limit.
func profiles(w io.Writer, r *bench.Report, before Before) {
	fmt.Fprintf(w, "Before: %s.\n", before.Machine)
	for _, now := range r.Profiles {
		was, found := profile.Profile{}, false
		for _, p := range before.Profiles {
			if p.Name == now.Name {
				was, found = p, true
			}
		}
		fmt.Fprintf(w, "\n%s, ms a step on one thread:\n\n| | before | now | share now | MFLOP | at the arithmetic limit |\n|---|---|---|---|---|---|\n", now.Name)
		line := func(name string, was, is, flops float64) {
			old, limit := "-", "-"
			if found {
				old = fmt.Sprintf("%.3f", was)
			}
			if flops > 0 {
				limit = fmt.Sprintf("%.3f", flops/now.Limit/1e6)
			}
			fmt.Fprintf(w, "| %s | %s | %.3f | %.0f %% | %.0f | %s |\n", name, old, is, 100*is/now.Step, flops/1e6, limit)
		}
		var flops float64
		for g := range profile.Groups {
			line(g.String(), was.Spent[g], now.Spent[g], now.FLOPs[g])
			flops += now.FLOPs[g]
		}
		line("**the step**", was.Step, now.Step, flops)
	}
}

// threads are what several cores inside one arm gain.
func threads(w io.Writer, r *bench.Report) {
	fmt.Fprintf(w, "| step | threads | ms a step | against one |\n|---|---|---|---|\n")
	for _, t := range r.Threads {
		for i, n := range t.Threads {
			fmt.Fprintf(w, "| %s | %d | %.2f | %.2f x |\n", t.Name, n, t.Step[i], t.Step[0]/t.Step[i])
		}
	}
}

func costs(w io.Writer, r *bench.Report) {
	for _, s := range r.Sweeps {
		fmt.Fprintf(w, "\n| %s | ms a step | us a token |", s.Axis)
		for g := range profile.Groups {
			fmt.Fprintf(w, " %s |", g)
		}
		fmt.Fprint(w, "\n|---|---|---|---|---|---|---|---|---|\n")
		for i, p := range s.Profiles {
			fmt.Fprintf(w, "| %d | %.2f | %.2f |", s.At[i], p.Step, 1e3*p.Step/float64(p.Tokens))
			for g := range profile.Groups {
				fmt.Fprintf(w, " %.0f %% |", 100*p.Spent[g]/p.Step)
			}
			fmt.Fprintln(w)
		}
	}
}

// Names are those of the figures.
var Names = []string{"costs-network", "costs-batch"}

// Figures draws how costs grow: one along sizes of the network, one along those of a batch.
func Figures(r *bench.Report) []figure.Figure {
	var all []figure.Figure
	for _, f := range []struct {
		name, title string
		axes        []string
	}{
		{Names[0], "What a training step costs as the network grows", []string{"width d = f", "experts, 2 a token", "layers"}},
		{Names[1], "What a training step costs as its batch grows", []string{"tokens, in sequences of 64", "sequence length, 1024 tokens"}},
	} {
		var sets []figure.Lines
		for _, s := range r.Sweeps {
			for _, axis := range f.axes {
				if s.Axis == axis {
					sets = append(sets, lines(s))
				}
			}
		}
		caption := fmt.Sprintf("One thread of %s, %s. Both axes are logarithmic: a straight line that rises as fast as it goes right is in proportion.", r.Machine.CPU, r.Machine.Engine)
		if drawn, ok := figure.Curves(f.name, f.title, caption, sets...); ok {
			all = append(all, drawn)
		}
	}
	return all
}

// lines are a sweep's step and its groups.
func lines(s bench.Sweep) figure.Lines {
	l := figure.Lines{X: s.Axis, Y: "ms a step", Log: true}
	curve := func(name string, number int, of func(profile.Profile) float64) {
		c := figure.Series{Name: name, Look: look.At(number), Digits: -1}
		for i, p := range s.Profiles {
			c.X, c.Y = append(c.X, float64(s.At[i])), append(c.Y, max(of(p), 1e-4))
		}
		l.Series = append(l.Series, c)
	}
	curve("step", 7, func(p profile.Profile) float64 { return p.Step })
	for g := range profile.Rest {
		curve(g.String(), int(g)+1, func(p profile.Profile) float64 { return p.Spent[g] })
	}
	return l
}
