package bench

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
)

// sections are what is written of a report, for people in front of a terminal and between the marks of the document: the words around them
// there are a person's.
var sections = []struct {
	mark  string
	write func(r *Report, w io.Writer)
}{
	{"machine", (*Report).writeMachine},
	{"table", (*Report).writeTable},
	{"notes", (*Report).writeNotes},
	{"products", (*Report).writeProducts},
	{"elementwise", (*Report).writeElementwise},
	{"profile", (*Report).writeProfiles},
	{"threads", (*Report).writeThreads},
}

// Print writes the report for a person.
func (r *Report) Print(w io.Writer) error {
	var all bytes.Buffer
	for _, s := range sections {
		s.write(r, &all)
		fmt.Fprintln(&all)
	}
	if !r.Complete {
		fmt.Fprintln(&all, "Interrupted; this is what there was.")
	}
	_, err := all.WriteTo(w)
	return err
}

// Fill returns a document with every marked section written anew. It errs where a mark is missing.
func (r *Report) Fill(document []byte) ([]byte, error) {
	for _, s := range sections {
		begin, end := []byte("<!-- bench: "+s.mark+" -->\n"), []byte("<!-- end -->")
		before, rest, found := bytes.Cut(document, begin)
		_, after, ended := bytes.Cut(rest, end)
		if !found || !ended {
			return nil, fmt.Errorf("the document has no mark %q with its %q", bytes.TrimSpace(begin), end)
		}
		var text bytes.Buffer
		s.write(r, &text)
		document = slices.Concat(before, begin, text.Bytes(), end, after)
	}
	return document, nil
}

// grid writes a table whose first row is its heads, columns in line.
func grid(w io.Writer, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, cells := range rows {
		for i, c := range cells {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for i, cells := range rows {
		for k, c := range cells {
			fmt.Fprintf(w, "| %-*s ", width[k], c)
		}
		fmt.Fprintln(w, "|")
		if i == 0 {
			for _, n := range width {
				fmt.Fprintf(w, "|%s", strings.Repeat("-", n+2))
			}
			fmt.Fprintln(w, "|")
		}
	}
}

// columns is how long a line of words may be.
const columns = 118

// wrap writes a paragraph in lines, the second and further ones indented.
func wrap(w io.Writer, text, indent string) {
	at := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > columns:
			fmt.Fprint(w, "\n"+indent)
			at = len(indent)
		default:
			fmt.Fprint(w, " ")
			at++
		}
		fmt.Fprint(w, word)
		at += n
	}
	fmt.Fprintln(w)
}

func (r *Report) writeMachine(w io.Writer) {
	m := r.Machine
	text := fmt.Sprintf("Measured on %s.", m)
	if len(m.Peers) > 0 {
		var peers []string
		for _, name := range slices.Sorted(maps.Keys(m.Peers)) {
			peers = append(peers, name+": "+m.Peers[name])
		}
		text += fmt.Sprintf(" Peers: %s.", strings.Join(peers, "; "))
	}
	wrap(w, text, "")
	rows := [][]string{{"roofline, one thread", "measured"}}
	for _, f := range m.Roofs {
		rows = append(rows, []string{f.What, fmt.Sprintf("%.1f %s", f.Value, f.Unit)})
	}
	fmt.Fprintln(w)
	grid(w, rows)
}

func (r *Report) writeTable(w io.Writer) {
	rows := [][]string{{"what", "measured", "target", "stretch", "verdict"}}
	for _, row := range r.Rows {
		rows = append(rows, row.cells())
	}
	grid(w, rows)
}

func (r *Report) writeNotes(w io.Writer) {
	for _, row := range r.Rows {
		if text := row.Note + row.Missing; text != "" {
			wrap(w, fmt.Sprintf("- %s: %s.", row.What, text), "  ")
		}
	}
}

// writeProducts writes means over the products of each form, and the slowest.
func (r *Report) writeProducts(w io.Writer) {
	rows := [][]string{{"where", "form", "products", "GFLOP/s", "of the peak", "against", "slowest"}}
	for _, p := range r.Products {
		for _, form := range []string{"NN", "NT", "TN"} {
			ratios, fractions := p.ratios(form)
			if len(fractions) == 0 {
				continue
			}
			against, slowest := "-", workload.Product{}
			if len(ratios) > 0 {
				against = fmt.Sprintf("%.2f x %s", measure.GeoMean(ratios), p.Against)
			}
			for _, x := range p.List {
				if strings.HasPrefix(x.Name, form) && (slowest.Name == "" || rate(x) < rate(slowest)) {
					slowest = x
				}
			}
			mean := measure.GeoMean(fractions)
			rows = append(rows, []string{p.Where, form, fmt.Sprint(len(fractions)), fmt.Sprintf("%.1f", mean*p.Peak/1e9),
				fmt.Sprintf("%.0f %%", 100*mean), against, fmt.Sprintf("%s, %.1f", slowest.Name, rate(slowest)/1e9)})
		}
	}
	grid(w, rows)
}

// rate of ours in flop/s.
func rate(p workload.Product) float64 { return p.FLOPs / p.Seconds[0] }

func (r *Report) writeElementwise(w io.Writer) {
	rows := [][]string{{"operation", "where", "numbers", "ns an element", "roofline", "bound by", "of the roofline"}}
	for _, where := range slices.Backward(slices.Sorted(maps.Keys(r.Elementwise))) { // native first
		for _, e := range r.Elementwise[where] {
			rows = append(rows, []string{e.Name, where, workload.Within(e.Size, ""), fmt.Sprintf("%.2f", e.Time),
				fmt.Sprintf("%.2f", e.Roofline), e.BoundBy, fmt.Sprintf("%.0f %%", 100*e.Roofline/e.Time)})
		}
	}
	grid(w, rows)
}

// writeProfiles puts the time of a step by group beside what its matrix products take at the peak.
func (r *Report) writeProfiles(w io.Writer) {
	for i, p := range r.Profiles {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s, one thread:\n\n", p.Name)
		rows := [][]string{{"", "ms a step", "fraction", "MFLOP", "ms at the peak", "of the peak"}}
		line := func(name string, ms, flops float64) {
			least := 1e3 * flops / p.Peak
			row := []string{name, fmt.Sprintf("%.3f", ms), fmt.Sprintf("%.0f %%", 100*ms/p.Step), "-", "-", "-"}
			if flops > 0 {
				row = append(row[:3], fmt.Sprintf("%.0f", flops/1e6), fmt.Sprintf("%.3f", least), fmt.Sprintf("%.0f %%", 100*least/ms))
			}
			rows = append(rows, row)
		}
		var flops float64
		for g := range workload.Groups {
			line(g.String(), p.Spent[g], p.FLOPs[g])
			flops += p.FLOPs[g]
		}
		line("**the step**", p.Step, flops)
		grid(w, rows)
	}
}

// writeThreads writes what several cores inside one arm gain.
func (r *Report) writeThreads(w io.Writer) {
	rows := [][]string{{"step", "threads", "ms a step", "against one"}}
	for _, t := range r.Threads {
		for i, n := range t.Threads {
			rows = append(rows, []string{t.Name, fmt.Sprint(n), fmt.Sprintf("%.2f", t.Step[i]), fmt.Sprintf("%.2f x", t.Step[0]/t.Step[i])})
		}
	}
	grid(w, rows)
}
