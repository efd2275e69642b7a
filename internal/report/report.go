package report

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// Findings are what a report is made of.
type Findings struct {
	About
	Results    *reproduce.Results
	Claims     []reproduce.Claim            // those that were asked for
	Settings   []reproduce.Setting          //
	Candidates []reproduce.Candidate        // of the search; nil where it was not asked for
	Rates      []reproduce.Rate             // of the search for Muon's rate; nil likewise
	Provenance map[reproduce.Provenance]int // runs by the program that made them
	// runs that count compute otherwise than this program, so that equal compute is not equal in them
	Stale int
	// of an earlier report in their place, nil where there was none; [Earlier] reads them
	Earlier *reproduce.Results
}

// New are findings without a run. It errs where a claim is asked for that there is not.
func New(a About) (Findings, error) {
	f := Findings{About: a, Results: reproduce.NewResults(), Provenance: map[reproduce.Provenance]int{}}
	claims, search, err := reproduce.Select(a.Claims)
	if err != nil {
		return f, err
	}
	f.Claims = claims
	if f.Settings, err = reproduce.SettingsOf(a.Tasks); err != nil {
		return f, err
	}
	if search && f.has(task.KindText) {
		f.Candidates = reproduce.Candidates()
	}
	if search && f.has(task.KindFacts) {
		f.Rates = reproduce.Rates()
	}
	return f, nil
}

// has reports whether the report is about a task, and tasks are those.
func (f Findings) has(kind string) bool { return slices.Contains(f.tasks(), kind) }

func (f Findings) tasks() (kinds []string) {
	for _, s := range f.Settings {
		if !slices.Contains(kinds, s.Task) {
			kinds = append(kinds, s.Task)
		}
	}
	return kinds
}

// Gather fills the findings with the results of all runs that they ask for, and counts those that are missing. By is
// given lists of jobs: it adds what it has of them to the results, and says how many runs that were, by what made them.
func (f *Findings) Gather(by Gatherer) error {
	f.Missing, f.Stale = 0, 0
	take := func(jobs []reproduce.Job) error {
		made, err := by(jobs, f.Results)
		f.Missing += len(jobs)
		for m, n := range made {
			f.Provenance[m] += n
			f.Missing -= n
		}
		for _, j := range jobs {
			if j.Stale(f.Results) {
				f.Stale++
			}
		}
		return err
	}
	var seeds []uint64
	for i := range f.Seeds {
		seeds = append(seeds, uint64(i+1))
	}
	first, again, rates := reproduce.SearchSeeds, reproduce.ConfirmSeeds, reproduce.RateSeeds
	if f.Quick {
		first, again, rates = first[:min(f.Seeds, len(first))], again[:min(f.Seeds, len(again))],
			rates[:min(f.Seeds, len(rates))]
	}
	if err := take(slices.Concat(reproduce.RatePlan(f.Rates, rates, f.Quick),
		reproduce.Plan(f.Claims, f.Settings, seeds, f.Quick),
		reproduce.SearchPlan(f.Candidates, first, f.Quick))); err != nil {
		return err
	}
	return take(reproduce.SearchPlan(f.Confirm(), again, f.Quick))
}

//go:embed report.css
var sheet string

// File is one file of the report.
type File struct {
	Name  string
	Write func(io.Writer) error
}

// Names are those of all files that a report may have.
func Names() []string {
	names := []string{"report.md", "index.html", sheetFile, aboutFile, claimsFile, runsFile, curvesFile, searchFile,
		earlierFile}
	names = append(names, storyFile)
	figures := []string{"search", "known" + onTask[task.KindFacts]}
	for _, of := range onTask {
		for _, name := range []string{"loss", "difference", "cosine", "rms", "compute", "spike", "spike-both"} {
			figures = append(figures, name+of)
		}
		for _, c := range reproduce.Claims() {
			figures = append(figures, "claim-"+c.ID+of)
		}
	}
	for _, f := range figures {
		names = append(names, f+".svg", f+".png")
	}
	return names
}

// Files are the report: Markdown, a page and its sheet, the figures as SVG and PNG, and all that it is made of as CSV.
// The same findings give the same bytes, and so do those that [Open] reads from them.
func Files(f Findings) []File {
	d := f.document()
	files := []File{
		{"report.md", d.markdown},
		{"index.html", d.page},
		{sheetFile, func(w io.Writer) error { _, err := io.WriteString(w, sheet); return err }},
		{aboutFile, f.write},
		{claimsFile, f.claimsCSV},
		{runsFile, func(w io.Writer) error { return f.runsCSV(f.Results, w) }},
		{curvesFile, f.curvesCSV},
	}
	if f.Candidates != nil {
		files = append(files, File{searchFile, f.searchCSV})
	}
	if story, ok := f.story(); ok {
		files = append(files, File{storyFile, story.write})
	}
	if f.Earlier != nil {
		files = append(files, File{earlierFile, func(w io.Writer) error { return f.runsCSV(f.Earlier, w) }})
	}
	for _, p := range d.figures() {
		files = append(files, File{p.Name + ".svg", p.SVG},
			File{p.Name + ".png", func(w io.Writer) error { return p.PNG(w, 96) }})
	}
	return files
}

// Judgements are the verdicts on all claims in all settings, claim by claim.
func (f Findings) Judgements() [][]reproduce.Judgement { return f.judgements(f.Results) }

func (f Findings) judgements(r *reproduce.Results) [][]reproduce.Judgement {
	var out [][]reproduce.Judgement
	for _, c := range f.Claims {
		var row []reproduce.Judgement
		for _, s := range f.Settings {
			row = append(row, reproduce.Judge(c, s, r))
		}
		out = append(out, row)
	}
	return out
}

