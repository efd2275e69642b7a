package report

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// tried are the candidates of the search, judged; those without runs are left out.
func (f Findings) tried(candidates []reproduce.Candidate) []reproduce.Tried {
	var out []reproduce.Tried
	for _, c := range candidates {
		if t := reproduce.Try(c, f.Results); t.N > 0 {
			out = append(out, t)
		}
	}
	return out
}

// Confirm are the candidates to run again: the surest of those tried.
func (f Findings) Confirm() []reproduce.Candidate { return reproduce.Surest(f.tried(f.Candidates)) }

// search is what was tried to make the reset show with the paper's β2.
func (f Findings) search(d *document) {
	tried := f.tried(f.Candidates)
	if len(tried) == 0 {
		return
	}
	says := "In which setting does the asymmetric reset alone show with the paper's β2?"
	if late, ok := found(tried, "default"); ok && late.NonFinite == 0 && !late.Clearly() {
		says = "With the paper's β2 the asymmetric reset alone does not show clearly in the default experiment. " +
			"Which setting does show it?"
	}
	says += fmt.Sprintf(" Each candidate changes what it says and nothing else, and is run with the seeds %s. "+
		"*Clearly* means a mean of at least %.2f below Copy, and a 95 %% interval wholly below it.", f.seeds(tried),
		reproduce.Clear)
	again := f.tried(f.Confirm())
	if len(again) > 0 {
		says += fmt.Sprintf(" The surest, and the built-in experiment `reset` if it is clear, were run again with "+
			"fresh seeds, %s, because the best of many is partly luck.", f.seeds(again))
	}
	d.add(heading("Where β2 = 0.95 shows the reset"), text(says))
	d.add(triedTable("Candidates", tried))
	set := figure.Intervals{X: "Asymmetric reset − Copy, nats a character"}
	for _, t := range tried {
		number := 0
		if t.Clearly() {
			number = 3
		}
		set.Rows = append(set.Rows, interval(t.Name, t.Finding, number))
	}
	fig, ok := figure.Forest("search", "Where the asymmetric reset alone shows", "Paired differences over the seeds "+
		"(small dots), mean and 95 % interval. Diamond: clearly below Copy; circle: not clearly.", set)
	show(d, fig, ok)
	switch {
	case len(again) > 0:
		d.add(triedTable("Again, with fresh seeds", again))
		d.add(text(confirmed(again) + byStep(tried)))
	case len(f.Confirm()) == 0 && f.Missing == 0:
		d.add(text("No candidate showed it clearly, so there is nothing to confirm."))
	}
}

// rates is how the rate was found at which Muon learns facts.
func (f Findings) rates(d *document) {
	t := table{caption: "The network that is never widened, mean ± standard error",
		head: []string{"rate", "seeds", "final loss", "facts known"}}
	for _, r := range f.Rates {
		e := statistics.Estimated(f.Results.Values(r.Setting, reproduce.Small, (*reproduce.Result).FinalLoss))
		known := statistics.Estimated(f.Results.Values(r.Setting, reproduce.Small, (*reproduce.Result).Known))
		if e.N == 0 {
			continue
		}
		c := cell{text: loss(e)}
		if r.LR == reproduce.MuonRate {
			c.note = "this one"
		}
		t.rows = append(t.rows, []cell{{text: fmt.Sprintf("%g", r.LR)}, {text: fmt.Sprint(e.N)}, c,
			{text: digit("%.0f", known.Mean)}})
	}
	if len(t.rows) == 0 {
		return
	}
	seeds := reproduce.RateSeeds
	d.add(heading("The rate at which Muon learns facts"), text(fmt.Sprintf("The built-in experiment of facts has a "+
		"rate for AdamW. For Muon it was searched among rates each twice the one before, with the seeds %d to %d, "+
		"which no claim is judged by. The rule: the rate with which the network that is never widened ends "+
		"lowest. No widened arm was looked at.", seeds[0], seeds[len(seeds)-1])), t)
}

