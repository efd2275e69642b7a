package lecture

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/report"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
)

// lossDigits are those that losses have after the point, in nats.
const lossDigits = 4

// ofReport are the numbers of the report. SETTING is the id of one, ARM the key of an arm there, with which an arm that
// copies both sides may leave copy-copy/ out.
func (n *Numbers) ofReport() map[string]slot {
	return map[string]slot{
		"seeds":      {"SETTING", n.seeds},
		"planned":    {"SETTING", n.planned},
		"ends":       {"SETTING ARM", n.mean(lossDigits, (*reproduce.Result).FinalLoss)},
		"ends-known": {"SETTING ARM", n.mean(0, (*reproduce.Result).Known)},
		"rise":       {"SETTING ARM", n.mean(lossDigits, (*reproduce.Result).Spike)},
		"cosine":     {"SETTING ARM", n.mean(3, (*reproduce.Result).WeightCosine)},
		"locked":     {"SETTING ARM", n.locked},
		"difference": {"SETTING ARM ARM [mean|size|interval|negative]", n.paired(lossDigits, n.lower)},
		"more":       {"SETTING ARM ARM [mean|size|interval|positive]", n.paired(0, n.known)},
		"part":       {"SETTING CLAIM NUMBER [mean|interval|verdict|mark]", n.part},
		"verdict":    {"SETTING CLAIM", n.verdict},
		"verdicts":   {"agrees|disagrees|open|all [CLAIM]", n.verdicts},
		"claims":     {"", func([]string) (string, error) { return strconv.Itoa(len(n.findings.Claims)), nil }},
		"holds":      {"SETTING,… ARM below|above|undecided ARM", n.holds},
		"judged":     {"SETTING,… CLAIM[/PART] agrees|disagrees|open", n.ruled},
		"burst":      {"BETA2 EXPERIMENT", burst},
	}
}

func (n *Numbers) setting(id string) (reproduce.Setting, error) {
	of := map[string]reproduce.Setting{}
	for _, s := range n.findings.Settings {
		of[s.ID] = s
	}
	return choose("setting", id, of)
}

// names are short ones of arms whose keys have spaces.
var names = map[string]string{
	"copy-rewarm-new": reproduce.CopyRewarmNew, "copy-rewarm-all": reproduce.CopyRewarmAll,
}

// arm is the key of an arm that a setting has runs of.
func (n *Numbers) arm(s reproduce.Setting, name string) (string, error) {
	of := map[string]string{}
	for _, seed := range n.findings.Results.Seeds(s) {
		for _, r := range n.findings.Results.Arms(s, seed) {
			of[r.Key] = r.Key
		}
	}
	for _, key := range []string{name, "copy-copy/" + name, names[name]} {
		if _, ok := of[key]; ok {
			return key, nil
		}
	}
	return choose("arm", name, of)
}

func (n *Numbers) seeds(args []string) (string, error) {
	s, err := n.setting(args[0])
	return strconv.Itoa(len(n.findings.Results.Seeds(s))), err
}

// planned is how many of the seeds were settled before any verdict had been seen.
func (n *Numbers) planned(args []string) (string, error) {
	s, err := n.setting(args[0])
	all := len(n.findings.Results.Seeds(s))
	if looked := n.findings.Looked[s.Task]; len(looked) > 0 {
		all = looked[0]
	}
	return strconv.Itoa(all), err
}

// values are a number of an arm by seed.
func (n *Numbers) values(setting, arm string, of func(*reproduce.Result) float64) ([]float64, error) {
	s, err := n.setting(setting)
	if err != nil {
		return nil, err
	}
	key, err := n.arm(s, arm)
	return n.findings.Results.Values(s, key, of), err
}

// mean is that of a number of an arm over the seeds.
func (n *Numbers) mean(digits int, of func(*reproduce.Result) float64) func([]string) (string, error) {
	return func(args []string) (string, error) {
		each, err := n.values(args[0], args[1], of)
		if err != nil {
			return "", err
		}
		return decimal(statistics.Estimated(each).Mean, digits)
	}
}

// locked counts the seeds in which no pair of an arm ever differed in a weight or a gradient.
func (n *Numbers) locked(args []string) (string, error) {
	each, err := n.values(args[0], args[1], func(r *reproduce.Result) float64 {
		if len(r.Pairs) == 0 {
			return math.NaN()
		}
		return float64(r.MaxUnlocked)
	})
	locked := 0
	for _, x := range each {
		if math.IsNaN(x) {
			return "", fmt.Errorf("the pairs of %s were not measured", args[1])
		}
		if x == 0 {
			locked++
		}
	}
	return fmt.Sprintf("%d of %d", locked, len(each)), err
}

// lower is by how much one arm ends lower than another, by seed.
func (n *Numbers) lower(s reproduce.Setting, a, b string) (each []float64) {
	for _, seed := range n.findings.Results.Seeds(s) {
		x, ok := n.findings.Results.Of(s, seed, a)
		y, also := n.findings.Results.Of(s, seed, b)
		if ok && also {
			each = append(each, x.FinalLoss()-y.FinalLoss())
		}
	}
	return each
}

// known is how many more facts one arm knows than another, by seed.
func (n *Numbers) known(s reproduce.Setting, a, b string) []float64 {
	return reproduce.MoreKnown(n.findings.Results, s, a, b)
}

// compared are the differences of two arms by seed.
func (n *Numbers) compared(setting, a, b string,
	of func(reproduce.Setting, string, string) []float64) ([]float64, error) {
	s, err := n.setting(setting)
	if err != nil {
		return nil, err
	}
	a, err = n.arm(s, a)
	if err != nil {
		return nil, err
	}
	b, err = n.arm(s, b)
	return of(s, a, b), err
}

