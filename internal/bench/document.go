package bench

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

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

// writeProfiles writes what each group takes of the time of a step, and, of those with matrix products, what part of the peak they reach.
func (r *Report) writeProfiles(w io.Writer) {
	rows := [][]string{{"step, one thread", "ms", "MFLOP", "of peak"}}
	for g := range workload.Groups {
		rows[0] = append(rows[0], g.String())
	}
	for _, p := range r.Profiles {
		var flops float64
		var cells []string
		for g, ms := range p.Spent {
			cell := fmt.Sprintf("%.0f %%", 100*ms/p.Step)
			if p.FLOPs[g] > 0 {
				cell += fmt.Sprintf(", %.0f %%", 1e5*p.FLOPs[g]/p.Peak/ms)
			}
			flops, cells = flops+p.FLOPs[g], append(cells, cell)
		}
		whole := []string{p.Name, fmt.Sprintf("%.3f", p.Step), fmt.Sprintf("%.0f", flops/1e6), fmt.Sprintf("%.0f %%", 1e5*flops/p.Peak/p.Step)}
		rows = append(rows, append(whole, cells...))
	}
	grid(w, rows)
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
