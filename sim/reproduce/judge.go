package reproduce

import (
	"math"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/statistics"
)

// Verdict says what the runs say about a claim.
type Verdict string

// The verdicts.
const (
	Reproduces  Verdict = "reproduces"
	DoesNot     Verdict = "does not reproduce"
	NotResolved Verdict = "not resolved"
	NotMeasured Verdict = "not measured"
	Aside       Verdict = "aside" // of a part that is shown, but not counted
)

// Word is what a verdict is called beside the paper's claim. Files keep the verdict itself, for who reads them.
func (v Verdict) Word() string {
	switch v {
	case Reproduces:
		return "agrees"
	case DoesNot:
		return "disagrees"
	case NotResolved:
		return "open"
	}
	return string(v)
}

// Confidence is that of a whole claim. A claim of m parts is judged on intervals of 1 − (1−Confidence)/m each
// (Bonferroni), so that one unlucky part among many does not decide it.
const Confidence = 0.95

// Kind is what a part of a claim says of its values, one a seed.
type Kind int

// The kinds of parts.
const (
	Below  Kind = iota // the mean is below 0: a paired difference, "this arm ends lower than that one"
	Zero               // every value is exactly 0
	Within             // the mean lies between −Bound and Bound
)

// RuleText is the rule in words, for the report.
const RuleText = "Each part of a claim is one number a seed, mostly a paired difference: two arms with the same " +
	"seed, the same batches and the same small phase. Student's t interval of its mean is taken at 95 % for the " +
	"claim as a whole (Bonferroni over the parts of the claim). A difference *agrees* where the whole interval lies " +
	"on the side of zero that the paper says, *disagrees* where all of it lies on the other side, and is *open* " +
	"where it holds zero. A claim agrees where all its parts do, disagrees where one does, and is open otherwise. " +
	"The CSV files call the three *reproduces*, *does not reproduce* and *not resolved*. Exact parts allow no " +
	"tolerance at all. What is marked *aside* is shown but does not count. A part that a diverged " +
	"run enters is *not measured*, and not judged by the seeds that are left; this sentence was added " +
	"after the verdicts, when no run had diverged, and changes none."

// WithinText is the rule of the parts that are [Within] a bound, in words, for the report: why it is another one, and
// when that was written. The sentences that it needs are those of the correlation of rises and final losses, the only
// such part.
const WithinText = "**Another rule for the rank correlations.** That the rise *does not predict* the final loss says " +
	"that something is not there, and no number of runs shows a relation to be exactly nil. So the limit is not zero " +
	"but the size from which on the rise would be a guide to the final loss: a rank correlation of 0.5 either way, " +
	"where the ranks of one account for a quarter of the variance of the ranks of the other and leave three quarters " +
	"open. Such a part agrees where the whole interval of the mean correlation lies between −0.5 and +0.5, " +
	"disagrees where all of it lies beyond one of them, and is open where it holds one. A correlation can " +
	"therefore lie clearly off zero and the claim stand: then there is a relation, but a weak one, and the report " +
	"calls it so. The program that made the runs of the first report had this bound already, but its rule in words " +
	"did not; these sentences were written when the verdicts of that report had been seen."

// Finding is what the runs say about one part of a claim.
type Finding struct {
	Part Part
	statistics.Estimate
	Low, High float64             // interval; meaningless for Zero
	Each      []float64           // by seed, those that are numbers
	Seeds     []uint64            // of the values that are lost: a run of theirs has diverged
	Known     statistics.Estimate // the same of right answers, of no value where they are not counted
	Verdict   Verdict
}

// value is the number of a part with a seed, NaN or infinite where a run that it needs has diverged.
type value struct {
	seed uint64
	is   float64
}

