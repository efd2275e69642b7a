package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
)

// explain says what the runs themselves say about why. A sentence that concludes something stands only where these runs
// bear it: the interval of the difference that it is about lies on one side in every setting, or the lock that it
// builds on held in every seed.
func (f Findings) explain(d *document) {
	var said []block
	for _, kind := range f.tasks() {
		var why list
		on := f.on(kind)
		for _, e := range []func() string{on.whyBeta2, on.whyRewarm, on.whyBeyond, on.whyCopy, on.whyRandom,
			on.whySignal, on.whyCompute} {
			if s := e(); s != "" {
				why = append(why, s)
			}
		}
		if len(why) > 0 {
			said = append(said, text("**"+reproduce.TaskTitle(kind)+".** "+on.unit()), why)
		}
	}
	if len(said) > 0 {
		d.add(heading("What explains it"), text("Each line gives numbers of these runs; what is a guess is called "+
			"one. Differences are paired, mean ± standard error over seeds."))
		d.add(said...)
	}
}

// unit says of what losses are.
func (f Findings) unit() string {
	return "Losses are in nats " + f.base().Task.Words().Unit + "."
}

// base is the experiment of the first setting, whose steps and widths the others of its task have.
func (f Findings) base() experiment.Experiment { return f.Settings[0].Experiment() }

// paperSteps is about how many updates the paper's runs have.
const paperSteps = 63600

// longer is how many times as many updates the paper's runs have.
func (f Findings) longer() string {
	return fmt.Sprintf("about %.0f times as many", paperSteps/float64(f.base().Steps))
}

// each writes the difference of two arms in every setting that has it; it is empty where none has.
func (f Findings) each(a, b string) string {
	var out []string
	for _, s := range f.Settings {
		if e := reproduce.Difference(f.Results, s, a, b); e.N > 0 {
			in := s.Name
			if known := knownMore(statistics.Estimated(reproduce.MoreKnown(f.Results, s, a, b))); known != "" {
				in += "; " + known
			}
			out = append(out, fmt.Sprintf("%s (%s)", estimate(e), in))
		}
	}
	return strings.Join(out, ", ")
}

// side is −1 where arm a ends lower than arm b in every setting that has both, by the interval of each; 1 where it ends
// higher; else 0.
func (f Findings) side(a, b string) int {
	lower, higher, of := f.tally(a, b)
	switch {
	case of > 0 && lower == of:
		return -1
	case of > 0 && higher == of:
		return 1
	}
	return 0
}

// locked reports whether no original ever differed from its copy, in any setting and seed that has the arm.
func (f Findings) locked(arm string) bool {
	of := 0
	for _, s := range f.Settings {
		for _, seed := range f.Results.Seeds(s) {
			r, ok := f.Results.Of(s, seed, arm)
			if !ok {
				continue
			}
			of++
			if r.Failed != "" || len(r.Pairs) == 0 || r.MaxUnlocked > 0 {
				return false
			}
		}
	}
	return of > 0
}

func (f Findings) whyBeta2() string {
	cosines := f.cosines(reproduce.Asym)
	if cosines == "" {
		return ""
	}
	e := f.base()
	return fmt.Sprintf("**The push of the reset.** An emptied state makes the copies' first updates larger, because "+
		"Adam's bias correction does not restart: at step %d by up to %.1f with β2 0.999, but only by %.2f with "+
		"0.95, as long as the gradient stays the same. At the end of *Asymmetric reset* the weight cosine of "+
		"originals and copies is %s. Asymmetric reset − Copy is %s.", e.Fork(),
		Burst(e.Optimizer.Beta1, 0.999, e.Fork()),
		Burst(e.Optimizer.Beta1, 0.95, e.Fork()), cosines, f.each(reproduce.Asym, reproduce.Copy)) + f.early()
}

// cosines writes the weight cosine of originals and copies at an arm's end, in every setting that has it.
func (f Findings) cosines(arm string) string {
	var out []string
	for _, s := range f.Settings {
		if e := statistics.Estimated(f.Results.Values(s, arm, (*reproduce.Result).WeightCosine)); e.N > 0 {
			out = append(out, fmt.Sprintf("%s (%s)", cosine(e), s.Name))
		}
	}
	return strings.Join(out, ", ")
}

// cosine writes a mean cosine.
func cosine(e statistics.Estimate) string {
	e.Err = math.NaN() // only the mean
	return around(e, func(x float64) string { return digit("%.3f", x) })
}

// Burst is the largest update of an emptied Adam state after a widening at a step, over that of a settled one under the
// same constant gradient.
func Burst(beta1, beta2 float64, at int) float64 {
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
	s := "**Higher rates with no symmetry broken.** "
	locked := f.locked(reproduce.CopyRewarmAll)
	if locked {
		s += "*Copy, re-warm all* stays locked bit for bit in every seed, so that it has no more capacity than the " +
			"small network; all it has is more learning rate. "
	}
	s += "Copy, re-warm all − Copy is " + d + "."
	if locked && f.side(reproduce.CopyRewarmAll, reproduce.Copy) < 0 {
		s += " A guess: in a run this short the rate of the second half is below the best one, and whatever raises " +
			"it lowers the loss."
	}
	if d := f.each(reproduce.RewarmAll, reproduce.Sparkling); d != "" {
		s += " Re-warm all − SPARKLING is " + d + "; the paper, whose run has " + f.longer() +
			" steps, has +0.0040 (Table 7)."
	}
	return s
}