// paired is a mean difference of two arms over the seeds, with the 95 % interval of that one difference. Size is the
// mean without its sign; positive and negative count the seeds with that sign.
func (n *Numbers) paired(digits int, of func(reproduce.Setting, string, string) []float64) func([]string) (string,
	error) {
	return func(args []string) (string, error) {
		each, err := n.compared(args[0], args[1], args[2], of)
		if err != nil {
			return "", err
		}
		e := statistics.Estimated(each)
		low, high := e.Interval(reproduce.Confidence)
		count := func(sign float64) (string, error) {
			k := 0
			for _, x := range each {
				if x*sign > 0 {
					k++
				}
			}
			return strconv.Itoa(k), nil
		}
		return measured(e.Mean, low, high, digits, args[3:], map[string]func() (string, error){
			"positive": func() (string, error) { return count(1) },
			"negative": func() (string, error) { return count(-1) },
		})
	}
}

// measured writes a mean and its interval, or of these what is asked for.
func measured(mean, low, high float64, digits int, what []string,
	also map[string]func() (string, error)) (string, error) {
	m, err := signed(mean, digits)
	if err != nil {
		return "", err
	}
	l, err := signed(low, digits)
	if err != nil {
		return "", err
	}
	h, err := signed(high, digits)
	if err != nil {
		return "", err
	}
	if len(what) == 0 {
		return fmt.Sprintf("%s (%s to %s)", m, l, h), nil
	}
	of := map[string]func() (string, error){
		"mean":     func() (string, error) { return m, nil },
		"size":     func() (string, error) { return decimal(math.Abs(mean), digits) },
		"interval": func() (string, error) { return l + " to " + h, nil },
	}
	for k, f := range also {
		of[k] = f
	}
	f, err := choose("number of a difference", what[0], of)
	if err != nil {
		return "", err
	}
	return f()
}

// judged is a claim in a setting, as the report judges it.
func (n *Numbers) judged(setting, id string) (reproduce.Judgement, error) {
	s, err := n.setting(setting)
	if err != nil {
		return reproduce.Judgement{}, err
	}
	of := map[string]reproduce.Claim{}
	for _, c := range n.findings.Claims {
		of[c.ID] = c
	}
	c, err := choose("claim", id, of)
	if err != nil {
		return reproduce.Judgement{}, err
	}
	return reproduce.Judge(c, s, n.findings.Results), nil
}

// part is one part of a claim, from 1, with the interval by which the report judges it, which is wider than that of one
// difference alone.
func (n *Numbers) part(args []string) (string, error) {
	j, err := n.judged(args[0], args[1])
	if err != nil {
		return "", err
	}
	f, err := finding(j, args[2])
	if err != nil {
		return "", err
	}
	return measured(f.Mean, f.Low, f.High, lossDigits, args[3:], map[string]func() (string, error){
		"verdict": func() (string, error) { return f.Verdict.Word(), nil },
		"mark":    func() (string, error) { return choose("mark", string(f.Verdict), marks) },
	})
}

// marks are those of the report's figures.
var marks = map[string]string{
	string(reproduce.Reproduces): "◆", string(reproduce.DoesNot): "■", string(reproduce.NotResolved): "○",
}

func (n *Numbers) verdict(args []string) (string, error) {
	j, err := n.judged(args[0], args[1])
	return j.Verdict.Word(), err
}

// verdicts counts those of a word over all settings, on one claim or on all.
func (n *Numbers) verdicts(args []string) (string, error) {
	of := map[string]int{}
	for _, word := range []reproduce.Verdict{reproduce.Reproduces, reproduce.DoesNot, reproduce.NotResolved} {
		of[word.Word()] = 0
	}
	all := 0
	for _, c := range n.findings.Claims {
		if len(args) > 1 && c.ID != args[1] {
			continue
		}
		for _, s := range n.findings.Settings {
			of[reproduce.Judge(c, s, n.findings.Results).Verdict.Word()]++
			all++
		}
	}
	if all == 0 {
		return "", fmt.Errorf("there is no claim %s", args[1])
	}
	of["all"] = all
	k, err := choose("verdict", args[0], of)
	return record.Thousands(k), err
}

// holds is nothing where an arm ends below or above another, by the 95 % interval of their difference, or where that
// interval does not decide it, in each of some settings; else it errs, so that a sentence that the runs no longer bear
// is found.
func (n *Numbers) holds(args []string) (string, error) {
	if _, err := choose("relation", args[2], map[string]int{"below": 0, "above": 0, "undecided": 0}); err != nil {
		return "", err
	}
	for setting := range strings.SplitSeq(args[0], ",") {
		each, err := n.compared(setting, args[1], args[3], n.lower)
		if err != nil {
			return "", err
		}
		low, high := statistics.Estimated(each).Interval(reproduce.Confidence)
		is := "undecided"
		switch {
		case high < 0:
			is = "below"
		case low > 0:
			is = "above"
		}
		if is != args[2] {
			return "", fmt.Errorf("it does not hold: in %s %s is %s %s, %.4f to %.4f", setting, args[1], is, args[3],
				low, high)
		}
	}
	return "", nil
}

// burst is by how much larger than settled ones the updates of an emptied Adam state may be, after the widening of an
// experiment and under a constant gradient.
func burst(args []string) (string, error) {
	e, err := experiment.Named(args[1])
	if err != nil {
		return "", err
	}
	beta2, err := strconv.ParseFloat(args[0], 64)
	if err != nil || !(beta2 > 0 && beta2 < 1) {
		return "", fmt.Errorf("%s is no β2; allowed are values between 0 and 1", args[0])
	}
	return decimal(report.Burst(e.Optimizer.Beta1, beta2, e.Fork()), 2)
}
