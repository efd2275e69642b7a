package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Row is one line of the table: what is measured, and what is wanted of it.
type Row struct {
	Key      string   `json:"key"`
	What     string   `json:"what"`
	Unit     string   `json:"unit"` // x is a ratio of speeds: above 1 is faster than the peer
	Measured *float64 `json:"measured"`
	Least    float64  `json:"at_least"`      // or at most
	Aim      float64  `json:"aim,omitempty"` // 0: none beyond that
	Fewer    bool     `json:"fewer"`         // less is better
	Note     string   `json:"note,omitempty"`
	Missing  string   `json:"missing,omitempty"` // why there is no number
}

// reaches reports whether a value is as good as a bound.
func (r Row) reaches(bound float64) bool {
	if r.Fewer {
		return *r.Measured <= bound
	}
	return *r.Measured >= bound
}

// Verdict is the row's last cell.
func (r Row) Verdict() string {
	switch {
	case r.Measured == nil:
		return "not measured"
	case r.Aim != 0 && r.reaches(r.Aim):
		return "aim met"
	case r.reaches(r.Least):
		return "met"
	}
	return "not met"
}

// number is a value with its unit, short but not rounded to what it is not.
func (r Row) number(v float64) string {
	digits := 2
	switch {
	case r.Unit == "%" && v > 0 && v < 10:
		digits = 1
	case r.Unit == "%", r.Unit == "allocations":
		digits = 0
	}
	s := fmt.Sprintf("%.*f", digits, v)
	switch r.Unit {
	case "x", "%":
		return s + " " + r.Unit
	case "":
		return s
	}
	return s + " " + r.Unit
}

// cells are the row as it is printed.
func (r Row) cells() [5]string {
	measured, least, aim := "-", r.number(r.Least), "-"
	if r.Measured != nil {
		measured = r.number(*r.Measured)
	}
	if r.Fewer {
		least = "at most " + least
	}
	if r.Aim != 0 {
		aim = r.number(r.Aim)
	}
	return [5]string{r.What, measured, least, aim, r.Verdict()}
}

var heads = [5]string{"what", "measured", "at least", "aim", ""}

// Print writes the report for a person in front of a terminal.
func (r *Report) Print(w io.Writer) error {
	fmt.Fprintln(w, r.Machine)
	for _, l := range r.Machine.Limits {
		fmt.Fprintf(w, "%-44s %s\n", l.What, l)
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(heads[:], "\t"))
	for _, row := range r.Rows {
		c := row.cells()
		fmt.Fprintln(t, strings.Join(c[:], "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, row := range r.Rows {
		if note := row.Note + row.Missing; note != "" {
			fmt.Fprintf(w, "%s: %s\n", row.What, note)
		}
	}
	if !r.Complete {
		fmt.Fprintln(w, "\nInterrupted; this is what there was.")
	}
	return nil
}

// Markdown writes the table for a document.
func (r *Report) Markdown(w io.Writer) error {
	h := heads
	h[4] = "verdict"
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(h[:], " | "), strings.Repeat("---|", len(h)))
	for _, row := range r.Rows {
		c := row.cells()
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(c[:], " | ")); err != nil {
			return err
		}
	}
	return nil
}