// judge applies the rule to the values of a part, of which a claim has parts. A part with a lost value has no verdict:
// those seeds that are left are not the ones that were asked for, and what was lost is not like them.
func judge(p Part, values []value, parts int) Finding {
	f := Finding{Part: p, Estimate: statistics.Estimated(numbers(values)), Known: statistics.Estimated(nil),
		Verdict: NotResolved}
	for _, v := range values {
		if record.Finite(v.is) {
			f.Each = append(f.Each, v.is)
		} else {
			f.Seeds = append(f.Seeds, v.seed)
		}
	}
	f.Low, f.High = f.Interval(1 - (1-Confidence)/float64(parts))
	switch {
	case f.N == 0 || f.NonFinite > 0:
		f.Verdict = NotMeasured
	case p.Aside:
		f.Verdict = Aside
	case p.Kind == Zero:
		f.Verdict = Reproduces
		for _, v := range f.Each {
			if v != 0 {
				f.Verdict = DoesNot
			}
		}
	case p.Kind == Below && f.High < 0, p.Kind == Within && -p.Bound < f.Low && f.High < p.Bound:
		f.Verdict = Reproduces
	case p.Kind == Below && f.Low > 0, p.Kind == Within && (f.Low > p.Bound || f.High < -p.Bound):
		f.Verdict = DoesNot
	}
	return f
}

// Weak reports whether a correlation that is not one to go by differs from zero all the same: what is judged against a
// bound can do both.
func (f Finding) Weak() bool {
	return f.Part.Kind == Within && f.Verdict == Reproduces && (f.Low > 0 || f.High < 0)
}

// overall is the verdict on a claim from those on the parts that count.
func overall(findings []Finding) Verdict {
	v := NotMeasured
	for _, f := range findings {
		switch {
		case f.Part.Aside:
		case f.Verdict == DoesNot:
			return DoesNot
		case v == NotMeasured || v == Reproduces:
			v = f.Verdict
		}
	}
	for _, f := range findings {
		if !f.Part.Aside && f.Verdict == NotMeasured {
			return NotMeasured
		}
	}
	return v
}

// Judgement is the finding of a whole claim in one setting.
type Judgement struct {
	Claim    Claim
	Setting  Setting
	Findings []Finding
	Verdict  Verdict
}

// Judge holds a claim up against the results of one setting.
func Judge(c Claim, s Setting, r *Results) Judgement {
	j := Judgement{Claim: c, Setting: s}
	counted := 0
	for _, p := range c.Parts {
		if !p.Aside {
			counted++
		}
	}
	for _, p := range c.Parts {
		f := judge(p, p.values(r, s), max(counted, 1))
		if p.Known != nil && s.Counts() {
			p.Value = p.Known
			f.Known = statistics.Estimated(numbers(p.values(r, s)))
		}
		j.Findings = append(j.Findings, f)
	}
	j.Verdict = overall(j.Findings)
	return j
}

// values are the numbers of a part by seed, but where a run that it needs is missing.
func (p Part) values(r *Results, s Setting) []value {
	var out []value
seeds:
	for _, seed := range r.Seeds(s) {
		arms := make([]*Result, len(p.Arms))
		diverged := false
		for i, a := range p.Arms {
			res, ok := r.Of(s, seed, a)
			if !ok {
				continue seeds
			}
			arms[i], diverged = res, diverged || res.Failed != ""
		}
		v := value{seed, math.NaN()}
		if !diverged {
			v.is = p.Value(arms)
		}
		out = append(out, v)
	}
	return out
}

func numbers(values []value) []float64 {
	var out []float64
	for _, v := range values {
		out = append(out, v.is)
	}
	return out
}

// Difference is by how much arm a ends lower (negative) or higher than arm b, over the seeds that have both.
func Difference(r *Results, s Setting, a, b string) statistics.Estimate {
	return statistics.Estimated(numbers(lower("", a, b).values(r, s)))
}

// MoreKnown are by how many right answers more arm a ends than arm b, by seed, where both are there and counted.
func MoreKnown(r *Results, s Setting, a, b string) []float64 {
	if !s.Counts() {
		return nil
	}
	p := lower("", a, b)
	p.Value = p.Known
	return numbers(p.values(r, s))
}
