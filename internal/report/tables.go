package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// noNumber is what is written where a number would be that cannot be calculated with.
const noNumber = "no number"

// signed writes a difference with its sign, as in +0.0123 or −0.0123.
func signed(x float64) string { return strings.Replace(digit("%+.4f", x), "-", "−", 1) }

// digit writes a number in a format, or that it is none.
func digit(format string, x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return noNumber
	}
	return fmt.Sprintf(format, x)
}

// estimate writes a difference and its standard error.
func estimate(e statistics.Estimate) string { return around(e, signed) }

// loss writes a mean loss and its standard error.
func loss(e statistics.Estimate) string {
	return around(e, func(x float64) string { return digit("%.4f", x) })
}

// around writes a mean, and its standard error where there is one.
func around(e statistics.Estimate, mean func(float64) string) string {
	switch {
	case e.N == 0:
		return "–"
	case e.NonFinite > 0:
		return fmt.Sprintf("%s with %d of %d seeds", noNumber, e.NonFinite, e.N)
	case math.IsNaN(e.Err):
		return mean(e.Mean)
	}
	return fmt.Sprintf("%s ± %.4f", mean(e.Mean), e.Err)
}

// finding writes the numbers of one part of a claim and what they say.
func finding(f reproduce.Finding) cell {
	if f.Verdict == reproduce.NotMeasured {
		return cell{verdict: f.Verdict, note: lostWith(f.Seeds)}
	}
	c := cell{text: estimate(f.Estimate), verdict: f.Verdict, note: cmp.Or(remark(f), knownMore(f.Known))}
	if f.Part.Kind == reproduce.Zero {
		zero := 0
		for _, v := range f.Each {
			if v == 0 {
				zero++
			}
		}
		c.text = fmt.Sprintf("0 in %d of %d seeds", zero, f.N)
	}
	return c
}

// knownMore writes a difference of right answers; it is empty where none are counted.
func knownMore(e statistics.Estimate) string {
	if e.N == 0 || e.NonFinite > 0 {
		return ""
	}
	s := strings.Replace(fmt.Sprintf("%+.0f", e.Mean), "-", "−", 1)
	if !math.IsNaN(e.Err) {
		s += fmt.Sprintf(" ± %.0f", e.Err)
	}
	return s + " known"
}

