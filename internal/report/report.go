package report

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// Findings are what a report is made of.
type Findings struct {
	Results    *reproduce.Results
	Claims     []reproduce.Claim      // those that were asked for
	Settings   []reproduce.Setting    //
	Candidates []reproduce.Candidate  // of the search; nil where it was not asked for
	Made       map[reproduce.Made]int // runs by the program that made them
	Missing    int                    // runs that were asked for and are not there
	Quick      bool                   // runs of a few steps: the numbers say nothing
	Command    string                 // that makes this report
}

//go:embed report.css
var sheet string

// File is one file of the report.
type File struct {
	Name  string
	Write func(io.Writer) error
}

// Files are the report: Markdown, a page and its sheet, the figures as SVG and PNG, and the numbers as CSV. The same findings give the
// same bytes.
func Files(f Findings) []File {
	d := f.document()
	files := []File{
		{"report.md", d.markdown},
		{"index.html", d.page},
		{style, func(w io.Writer) error { _, err := io.WriteString(w, sheet); return err }},
		{"claims.csv", f.claimsCSV},
		{"runs.csv", f.runsCSV},
	}
	if f.Candidates != nil {
		files = append(files, File{"search.csv", f.searchCSV})
	}
	for _, p := range d.figures() {
		files = append(files, File{p.Name + ".svg", p.SVG}, File{p.Name + ".png", func(w io.Writer) error { return p.PNG(w, 96) }})
	}
	return files
}

// Judgements are the verdicts on all claims in all settings, claim by claim.
func (f Findings) Judgements() [][]reproduce.Judgement {
	var out [][]reproduce.Judgement
	for _, c := range f.Claims {
		var row []reproduce.Judgement
		for _, s := range f.Settings {
			row = append(row, reproduce.Judge(c, s, f.Results))
		}
		out = append(out, row)
	}
	return out
}

func (f Findings) document() *document {
	d := &document{title: "What reproduces at compact scale"}
	d.add(text(f.opening()))
	if f.Quick {
		d.add(text("**This is a quick run of a few steps, made to test the program. Its numbers say nothing about the paper.**"))
	}
	if f.Missing > 0 {
		d.add(text(fmt.Sprintf("**%d runs are still missing: this is what there is so far.**", f.Missing)))
	}
	judged := f.Judgements()
	if len(judged) > 0 {
		f.summary(d, judged)
		f.conclude(d, judged)
		f.explain(d)
		f.states(d)
		f.details(d, judged)
		f.table6(d)
	}
	f.search(d)
	d.add(heading("How this was made"), text(f.made()))
	return d
}

func (f Findings) opening() string {
	e := sim.Default()
	c := e.Model
	c.Vocab = e.Vocab()
	params := fmt.Sprint(model.Count(c, e.Task.Batch, e.Task.Seq).Total)
	return fmt.Sprintf("The paper (arXiv 2602.02472) trains networks of 0.5 to 1.5 billion active parameters on 200 billion tokens. This report asks the same questions of "+
		"the Lab's default experiment: %s,%s parameters that read Newton's *Opticks* for %d steps of %d characters, with the experts made twice as wide after half of them. "+
		"Nothing that is found here refutes the paper, and nothing proves it: it shows which effects are there already at a size that a browser can train, and "+
		"which are not. All losses are in nats a character on the whole held-out part of the text, after the last update.",
		params[:len(params)-3], params[len(params)-3:], e.Steps, e.Task.Batch*e.Task.Seq)
}

// made says what made the report, so that anybody can make it again.
func (f Findings) made() string {
	var by []string
	for m, n := range f.Made {
		if m.Revision == "" {
			m.Revision = "a build without a revision"
		}
		by = append(by, fmt.Sprintf("%d runs by %s (arithmetic %s)", n, m.Revision, m.Arithmetic))
	}
	slices.Sort(by)
	return fmt.Sprintf("`%s` makes this report; where it was interrupted it goes on. It is made of %s; *arithmetic* names the order in which sums are taken, "+
		"which differs between kinds of processors. `runs.csv` has the final loss of every arm and seed, `claims.csv` every part of every claim. Everything here "+
		"is written by the program; the claims and the rule are in `sim/reproduce`.", f.Command, strings.Join(by, ", "))
}
