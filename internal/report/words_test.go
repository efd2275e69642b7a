package report

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// says and silent look for words in a report, and name only these where it has them not, or has.
func says(t *testing.T, report, words string, why ...any) {
	t.Helper()
	if !strings.Contains(report, words) {
		assert.Fail(t, "the report does not say: "+words, why...)
	}
}

func silent(t *testing.T, report, words string, why ...any) {
	t.Helper()
	if i := strings.Index(report, words); i >= 0 {
		assert.Fail(t, "the report says: "+report[max(0, i-60):min(len(report), i+len(words)+60)], why...)
	}
}

// concluding are the sentences that say more than a number, each with what it takes.
var concluding = map[string]string{
	"A guess: in a run this short the rate": "locked copies end lower with " +
		"higher rates",
	"has no more capacity than the small network":                      "the lock held",
	"stays locked in every seed. The first":                            "the lock held",
	"the copy can compute nothing that the small network could not":    "the lock held",
	"A guess at why the paper's gains more":                            "the copy gains less than the paper's",
	"A guess: random neurons differ from the first step on":            "random pairs end lower",
	"at exactly 2x the factor leaves the function of copies as it was": "there was no rise",
	"here they answer less":                                            "the ratio falls",
	"So what the widened run has going for it":                         "it ends higher than from scratch",
	"In the search below, with β2 0.95, the difference is clear where": "early candidates are clear and the " +
		"late one is not",
	"All the others lie below that of the default experiment, by their":       "so they do",
	"With the paper's β2 the asymmetric reset alone does not show clearly in": "it does not",
}

// shaped are runs in which everything is as the sentences say, or in no way so.
func shaped(t *testing.T, as bool, change ...func(*reproduce.Result)) string {
	sign := reproduce.Number(1)
	if !as {
		sign = -1
	}
	f := made(t, About{Seeds: 6}, func(r *reproduce.Result) {
		r.ValLossAfter = r.ValLossBefore + 0.3*(1-sign)
		if !as {
			r.MaxUnlocked = 1
		}
		r.RatiosAfter[1] = r.RatiosBefore[1] * (1 - 0.2*sign)
		for i := range r.Pairs {
			r.Pairs[i].Weight = 0.9
		}
	})
	for _, s := range f.Settings {
		for _, seed := range f.Results.Seeds(s) {
			noise := reproduce.Number(seed%2) * 0.001
			for _, r := range f.Results.Arms(s, seed) {
				r.FinalValLoss = 1.7 + noise*reproduce.Number(len(r.Key)%3)
			}
			move := func(arm string, by reproduce.Number) {
				if r, ok := f.Results.Of(s, seed, arm); ok {
					r.FinalValLoss += by * sign
				}
			}
			move(reproduce.CopyRewarmAll, -0.02)
			move(reproduce.Copy, 0.05*(sign-1))
			move(reproduce.SignalArms("inner")[2].Key, -0.1)
			move(reproduce.Sparkling, 0.03)
		}
	}
	for _, c := range append(f.Candidates, f.Confirm()...) {
		late := c.ID == "search default"
		for _, seed := range f.Results.Seeds(c.Setting) {
			for _, r := range f.Results.Arms(c.Setting, seed) {
				r.FinalValLoss = 1.7 + reproduce.Number(seed%2)*0.0001*reproduce.Number(len(r.Key)%3)
				if r.Key == reproduce.Asym && late != as {
					r.FinalValLoss -= 0.03
				}
			}
		}
	}
	f.visit(f.Results, func(_ reproduce.Setting, _ uint64, r *reproduce.Result) {
		for _, c := range change {
			c(r)
		}
	})
	return string(written(t, f, "report.md"))
}

func TestEveryConclusionFollowsFromTheNumbers(t *testing.T) {
	yes, no := shaped(t, true), shaped(t, false)
	for s, why := range concluding {
		says(t, yes, s, why)
		silent(t, no, s, "not true: "+why)
	}
}

func TestAReportSpeaksOfNothingThatWasNotRun(t *testing.T) {
	for _, c := range reproduce.Claims() {
		s := string(written(t, made(t, About{Seeds: 3, Claims: []string{c.ID}}), "report.md"))
		silent(t, strings.ReplaceAll(s, counts(), ""), "search", c.ID)
		for _, other := range reproduce.Claims() {
			if other.ID != c.ID {
				silent(t, s, other.Title, c.ID)
			}
		}
	}
	s := string(written(t, made(t, About{Seeds: 3, Claims: []string{"search"}}), "report.md"))
	silent(t, s, "In short")
}

func TestAQuickReportConcludesNothing(t *testing.T) {
	s := string(written(t, made(t, About{Seeds: 2, Quick: true}), "report.md"))
	says(t, s, "say nothing about the paper")
	says(t, s, "--quick --seeds 2")
	for _, bad := range []string{"guess", "Agrees", "Disagrees", "1000 steps", "500", "What explains it"} {
		silent(t, s, bad)
	}
}