// confirmed names those that showed the reset clearly again.
func confirmed(again []reproduce.Tried) string {
	var shown []string
	for _, t := range again {
		switch {
		case t.Clearly() && t.Builtin():
			shown = append(shown, t.Name+", which is the built-in experiment `reset`")
		case t.Clearly():
			shown = append(shown, t.Name)
		}
	}
	if len(shown) == 0 {
		return "None of them was confirmed."
	}
	return "Confirmed: " + strings.Join(shown, "; ") + "."
}

// found is the candidate whose ID ends in a name.
func found(tried []reproduce.Tried, name string) (reproduce.Tried, bool) {
	for _, t := range tried {
		if t.ID == "search "+name {
			return t, true
		}
	}
	return reproduce.Tried{}, false
}

// steps are the candidates that differ in nothing but the step of the widening, which is the last one's in the default
// experiment.
var steps = []string{"at 10", "at 15", "at 25", "at 35", "default"}

// after writes after which share of the steps a candidate is widened.
func after(c reproduce.Candidate) string { return fmt.Sprintf("%.0f", 100*c.At) }

// early says what the search adds to the push of the reset: that it is clear where the widening comes earlier than in
// the default experiment.
func (f Findings) early() string {
	tried := f.tried(f.Candidates)
	late, ok := found(tried, "default")
	if !ok || late.NonFinite > 0 || late.Clearly() {
		return ""
	}
	var clear []string
	for _, id := range steps[:len(steps)-1] {
		if t, ok := found(tried, id); ok && t.Clearly() {
			clear = append(clear, after(t.Candidate))
		}
	}
	if len(clear) == 0 {
		return ""
	}
	return fmt.Sprintf(" In the search below, with β2 0.95, the difference is clear where the widening comes after "+
		"%s %% of the steps, and not after %s %%. A guess: a small push is enough where learning rate and steps are "+
		"left to let the halves part.", strings.Join(clear, ", "), after(late.Candidate))
}

// byStep sets the candidates beside each other that differ in how much learning rate is left after the widening. It is
// empty where one is missing.
func byStep(tried []reproduce.Tried) string {
	constant, ok := found(tried, "constant")
	late, there := found(tried, "default")
	var out []string
	grows := ok && there && constant.High < late.Low
	for _, id := range steps {
		t, there := found(tried, id)
		if ok = ok && there; ok {
			out = append(out, fmt.Sprintf("%s at %s %%", signed(t.Mean), after(t.Candidate)))
			grows = grows && (id == "default" || t.High < late.Low)
		}
	}
	if !ok {
		return ""
	}
	s := fmt.Sprintf(" By the step of the widening the difference is %s; where the learning rate stays at its peak "+
		"it is %s at %s %%.", strings.Join(out, ", "), signed(constant.Mean), after(constant.Candidate))
	if grows {
		s += " All the others lie below that of the default experiment, by their intervals. A guess: the learning " +
			"rate that is left, in height and in steps, decides how far the push grows."
	}
	return s
}

func triedTable(caption string, tried []reproduce.Tried) table {
	t := table{caption: caption, head: []string{"setting", "seeds", "Copy ends at", "Asymmetric reset − Copy",
		"weight cosine at the end", "clearly?"}}
	for _, x := range tried {
		says := "no"
		switch {
		case x.Clearly():
			says = "yes"
		case x.NonFinite > 0:
			says = x.Verdict.Word()
		}
		t.rows = append(t.rows, plain(x.Name, fmt.Sprint(x.N), digit("%.4f", x.CopyLoss.Mean), estimate(x.Estimate),
			cosine(x.Weight), says))
	}
	return t
}

// seeds writes those of the first candidate, which follow each other.
func (f Findings) seeds(of []reproduce.Tried) string {
	seeds := f.Results.Seeds(of[0].Setting)
	return fmt.Sprintf("%d to %d", seeds[0], seeds[len(seeds)-1])
}