func (f Findings) whyBeyond() string {
	d := f.each(reproduce.RewarmAll, reproduce.CopyRewarmAll)
	if d == "" {
		return ""
	}
	s := "**The broken symmetry by itself.** *Re-warm all* and *Copy, re-warm all* have the same rates; the first " +
		"resets its states asymmetrically, the second copies them"
	if f.locked(reproduce.CopyRewarmAll) {
		s += " and stays locked in every seed"
	}
	return s + ". The first − the second is " + d + "."
}

func (f Findings) whyCopy() string {
	d := f.each(reproduce.Copy, reproduce.Small)
	if d == "" {
		return ""
	}
	s := "**Copy against the small network** is " + d + "; in the paper the naive copy ends 0.0397 below the small " +
		"network (Table 1)."
	if !f.locked(reproduce.Copy) {
		return s
	}
	s += " Here the lock is exact to the bit in every seed, so the copy can compute nothing that the small network " +
		"could not; all that differs is how far an update moves it."
	if f.Settings[0].Counts() { // the paper has no facts to compare with
		return s
	}
	for _, x := range f.Settings {
		if low, _ := reproduce.Difference(f.Results, x, reproduce.Copy,
			reproduce.Small).Interval(reproduce.Confidence); low <= -0.0397 {
			return s
		}
	}
	return s + " A guess at why the paper's gains more: sums in low precision on many machines do not keep a lock " +
		"exactly, and over 100 billion tokens a little is enough."
}

func (f Findings) whyRandom() string {
	arms := reproduce.SignalArms(model.Inner)
	d := f.each(arms[2].Key, arms[0].Key)
	if d == "" {
		return ""
	}
	s := "**Random pairs against copies,** both under the whole recipe: random-random − copy-copy is " + d +
		". In the paper's Table 6, which has other random pairs, copy-copy ends lowest."
	if e := f.base(); f.side(arms[2].Key, arms[0].Key) < 0 {
		s += fmt.Sprintf(" A guess: random neurons differ from the first step on, while copies have to come apart "+
			"first, and have %d steps for it where the paper has %s.", e.Steps-e.Fork(), f.longer())
	}
	return s
}

func (f Findings) whySignal() string {
	inner, joint := reproduce.SignalArms(model.Inner), reproduce.SignalArms(model.Joint)
	without, with := f.rise(inner[1].Key), f.rise(inner[0].Key)
	if without.N == 0 || with.N == 0 {
		return ""
	}
	s := fmt.Sprintf("**The signal** (%s). Right after the widening of copies at Inner 2x the loss rises by %s "+
		"without the factor, and by %s with it", f.Settings[0].Name, estimate(without), estimate(with))
	if math.Abs(with.Mean) < 1e-4 {
		s += ": at exactly 2x the factor leaves the function of copies as it was"
	}
	s += "."
	if both := f.rise(joint[1].Key); both.N > 0 {
		s += fmt.Sprintf(" On both axes it rises by %s without the factor.", estimate(both))
	}
	left, all := f.kept(inner[2].Key), f.kept(inner[3].Key)
	if left.N < 2 || all.N < 2 || left.NonFinite+all.NonFinite > 0 {
		return s
	}
	s += fmt.Sprintf(" Of what the first layer's experts add, over what enters them, %.2f is left right after "+
		"random-random with the factor, and %.2f without it. The factor takes random neurons to answer as strongly "+
		"as trained ones of the same weights' RMS, and then keeps all of it", left.Mean, all.Mean)
	if low, high := left.Interval(reproduce.Confidence); high < 1 {
		s += "; here they answer less"
	} else if low > 1 {
		s += "; here they answer more"
	}
	return s + "."
}

// rise is that of the loss at the widening of an arm, in the first setting.
func (f Findings) rise(arm string) statistics.Estimate {
	return statistics.Estimated(f.Results.Values(f.Settings[0], arm, (*reproduce.Result).Spike))
}

// kept is the ratio of the first layer's experts just after the widening over that just before, in the first setting.
func (f Findings) kept(arm string) statistics.Estimate {
	return statistics.Estimated(f.Results.Values(f.Settings[0], arm, func(r *reproduce.Result) float64 {
		if len(r.RatiosBefore) < 2 || len(r.RatiosAfter) < 2 {
			return math.NaN()
		}
		return float64(r.RatiosAfter[1] / r.RatiosBefore[1])
	}))
}

func (f Findings) whyCompute() string {
	d := f.each(reproduce.Sparkling, reproduce.Scratch)
	if d == "" {
		return ""
	}
	s := "**Compute.** At the same number of steps SPARKLING − the wide network from scratch is " + d +
		"; the paper has +0.0057."
	if f.side(reproduce.Sparkling, reproduce.Scratch) > 0 {
		s += " So what the widened run has going for it at equal compute is not that it learns better in a step, but " +
			"that the steps of its first half are cheap."
	}
	equal := reproduce.ComputeArms()[1].Key
	d = f.each(reproduce.Sparkling, equal)
	if d == "" {
		return s
	}
	return s + " SPARKLING − from scratch at equal compute, Inner 2x, is " + d + ", and the weight cosine of " +
		"originals and copies at SPARKLING's end is " + f.cosines(reproduce.Sparkling) + "."
}