// Seeds that were added when verdicts had been seen are said, with what that does to the intervals, and the planned
// ones are judged by themselves.
func TestAddedSeedsAreSaidAndThePlannedJudgedAlone(t *testing.T) {
	f := made(t, About{Seeds: 4, Tasks: []string{"text"}, Looked: looks{"text": {2, 3, 7}}})
	for _, s := range f.Settings { // the first two seeds say nothing, all four that it is lower
		for _, seed := range f.Results.Seeds(s) {
			for _, r := range f.Results.Arms(s, seed) {
				r.FinalValLoss = 1.7
			}
			r, _ := f.Results.Of(s, seed, reproduce.Asym)
			r.FinalValLoss = 1.6 + 0.01*reproduce.Number(seed%2)
		}
	}
	for name, s := range map[string]string{"report.md": string(written(t, f, "report.md")),
		"index.html": string(written(t, f, "index.html"))} {
		says(t, s, "2 of the 4 seeds were planned", name)
		says(t, s, "seen again with 3 and 4.", name)
		says(t, s, "looks 3 times", name)
		says(t, s, "in up to 15 of 100 cases, not 5", name)
	}
	planned := 0
	for _, row := range f.judgements(f.Results.First(2)) {
		for k := range row {
			if all := reproduce.Judge(row[k].Claim, row[k].Setting, f.Results); all.Verdict != row[k].Verdict {
				planned++
			}
		}
	}
	assert.Positive(t, planned)
	s := string(written(t, f, "report.md"))
	assert.Equal(t, planned, len(regexp.MustCompile(`\(2 planned seeds: \d of \d, [a-z ]+\)`).FindAllString(s, -1)),
		"each has its verdict of the planned seeds beside it")
	s = string(written(t, made(t, About{Seeds: 4}), "report.md"))
	says(t, s, "Facts: all 4 seeds were planned before the first of these runs.")
	silent(t, s, "seeds were planned;", "where none were added there is nothing else to say")
}

// The rule for correlations is not that of differences: it is printed, its bound is named where it is used, and a weak
// relation is called one.
func TestTheRuleForCorrelationsIsPrintedWithThem(t *testing.T) {
	f := made(t, About{Seeds: 3, Claims: []string{"3c"}})
	c := f.Claims[0]
	for _, s := range f.Settings {
		for _, seed := range f.Results.Seeds(s) {
			// ρ = 1 − 6·Σd²/(n(n²−1)) of a cyclic shift by three of ten: 1 − 6·(7·9 + 3·49)/990
			for i, a := range c.Parts[0].Arms {
				r, _ := f.Results.Of(s, seed, a)
				r.ValLossAfter, r.FinalValLoss = r.ValLossBefore+reproduce.Number(float32(i)),
					reproduce.Number(float32(i+3)*0.01)
				if i >= 7 {
					r.FinalValLoss -= 0.1
				}
			}
			// The seeds differ in one exchange.
			a, _ := f.Results.Of(s, seed, c.Parts[0].Arms[0])
			b, _ := f.Results.Of(s, seed, c.Parts[0].Arms[seed])
			a.FinalValLoss, b.FinalValLoss = b.FinalValLoss, a.FinalValLoss
		}
	}
	x := f.Judgements()[0][0].Findings[0]
	s := string(written(t, f, "report.md"))
	says(t, s, reproduce.WithinText)
	says(t, s, "by the rule is between −0.5 and +0.5")
	assert.Equal(t, reproduce.Reproduces, x.Verdict)
	if assert.True(t, x.Weak(), "%+v", x) {
		says(t, s, ": agrees (a weak relation, but one)")
		says(t, s, "the relation is weak, but not zero")
	}
	silent(t, string(written(t, made(t, About{Seeds: 3, Claims: []string{"2"}}), "report.md")), "rank correlation")
}

func TestAsidesAreDrawnAsAsides(t *testing.T) {
	f := made(t, About{Seeds: 3, Claims: []string{"3a"}})
	page := string(written(t, f, "index.html"))
	assert.Equal(t, len(f.Settings), strings.Count(page, `<span class="aside">aside</span>`))
	says(t, page, "Ring, dashed: aside, not counted.")
	says(t, string(written(t, f, "claim-3a.svg")), "stroke-dasharray")
	f = made(t, About{Seeds: 3, Claims: []string{"3b"}})
	silent(t, string(written(t, f, "index.html")), "aside\">")
	silent(t, string(written(t, f, "index.html")), "Ring, dashed")
	silent(t, string(written(t, f, "claim-3b.svg")), "stroke-dasharray")
}
