package bench

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// sections are what is written of a report, for people in front of a terminal and between the marks of the document,
// whose other words are a person's.
var sections = []struct {
	mark  string
	write func(r *Report, w io.Writer)
}{
	{"machine", (*Report).writeMachine},
	{"table", (*Report).writeRows},
	{"notes", (*Report).writeNotes},
	{"elementwise", tabulate("elementwise")},
	{"profile", tabulate("profile")},
	{"threads", tabulate("threads")},
}

// heads are those of the tables beside the rows.
var heads = map[string]string{
	"roofline":    "roofline, one thread|measured",
	"elementwise": "operation|where|numbers|ns an element|roofline|bound by|of the roofline",
	"profile":     "step, one thread|ms|MFLOP|of peak|products|attention|optimizer|the rest",
	"threads":     "step|threads|ms a step|against one",
}

// line adds a line to a table.
func (r *Report) line(table, format string, args ...any) {
	r.Tables[table] = append(r.Tables[table], fmt.Sprintf(format, args...))
}

// tabulate writes a table.
func tabulate(table string) func(*Report, io.Writer) {
	return func(r *Report, w io.Writer) { grid(w, heads[table], r.Tables[table]...) }
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

// grid writes a table of lines whose cells are parted by bars, columns in line.
func grid(w io.Writer, head string, lines ...string) {
	width := make([]int, strings.Count(head, "|")+1)
	rows := [][]string{strings.Split(head, "|"), make([]string, len(width))}
	for _, line := range lines {
		rows = append(rows, strings.Split(line, "|"))
	}
	for _, cells := range rows {
		for i, c := range cells {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for i, n := range width {
		rows[1][i] = strings.Repeat("-", n)
	}
	for _, cells := range rows {
		for i, c := range cells {
			fmt.Fprintf(w, "| %-*s ", width[i], c)
		}
		fmt.Fprintln(w, "|")
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
	text, between := "Measured on "+r.Machine.String(), ". Peers: "
	for _, name := range slices.Sorted(maps.Keys(r.Machine.Peers)) {
		text += between + name + ": " + r.Machine.Peers[name]
		between = "; "
	}
	wrap(w, text+".", "")
	fmt.Fprintln(w)
	tabulate("roofline")(r, w)
}

func (r *Report) writeRows(w io.Writer) {
	var lines []string
	for _, row := range r.Rows {
		lines = append(lines, row.String())
	}
	grid(w, "what|measured|target|stretch|verdict", lines...)
}

func (r *Report) writeNotes(w io.Writer) {
	for _, row := range r.Rows {
		if text := row.Note + row.Missing; text != "" {
			wrap(w, fmt.Sprintf("- %s: %s.", row.What, text), "  ")
		}
	}
}
