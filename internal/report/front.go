package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// front is the first screen: sentences, and the picture of the verdicts.
func (f Findings) front(d *document, judged, planned [][]reproduce.Judgement) {
	if said := f.sentences(judged); !f.Quick && len(said) > 0 {
		d.add(numbered(said))
	}
	g := f.grid(judged, planned)
	d.add(g)
	key := "Each verdict leads to its numbers. By [the rule](#how-to-read-this), ◆ *agrees* means that all parts " +
		"of a claim do, ■ *disagrees* that one goes the other way, ○ *open* that these seeds do not decide it."
	for _, r := range g.rows {
		if slices.ContainsFunc(r.cells, func(c square) bool { return c.other }) {
			key += " " + star + " The seeds that were planned say otherwise by themselves."
			break
		}
	}
	d.add(wide(key))
}

// sentences say in plain words what was found, what is against us among it. Each counts over the settings that have its
// arms, and is left out where none has them.
func (f Findings) sentences(judged [][]reproduce.Judgement) []string {
	var out []string
	for _, say := range []func() string{f.sayLock, f.sayReset, f.sayKnown, f.sayAgainst,
		func() string { return say(judged) }} {
		if s := say(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (f Findings) sayLock() string {
	equal, of := 0, 0
	for _, s := range f.Settings {
		for _, seed := range f.Results.Seeds(s) {
			if r, ok := f.Results.Of(s, seed, reproduce.Copy); ok {
				of++
				if r.Failed == "" && len(r.Pairs) > 0 && r.MaxUnlocked == 0 {
					equal++
				}
			}
		}
	}
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("**Copying is not enough.** With copied optimizer states, original and copy stayed "+
		"equal to the last bit in %s runs: more neurons, nothing new.", nOf(equal, of))
}

func (f Findings) sayReset() string {
	lower, _, of := f.tally(reproduce.Asym, reproduce.Copy)
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("**A small asymmetry helps.** Emptying the optimizer states of the copies, and nothing "+
		"else, ends with a lower loss than copying them in %s settings.", nOf(lower, of))
}

func (f Findings) sayKnown() string {
	i := slices.IndexFunc(f.Settings, func(s reproduce.Setting) bool { return s.Counts() })
	if i < 0 {
		return ""
	}
	s := f.Settings[i]
	more := statistics.Estimated(reproduce.MoreKnown(f.Results, s, reproduce.Sparkling, reproduce.Copy))
	small := statistics.Estimated(reproduce.MoreKnown(f.Results, s, reproduce.Copy, reproduce.Small))
	if more.N < 2 || more.NonFinite+small.NonFinite > 0 || small.N == 0 {
		return ""
	}
	low, high := more.Interval(reproduce.Confidence)
	letters := s.Experiment().Task.Letters
	return fmt.Sprintf("**It can be counted.** Of %s random facts SPARKLING knows %s than Copy in the mean of "+
		"%d seeds (95 %% interval %.0f to %.0f; %s), and Copy knows %s than the network that was never widened.",
		record.Thousands(letters*letters), moreOf(more.Mean), more.N, low, high, s.Name, moreOf(small.Mean))
}

func (f Findings) sayAgainst() string {
	lower, higher, of := f.tally(reproduce.RewarmAll, reproduce.Sparkling)
	if of == 0 {
		return ""
	}
	s := fmt.Sprintf("**Against us: SPARKLING is not the best here.** Warming up *every* learning rate again ends "+
		"lower in %s settings", nOf(lower, of))
	if lower == 0 {
		return fmt.Sprintf("**Warming up every learning rate again** ends with a higher loss than SPARKLING in %s "+
			"settings, and with a lower one in none; the paper has it higher.", nOf(higher, of))
	}
	for _, kind := range f.tasks() {
		s += "; " + f.on(kind).sayAgainstBy()
	}
	return strings.Replace(s, "; ", ": ", 1) + ". The paper, whose runs are far longer, finds the opposite."
}

// sayAgainstBy is by how much on one task.
func (f Findings) sayAgainstBy() string {
	var by []string
	for _, s := range f.Settings {
		e := reproduce.Difference(f.Results, s, reproduce.RewarmAll, reproduce.Sparkling)
		if e.N > 0 && e.NonFinite == 0 {
			by = append(by, fmt.Sprintf("%s (%s)", signed(e.Mean), s.Name))
		}
	}
	return fmt.Sprintf("on %s %s nats %s", reproduce.TaskTitle(f.Settings[0].Task), strings.Join(by, ", "),
		f.base().Task.Words().Unit)
}

// say is the balance of all verdicts.
func say(judged [][]reproduce.Judgement) string {
	count, all := map[reproduce.Verdict]int{}, 0
	for _, row := range judged {
		for _, j := range row {
			count[j.Verdict]++
			all++
		}
	}
	if all == 0 {
		return ""
	}
	s := fmt.Sprintf("**Of %d verdicts** on %d claims, %d agree with the paper, %d disagree, and %d are open, because "+
		"these seeds do not decide them.", all, len(judged), count[reproduce.Reproduces], count[reproduce.DoesNot],
		count[reproduce.NotResolved])
	if n := count[reproduce.NotMeasured]; n > 0 {
		s += fmt.Sprintf(" %d are not measured.", n)
	}
	return s
}

// tally counts the settings in which arm a ends lower than arm b by the interval of the difference, those in which it
// ends higher, and all that have both.
func (f Findings) tally(a, b string) (lower, higher, of int) {
	for _, s := range f.Settings {
		e := reproduce.Difference(f.Results, s, a, b)
		if e.N == 0 {
			continue
		}
		of++
		if low, high := e.Interval(reproduce.Confidence); high < 0 {
			lower++
		} else if low > 0 {
			higher++
		}
	}
	return lower, higher, of
}

// on is what was found on one task.
func (f Findings) on(kind string) Findings {
	f.Settings = slices.DeleteFunc(slices.Clone(f.Settings), func(s reproduce.Setting) bool { return s.Task != kind })
	if kind != task.KindText {
		f.Candidates = nil
	}
	return f
}

// nOf writes how many of how many.
func nOf(n, of int) string {
	if n == of {
		return fmt.Sprintf("all %d", of)
	}
	return fmt.Sprintf("%d of %d", n, of)
}

// moreOf writes a difference of counts in words.
func moreOf(x float64) string {
	if n := math.Round(x); n < 0 {
		return fmt.Sprintf("%.0f fewer", -n)
	} else {
		return fmt.Sprintf("%.0f more", n)
	}
}
