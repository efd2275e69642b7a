package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// conclude sorts the claims by what became of them, and names the parts that decided it.
func (f Findings) conclude(d *document, judged [][]reproduce.Judgement) {
	d.add(heading("What agrees, what disagrees"))
	for _, v := range []struct {
		verdict reproduce.Verdict
		words   string
	}{
		{reproduce.Reproduces, "**Agrees with the paper:**"},
		{reproduce.DoesNot, "**Disagrees with the paper,** at least in the parts that are named:"},
		{reproduce.NotResolved, "**Not resolved:** by the rule nothing is against the paper, but the parts that are named cannot be told from zero with this many seeds:"},
	} {
		var items list
		for _, row := range judged {
			var where []string
			for _, j := range row {
				if j.Verdict == v.verdict {
					where = append(where, j.Setting.Name+decided(j))
				}
			}
			if len(where) > 0 {
				items = append(items, fmt.Sprintf("**%s** %s – %s", label(row[0].Claim.ID), row[0].Claim.Title, strings.Join(where, "; ")))
			}
		}
		if len(items) > 0 {
			d.add(text(v.words), items)
		}
	}
}

// decided names the parts of a claim of several that have its verdict, where it is not that all agree.
func decided(j reproduce.Judgement) string {
	if j.Verdict == reproduce.Reproduces || len(j.Findings) == 1 {
		return ""
	}
	var parts []string
	counted := 0
	for _, x := range j.Findings {
		if x.Part.Aside {
			continue
		}
		counted++
		if x.Verdict == j.Verdict {
			parts = append(parts, partName(x.Part.Name)+" "+signed(x.Mean))
		}
	}
	if len(parts) == counted && counted > 2 {
		return " (all parts)"
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// partName is the part's name without what all parts of its claim share, and without the paper's number.
func partName(s string) string {
	s, _, _ = strings.Cut(s, ": with ")
	s, _, _ = strings.Cut(s, ": scaled ")
	s, _, _ = strings.Cut(s, ": rise, ")
	s, _, _ = strings.Cut(s, " (paper")
	return s
}

// explain says what the runs themselves say about why.
func (f Findings) explain(d *document) {
	var why list
	for _, e := range []func() string{f.whyBeta2, f.whyRewarm, f.whyBeyond, f.whyCopy, f.whyRandom, f.whySignal, f.whyCompute} {
		if s := e(); s != "" {
			why = append(why, s)
		}
	}
	if len(why) > 0 {
		d.add(heading("What explains it"), text("Each line gives numbers of these runs; what is a guess is called one. Differences are paired, mean ± standard error over seeds."), why)
	}
}

// each writes the difference of two arms in every setting that has it; it is empty where none has.
func (f Findings) each(a, b string) string {
	var out []string
	for _, s := range f.Settings {
		if e := reproduce.Difference(f.Results, s, a, b); e.N > 0 {
			out = append(out, fmt.Sprintf("%s (%s)", estimate(e), s.Name))
		}
	}
	return strings.Join(out, ", ")
}

func (f Findings) whyBeta2() string {
	cosines := f.cosines(reproduce.Asym)
	if cosines == "" {
		return ""
	}
	e := sim.Default()
	return fmt.Sprintf("**The reset pushes, and the rest of the run must let it grow.** An emptied state makes the copies' first updates larger, because Adam's bias correction does "+
		"not restart: at step %d by up to %.1f with β2 0.999, but only by %.2f with 0.95, as long as the gradient stays the same. At the end of *Asymmetric reset* the weight cosine of originals "+
		"and copies is %s, and what it gains on Copy is %s. The search below shows that the small push is enough where the widening comes early, with learning rate and steps "+
		"left to let the halves part.", e.Fork(), burst(e.Optimizer.Beta1, 0.999, e.Fork()), burst(e.Optimizer.Beta1, 0.95, e.Fork()), cosines, f.each(reproduce.Asym, reproduce.Copy))
}

// cosines writes the weight cosine of originals and copies at an arm's end, in every setting that has it.
func (f Findings) cosines(arm string) string {
	var out []string
	for _, s := range f.Settings {
		if e := reproduce.Estimated(f.Results.Values(s, arm, (*reproduce.Result).WeightCosine)); e.N > 0 {
			out = append(out, fmt.Sprintf("%.3f (%s)", e.Mean, s.Name))
		}
	}
	return strings.Join(out, ", ")
}

// burst is the largest update of an emptied Adam state after a widening at a step, over that of a settled one under the same constant gradient.
func burst(beta1, beta2 float64, at int) float64 {
	most := 0.0
	for k := 1.0; k < 1000; k++ {
		t := float64(at) + k
		m, v := (1-math.Pow(beta1, k))/(1-math.Pow(beta1, t)), (1-math.Pow(beta2, k))/(1-math.Pow(beta2, t))
		most = math.Max(most, m/math.Sqrt(v))
	}
	return most
}

func (f Findings) whyRewarm() string {
	d := f.each(reproduce.CopyRewarmAll, reproduce.Copy)
	if d == "" {
		return ""
	}
	return "**A re-warmup is worth something with no symmetry broken.** *Copy, re-warm all* stays locked bit for bit, so that it has no more capacity than the small network; all it has is more learning rate. " +
		"Copy, re-warm all − Copy is " + d + ". A guess: in a run this short the rate of the second half is below the best one, and whatever raises it looks good. Re-warm all − SPARKLING is " + f.each(reproduce.RewarmAll, reproduce.Sparkling) +
		"; the paper, whose run has sixty times as many steps, has +0.0040 (Table 7)."
}

func (f Findings) whyBeyond() string {
	d := f.each(reproduce.RewarmAll, reproduce.CopyRewarmAll)
	if d == "" {
		return ""
	}
	return "**What the broken symmetry itself is worth** is the difference between two arms with the same rates, one locked and one not: re-warm all with the asymmetric reset − with copied states is " + d + "."
}

func (f Findings) whyCopy() string {
	d := f.each(reproduce.Copy, reproduce.Small)
	if d == "" {
		return ""
	}
	return "**Copy against the small network** is " + d + "; in the paper the naive copy ends 0.0397 below the small network (Table 1). Here the lock is exact to the bit, so the copy can compute nothing " +
		"that the small network could not; all that differs is how far an update moves it. A guess: sums in low precision on many machines do not keep a lock exactly, and over 100 billion tokens a little is enough."
}

func (f Findings) whyRandom() string {
	arms := reproduce.SignalArms(model.Inner)
	d := f.each(arms[2].Key, arms[0].Key)
	if d == "" {
		return ""
	}
	return "**Random pairs against copies,** both under the whole recipe: random-random − copy-copy is " + d + ". Random neurons differ from the first step on, while copies have to come apart first, and have " +
		"500 steps for it where the paper has sixty times as many; the paper finds copies level or ahead (Table 6)."
}

func (f Findings) whySignal() string {
	inner, both := f.rises()
	if inner == "" {
		return ""
	}
	s := "**The signal.** Without the factor the rise right after the widening of copies is " + inner + " at Inner 2x"
	if both != "" {
		s += ", and " + both + " on both axes"
	}
	s += ". With copies at exactly 2x the factor leaves the function as it was, so the scaled run has no rise at all, whatever Fig. 1 says of pairs in general."
	arms := reproduce.SignalArms(model.Inner)
	with, without := f.kept(arms[2].Key), f.kept(arms[3].Key)
	if with.N == 0 || without.N == 0 {
		return s
	}
	return s + fmt.Sprintf(" With random neurons the factor does not keep the RMS of these networks: of what the first layer's experts add, over what enters them, %.2f is left right after "+
		"random-random with the factor, and %.2f without it. The rule takes random neurons to answer as strongly as trained ones of the same weights' RMS; here they answer less.", with.Mean, without.Mean)
}

// kept is the ratio of the first layer's experts just after the widening over that just before, in the first setting.
func (f Findings) kept(arm string) reproduce.Estimate {
	return reproduce.Estimated(f.Results.Values(f.Settings[0], arm, func(r *reproduce.Result) float64 {
		if len(r.RatiosAfter) < 2 {
			return math.NaN()
		}
		return float64(r.RatiosAfter[1] / r.RatiosBefore[1])
	}))
}

// rises are the mean rises of the unscaled copies in the first setting, at Inner 2x and on both axes.
func (f Findings) rises() (inner, both string) {
	write := func(arm string) string {
		e := reproduce.Estimated(f.Results.Values(f.Settings[0], arm, (*reproduce.Result).Spike))
		if e.N == 0 {
			return ""
		}
		return fmt.Sprintf("%s (%s)", estimate(e), f.Settings[0].Name)
	}
	return write(reproduce.SignalArms(model.Inner)[1].Key), write(reproduce.SignalArms(model.Joint)[1].Key)
}

func (f Findings) whyCompute() string {
	d := f.each(reproduce.Sparkling, reproduce.Scratch)
	if d == "" {
		return ""
	}
	equal := reproduce.ComputeArms()[1].Key
	return "**Compute.** At the same number of steps SPARKLING − the wide network from scratch is " + d + "; the paper has +0.0057. What the widened run has going for it at equal compute is not that it " +
		"learns better, but that half of it is cheap. At Inner 2x that decides little: SPARKLING − from scratch at equal compute is " + f.each(reproduce.Sparkling, equal) + ", and the weight cosine of originals " +
		"and copies at SPARKLING's end is " + f.cosines(reproduce.Sparkling) + ". A guess: where copies have hardly come apart, width was paid for that is not in use yet."
}