// planned are the same verdicts by the seeds that were planned alone.
func (f Findings) planned(judged [][]reproduce.Judgement) [][]reproduce.Judgement {
	var out [][]reproduce.Judgement
	for _, row := range judged {
		row = slices.Clone(row)
		for k, j := range row {
			if seen := f.before(j.Setting.Task); len(seen) > 0 {
				row[k] = reproduce.Judge(j.Claim, j.Setting, f.Results.First(seen[0]))
			}
		}
		out = append(out, row)
	}
	return out
}

// Figures are those of the report, in its order.
func (f Findings) Figures() []figure.Figure { return f.document().figures() }

func (f Findings) document() *document {
	d := &document{title: "The paper’s claims at compact scale", lab: f.Lab}
	d.add(wide(f.lead()))
	if f.Quick {
		d.add(text("**This is a quick run of a few steps, made to test the program. Its numbers say nothing about " +
			"the paper.**"))
	}
	if f.Missing > 0 {
		d.add(text(fmt.Sprintf("**%d runs are still missing: this is what there is so far.**", f.Missing)))
	}
	if s := f.Diverged(); s != "" {
		d.add(text("**Not all runs reached their end.** " + s))
	}
	if f.Stale > 0 {
		d.add(text(fmt.Sprintf("**%d runs count compute as an earlier program did, which left out the products of "+
			"Muon's optimizer: in them equal compute is not equal. The command below makes them anew.**", f.Stale)))
	}
	judged := f.Judgements()
	planned := f.planned(judged)
	if len(judged) > 0 {
		f.front(d, judged, planned)
	}
	d.add(contents{})
	if len(judged) > 0 {
		if !f.Quick {
			f.disagreements(d, judged)
		}
		f.rules(d, judged, planned)
		if !f.Quick {
			f.conclude(d, judged, planned)
			f.changes(d, judged)
			f.explain(d)
		}
		f.states(d)
		f.details(d, judged, planned)
		f.table6(d)
	}
	f.rates(d)
	f.search(d)
	d.add(heading("How this was made"), text(f.made()))
	return d
}

// lead says what the report is.
func (f Findings) lead() string {
	return "The claims of the SPARKLING paper (arXiv [2602.02472](https://arxiv.org/abs/2602.02472)), asked again of " +
		"networks that a browser trains in a minute. Nothing here refutes the paper, and nothing proves it."
}

// opening says what was run.
func (f Findings) opening() string {
	s := "The paper trains networks of 0.5 to 1.5 billion active parameters on 200 billion tokens. This report " +
		"asks the same questions of networks so small that every run can be made with many seeds, and shows " +
		"which effects are there already at that size, and which are not."
	for _, kind := range f.tasks() {
		s += " " + f.trained(f.on(kind).Settings[0])
	}
	return s
}

// trained says what a task is.
func (f Findings) trained(s reproduce.Setting) string {
	e := s.Experiment()
	c := e.Model
	c.Vocab = e.Vocab()
	params := record.Thousands(model.Count(c, e.Task.Batch, e.Task.Seq).Total)
	train := fmt.Sprintf("for %d steps of %d symbols, and are made twice as wide after %.0f %% of them", e.Steps,
		e.Task.Batch*e.Task.Seq, 100*s.At)
	if f.Quick {
		train = "and are made twice as wide on the way; here for a few steps only"
	}
	if s.Task == task.KindFacts {
		n := e.Task.Letters * e.Task.Letters
		return fmt.Sprintf("**Facts:** %s parameters, with narrower experts, learn a random table of %s facts, two "+
			"letters and their answer, %s. Nothing is held out, for memory is the point: losses are in nats an "+
			"answer, of all facts, each asked alone, and how many are answered right is counted.", params,
			record.Thousands(n), train)
	}
	return fmt.Sprintf("**Opticks:** %s parameters read Newton's *Opticks* %s. Losses are in nats a character on text "+
		"that is never trained on: those at the end on the full validation split, curves and rises at the widening on "+
		"%d fixed windows of it.", params, train, task.ValWindows)
}

// files links what lies beside the report.
func (f Findings) files() string {
	s := fmt.Sprintf("This report [as a page](index.html) and [as Markdown](report.md). Its numbers: [every "+
		"run](%s), [the curves of the figures](%s), [every part of every claim](%s)",
		runsFile, curvesFile, claimsFile)
	if f.Candidates != nil {
		s += fmt.Sprintf(", [the search](%s)", searchFile)
	}
	if f.Earlier != nil {
		s += fmt.Sprintf(", [the runs of the report before](%s)", earlierFile)
	}
	return s + " (CSV)."
}

// made says what made the report, so that anybody can make it again.
func (f Findings) made() string {
	var by []string
	for m, n := range f.Provenance {
		by = append(by, fmt.Sprintf("%d runs by %s", n, maker(m)))
	}
	slices.Sort(by)
	s := fmt.Sprintf("`%s` makes the runs of this report; where it was interrupted it goes on. It is made of %s; "+
		"*arithmetic* names the order in which sums are taken, which differs between kinds of processors, and from "+
		"one revision's kernels to another's.", f.command(), strings.Join(by, ", "))
	if f.Note != "" {
		s += " Whoever made the runs adds: *" + f.Note + "*"
	}
	return s + " All else is written by the program, from the CSV files; the claims and the rule are in " +
		"`sim/reproduce`."
}
