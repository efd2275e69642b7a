package trial

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Report is what a trial found.
type Report struct {
	Card   Card    `json:"card"`
	Parts  []*Part `json:"parts"`
	Passed bool    `json:"passed"` // all parts that ran, and none had to be left out for want of time
}

// Bad are the parts that did not pass, and why.
func (r *Report) Bad() string {
	var bad []string
	for _, p := range r.Parts {
		if p.Outcome != Passed && p.Outcome != NotHere {
			bad = append(bad, fmt.Sprintf("%s (%s)", p.Name, p.Outcome))
		}
	}
	return strings.Join(bad, ", ")
}

// Outcome is what became of a part.
type Outcome string

// The outcomes. What this machine lacks is no failure; what was out of time, or interrupted, is no pass.
const (
	Passed      Outcome = "passed"
	Failed      Outcome = "failed"
	OutOfTime   Outcome = "out of time"
	Interrupted Outcome = "interrupted"
	NotHere     Outcome = "not here"
)

// Part is one thing that was tried.
type Part struct {
	Name    string  `json:"name"`
	Outcome Outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"` // where it did not pass
	Seconds float64 `json:"seconds"`
	Limit   float64 `json:"limit_seconds"`
	Rows    []Row   `json:"rows,omitempty"`

	see func(Row)
}

// Row is one number, or a word where there is none.
type Row struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	// Of the card's peak, 0 where there is none or it is unknown.
	Fraction float64 `json:"fraction_of_peak,omitempty"`
	// What PyTorch reached on the same card in the same run; 0 where it was not there.
	PyTorch float64 `json:"pytorch,omitempty"`
	Note    string  `json:"note,omitempty"`
}

// add notes a row, and shows it. A number that is none is said in words: it is no verdict.
func (p *Part) add(r Row) {
	for _, x := range []*float64{&r.Value, &r.Fraction, &r.PyTorch} {
		if math.IsNaN(*x) || math.IsInf(*x, 0) {
			*x, r.Note = 0, strings.TrimSpace(r.Note+" (not a number)")
		}
	}
	p.Rows = append(p.Rows, r)
	if p.see != nil {
		p.see(r)
	}
}

// print writes one row of the table.
func (r Row) print(w io.Writer) {
	value := fmt.Sprintf("%.6g", r.Value)
	if r.Unit == "" && r.Value == 0 && r.Note != "" {
		value = ""
	}
	line := fmt.Sprintf("  %-44s %12s %-10s", r.What, value, r.Unit)
	if r.Fraction > 0 {
		line += fmt.Sprintf(" %4.1f %% of peak", 100*r.Fraction)
	}
	if r.PyTorch > 0 {
		line += fmt.Sprintf("  PyTorch %.6g", r.PyTorch)
	}
	if r.Note != "" {
		line += "  " + r.Note
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}

// print writes how a part ended.
func (p *Part) print(w io.Writer) {
	fmt.Fprintf(w, "%-46s %s, %.1f of %.0f s", p.Name, p.Outcome, p.Seconds, p.Limit)
	if p.Why != "" {
		fmt.Fprintf(w, ": %s", p.Why)
	}
	fmt.Fprintln(w)
}