// lostWith names the seeds with which a part has no number; it is empty where there are none.
func lostWith(seeds []uint64) string {
	if len(seeds) == 0 {
		return ""
	}
	s := strings.Trim(fmt.Sprint(seeds), "[]")
	return noNumber + " with seed" + plural(len(seeds)) + " " + strings.ReplaceAll(s, " ", ", ")
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// remark says what the verdict does not: that something is there which is too weak to count.
func remark(f reproduce.Finding) string {
	if f.Weak() {
		return "a weak relation, but one"
	}
	return ""
}

func (f Findings) settingNames() []string {
	var out []string
	for _, s := range f.Settings {
		out = append(out, s.Title())
	}
	return out
}

// rules say how verdicts come about, and how many seeds they have.
func (f Findings) rules(d *document, judged, planned [][]reproduce.Judgement) {
	d.add(heading("How to read this"), text(f.opening()), text(reproduce.RuleText))
	if f.bounded() {
		d.add(text(reproduce.WithinText))
	}
	if !f.Quick {
		d.add(text("The sentences at the top count settings by the 95 % interval of the one difference that they " +
			"name."))
	}
	d.add(text(f.sample()))
	for _, kind := range f.tasks() {
		all, other := 0, 0 // verdicts on the task, and those that the planned seeds change
		for i, row := range judged {
			for k, j := range row {
				if j.Setting.Task == kind {
					all++
					if planned[i][k].Verdict != j.Verdict {
						other++
					}
				}
			}
		}
		switch {
		case len(f.before(kind)) > 0:
			d.add(text(f.added(kind, all, other)))
		case !f.Quick:
			d.add(text(fmt.Sprintf("%s: all %d seeds were planned before the first of these runs.",
				reproduce.TaskTitle(kind), f.Seeds)))
		}
	}
	d.add(text(f.files()))
}

// bounded reports whether a claim has a part that is judged by another bound than zero.
func (f Findings) bounded() bool {
	return slices.ContainsFunc(f.Claims, func(c reproduce.Claim) bool { return has(c, reproduce.Within) })
}

func has(c reproduce.Claim, k reproduce.Kind) bool {
	return slices.ContainsFunc(c.Parts, func(p reproduce.Part) bool { return p.Kind == k })
}

// overall writes how many parts of a claim agree, and the verdict on it.
func overall(j reproduce.Judgement) cell {
	yes, of := 0, 0
	for _, x := range j.Findings {
		if x.Part.Aside {
			continue
		}
		of++
		if x.Verdict == reproduce.Reproduces {
			yes++
		}
	}
	return cell{text: fmt.Sprintf("%d of %d", yes, of), verdict: j.Verdict}
}

// sample says how many seeds there are.
func (f Findings) sample() string {
	var out []string
	for _, s := range f.Settings {
		out = append(out, fmt.Sprintf("%d (%s)", len(f.Results.Seeds(s)), s.Title()))
	}
	return "Seeds: " + strings.Join(out, ", ") + "."
}

// mostNamed bounds how many runs that diverged are named; runs.csv has all.
const mostNamed = 12

// Diverged names the runs that did not reach their end. It is empty where there are none.
func (f Findings) Diverged() string {
	var runs []string
	f.visit(f.Results, func(s reproduce.Setting, seed uint64, r *reproduce.Result) {
		if r.Failed != "" {
			runs = append(runs, fmt.Sprintf("%s, %s, seed %d (%s)", reproduce.NameOf(r.Key), s.Title(), seed, r.Failed))
		}
	})
	if len(runs) == 0 {
		return ""
	}
	more := ""
	if n := len(runs) - mostNamed; n > 0 {
		runs, more = runs[:mostNamed], fmt.Sprintf("; and %d more in %s", n, runsFile)
	}
	return "What these enter has no number and no verdict: " + strings.Join(runs, "; ") + more + "."
}

// added says which seeds were added when verdicts had been seen, and what that does to the intervals.
func (f Findings) added(kind string, all, other int) string {
	looks, seen := []string{}, f.before(kind)
	for _, n := range seen[1:] {
		looks = append(looks, fmt.Sprint(n))
	}
	looks = append(looks, fmt.Sprint(f.Seeds))
	n := len(looks)
	return fmt.Sprintf("**%s: %d of the %d seeds were planned; the others were added when the verdicts had been "+
		"seen,** which were then seen again with %s. Whoever looks %d times gives chance as many turns: a claim in "+
		"which nothing is there is decided by chance in up to %.0f of 100 cases, not %.0f. So the intervals of %d "+
		"seeds promise more than they hold, and those of the %d planned ones do not. Where the planned seeds alone "+
		"give another verdict on a claim, the table says so beside it: in %d of %d cases.",
		reproduce.TaskTitle(kind), seen[0], f.Seeds, strings.Join(looks, " and "), n+1,
		100*(1-reproduce.Confidence)*float64(n+1), 100*(1-reproduce.Confidence), f.Seeds, seen[0], other, all)
}

// label is a claim's number as the text writes it.
func label(id string) string {
	if n, ok := strings.CutPrefix(id, "table"); ok {
		return "Table " + n
	}
	return id
}

// details are all parts of all claims.
func (f Findings) details(d *document, judged, planned [][]reproduce.Judgement) {
	d.add(heading("Claim by claim"), text("Mean and standard error over the seeds of what the line says. Of a "+
		"difference, below zero is what the paper says; of a count, exactly zero."))
	if f.has(task.KindFacts) {
		d.add(text("On facts, *known* is the same difference of the facts that are known at the end: it is shown, " +
			"and the losses are judged."))
	}
	for i, row := range judged {
		c := row[0].Claim
		d.add(subheading{claimID(c), fmt.Sprintf("**%s** %s", label(c.ID), c.Title)})
		if s := f.seeIt(row); s != "" {
			d.add(text(s))
		}
		t := table{head: append([]string{c.Source}, f.settingNames()...)}
		line := plain("**The whole claim**")
		for k, j := range row {
			x := overall(j)
			x.id = cellID(j)
			if p := planned[i][k]; p.Verdict != j.Verdict {
				x.note = fmt.Sprintf("%d planned seeds: %s, %s", f.before(j.Setting.Task)[0], overall(p).text,
					p.Verdict.Word())
			}
			line = append(line, x)
		}
		t.rows = append(t.rows, line)
		for k, p := range c.Parts {
			cells := plain(p.Name)
			for _, j := range row {
				cells = append(cells, finding(j.Findings[k]))
			}
			t.rows = append(t.rows, cells)
		}
		d.add(t)
		if has(c, reproduce.Within) {
			d.add(text(fmt.Sprintf("Here the paper says: no guide to the final loss, which by the rule is between "+
				"−%g and +%g. %s", c.Parts[0].Bound, c.Parts[0].Bound, within(row))))
		}
		for _, kind := range f.tasks() {
			f.on(kind).forest(d, kind, row)
			switch c.ID {
			case "3c":
				f.on(kind).spikes(d, "spike"+onTask[kind], model.Inner)
			case "3f":
				f.on(kind).spikes(d, "spike-both"+onTask[kind], model.Joint)
			case "5":
				f.on(kind).compute(d, kind)
			}
		}
	}
}

// within says in words what the correlations of a claim are, setting by setting.
func within(row []reproduce.Judgement) string {
	var out []string
	for _, j := range row {
		x := j.Findings[0]
		says := "cannot be told from none"
		switch {
		case x.N < 2 || x.NonFinite > 0:
			continue
		case x.Verdict == reproduce.DoesNot:
			says = "is a guide"
		case x.Weak():
			says = "is weak, but not zero"
		case x.Low > 0 || x.High < 0:
			says = "is not zero, and may lie beyond the bound"
		}
		out = append(out, fmt.Sprintf("%s: the relation %s.", j.Setting.Title(), says))
	}
	return strings.Join(out, " ")
}

// table6 is the ablation with its losses, the paper's beside ours.
func (f Findings) table6(d *document) {
	if !f.asked("table6") {
		return
	}
	d.add(heading("Table 6, our losses beside the paper's"), text("*Asymmetry* is the asymmetric reset and the "+
		"asymmetric re-warmup together, so that *both* is SPARKLING as a whole and *RMS only* is naive FP scaled: "+
		"only so do the paper's Tables 1 and 6 agree. Final loss, mean ± standard error over seeds."))
	cells := reproduce.Table6()
	var heads []string
	for _, c := range cells[:4] {
		heads = append(heads, c.Column)
	}
	for _, s := range f.Settings {
		t := table{caption: s.Title(), head: append([]string{"init pair"}, heads...)}
		for i := 0; i < len(cells); i += 4 {
			row := plain(cells[i].Pair)
			for _, c := range cells[i : i+4] {
				row = append(row, cell{text: loss(f.losses(s, c.Arm))})
			}
			t.rows = append(t.rows, row)
		}
		d.add(t)
	}
	t := table{caption: "The paper", head: append([]string{"init pair"}, heads...)}
	for i := 0; i < len(cells); i += 4 {
		row := plain(cells[i].Pair)
		for _, c := range cells[i : i+4] {
			row = append(row, plain(fmt.Sprintf("%.4f", c.Paper))...)
		}
		t.rows = append(t.rows, row)
	}
	d.add(t)
}

func (f Findings) asked(id string) bool {
	for _, c := range f.Claims {
		if c.ID == id {
			return true
		}
	}
	return false
}

func (f Findings) losses(s reproduce.Setting, arm string) statistics.Estimate {
	return statistics.Estimated(f.Results.Values(s, arm, (*reproduce.Result).FinalLoss))
}

// states are the arms that differ in nothing but states and rates, and what each is worth.
func (f Findings) states(d *document) {
	t := table{caption: "Final loss of the arms that start from the same copies",
		head: append([]string{"arm"}, f.settingNames()...)}
	any := false
	for _, a := range stateArms {
		cells := plain(reproduce.NameOf(a))
		for _, s := range f.Settings {
			e := f.losses(s, a)
			any = any || e.N > 0
			c := cell{text: loss(e)}
			if s.Counts() {
				c.note = knows(statistics.Estimated(f.Results.Values(s, a, (*reproduce.Result).Known)))
			}
			cells = append(cells, c)
		}
		t.rows = append(t.rows, cells)
	}
	if any {
		d.add(heading("What a reset and a re-warmup are worth"), t)
		for _, kind := range f.tasks() {
			f.on(kind).stateFigures(d, kind)
		}
	}
}

// knows writes how many right answers there are; it is empty where none are counted.
func knows(e statistics.Estimate) string {
	if e.N == 0 || e.NonFinite > 0 {
		return ""
	}
	return fmt.Sprintf("%.0f known", e.Mean)
}
