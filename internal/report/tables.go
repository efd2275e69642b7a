package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// signed writes a difference with its sign, as in +0.0123 or −0.0123.
func signed(x float64) string { return strings.Replace(fmt.Sprintf("%+.4f", x), "-", "−", 1) }

// estimate writes a difference and its standard error.
func estimate(e reproduce.Estimate) string {
	if e.N == 0 {
		return "–"
	}
	if math.IsNaN(e.Err) {
		return signed(e.Mean)
	}
	return fmt.Sprintf("%s ± %.4f", signed(e.Mean), e.Err)
}

// loss writes a mean loss and its standard error.
func loss(e reproduce.Estimate) string {
	if e.N == 0 {
		return "–"
	}
	if math.IsNaN(e.Err) {
		return fmt.Sprintf("%.4f", e.Mean)
	}
	return fmt.Sprintf("%.4f ± %.4f", e.Mean, e.Err)
}

// finding writes the numbers of one part of a claim and what they say.
func finding(f reproduce.Finding) string {
	if f.Verdict == reproduce.NotMeasured {
		return string(f.Verdict)
	}
	numbers := estimate(f.Estimate)
	if f.Part.Kind == reproduce.Zero {
		zero := 0
		for _, v := range f.Each {
			if v == 0 {
				zero++
			}
		}
		numbers = fmt.Sprintf("0 in %d of %d seeds", zero, f.N)
	}
	if f.Part.Aside {
		return numbers + ": aside"
	}
	return numbers + ": " + string(f.Verdict)
}

// verdictClass colours a cell that holds a verdict.
func verdictClass(cell string) string {
	for _, v := range []struct {
		verdict reproduce.Verdict
		class   string
	}{{reproduce.DoesNot, "no"}, {reproduce.NotResolved, "open"}, {reproduce.Reproduces, "yes"}} {
		if strings.HasSuffix(cell, string(v.verdict)) {
			return ` class="` + v.class + `"`
		}
	}
	return ""
}

func (f Findings) settingNames() []string {
	var out []string
	for _, s := range f.Settings {
		out = append(out, s.Name)
	}
	return out
}

// summary is the verdicts at a glance.
func (f Findings) summary(d *document, judged [][]reproduce.Judgement) {
	t := table{caption: "Parts of the claim that reproduce, and the verdict on the whole", head: append([]string{"claim"}, f.settingNames()...)}
	for _, row := range judged {
		c := row[0].Claim
		cells := []string{fmt.Sprintf("**%s** %s (%s)", label(c.ID), c.Title, c.Source)}
		for _, j := range row {
			cells = append(cells, overall(j))
		}
		t.rows = append(t.rows, cells)
	}
	d.add(heading("In short"), t, text(reproduce.RuleText+" "+f.sample()))
}

// overall writes how many parts of a claim reproduce, and the verdict on it.
func overall(j reproduce.Judgement) string {
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
	return fmt.Sprintf("%d of %d: %s", yes, of, j.Verdict)
}

// sample says how many seeds there are.
func (f Findings) sample() string {
	var out []string
	for _, s := range f.Settings {
		out = append(out, fmt.Sprintf("%d (%s)", len(f.Results.Seeds(s)), s.Name))
	}
	return "Seeds: " + strings.Join(out, ", ") + "."
}

// label is a claim's number as the text writes it.
func label(id string) string {
	if n, ok := strings.CutPrefix(id, "table"); ok {
		return "Table " + n
	}
	return id
}

// details are all parts of all claims.
func (f Findings) details(d *document, judged [][]reproduce.Judgement) {
	d.add(heading("Claim by claim"), text("Mean and standard error over the seeds of what the line says; below zero is what the paper says, unless the line says otherwise."))
	for _, row := range judged {
		c := row[0].Claim
		t := table{caption: fmt.Sprintf("**%s** %s", label(c.ID), c.Title), head: append([]string{c.Source}, f.settingNames()...)}
		for k, p := range c.Parts {
			cells := []string{p.Name}
			for _, j := range row {
				cells = append(cells, finding(j.Findings[k]))
			}
			t.rows = append(t.rows, cells)
		}
		d.add(t)
		f.forest(d, row)
		switch c.ID {
		case "3c":
			f.spikes(d, "spike", model.Inner)
		case "3f":
			f.spikes(d, "spike-both", model.Joint)
		case "5":
			f.compute(d)
		}
	}
}

// table6 is the ablation with its losses, the paper's beside ours.
func (f Findings) table6(d *document) {
	if !f.asked("table6") {
		return
	}
	d.add(heading("Table 6, our losses beside the paper's"), text("*Asymmetry* is the asymmetric reset and the asymmetric re-warmup together, so that *both* is SPARKLING as a "+
		"whole and *RMS only* is naive FP scaled: only so do the paper's Tables 1 and 6 agree. Final loss, mean ± standard error over seeds."))
	cells := reproduce.Table6()
	var heads []string
	for _, c := range cells[:4] {
		heads = append(heads, c.Column)
	}
	for _, s := range f.Settings {
		t := table{caption: s.Name, head: append([]string{"init pair"}, heads...)}
		for i := 0; i < len(cells); i += 4 {
			row := []string{cells[i].Pair}
			for _, c := range cells[i : i+4] {
				row = append(row, loss(f.losses(s, c.Arm)))
			}
			t.rows = append(t.rows, row)
		}
		d.add(t)
	}
	t := table{caption: "The paper", head: append([]string{"init pair"}, heads...)}
	for i := 0; i < len(cells); i += 4 {
		row := []string{cells[i].Pair}
		for _, c := range cells[i : i+4] {
			row = append(row, fmt.Sprintf("%.4f", c.Paper))
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

func (f Findings) losses(s reproduce.Setting, arm string) reproduce.Estimate {
	return reproduce.Estimated(f.Results.Values(s, arm, (*reproduce.Result).Loss))
}

// states are the arms that differ in nothing but states and rates, and what each is worth.
func (f Findings) states(d *document) {
	t := table{caption: "Final loss of the arms that start from the same copies", head: append([]string{"arm"}, f.settingNames()...)}
	any := false
	for _, a := range stateArms {
		cells := []string{reproduce.NameOf(a)}
		for _, s := range f.Settings {
			e := f.losses(s, a)
			any = any || e.N > 0
			cells = append(cells, loss(e))
		}
		t.rows = append(t.rows, cells)
	}
	if any {
		d.add(heading("What a reset and a re-warmup are worth"), t)
		f.stateFigures(d)
	}
}
