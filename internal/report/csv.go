package report

import (
	"cmp"
	"encoding/csv"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// Names of the files that are not figures.
const (
	aboutFile  = "about.json"
	claimsFile = "claims.csv"
	runsFile   = "runs.csv"
	curvesFile = "curves.csv"
	searchFile = "search.csv"
	// earlierFile has the rows of runs.csv that an earlier report had in the place of this one's. Whoever makes runs
	// anew for a reason puts it there.
	earlierFile = "earlier.csv"
)

// stroke stands for what was measured and is no number, where nothing would stand for what was not measured.
const stroke = "-"

// num writes a number of a summary.
func num(x float64) string { return digits(x, 9, 64) }

// exact writes a number so that reading it gives the same one.
func exact(x float64) string { return digits(x, -1, 64) }

// single is exact for what was measured as a float32.
func single(x reproduce.Number) string { return digits(float64(x), -1, 32) }

// digits is empty for what is no number.
func digits(x float64, n, bits int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', n, bits)
}

// claimsCSV writes one row a setting, claim and part.
func (f Findings) claimsCSV(w io.Writer) error {
	rows := [][]string{{"claim", "setting", "part", "seeds", "nonfinite_seeds", "mean", "standard_error", "low", "high",
		"verdict", "verdict_on_claim", "known_mean", "known_standard_error"}}
	for _, row := range f.Judgements() {
		for _, j := range row {
			for _, x := range j.Findings {
				rows = append(rows, []string{j.Claim.ID, j.Setting.ID, x.Part.Name, strconv.Itoa(x.N),
					strconv.Itoa(x.NonFinite), num(x.Mean), num(x.Err), num(x.Low), num(x.High), string(x.Verdict),
					string(j.Verdict), num(x.Known.Mean), num(x.Known.Err)})
			}
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// runsHead are the columns of runs.csv. Ratios of blocks stand in one cell, with spaces between.
var runsHead = []string{
	"setting", "seed", "arm", "final_full_val_loss", "val_loss_before_widening", "val_loss_after_widening", "flops",
	"max_unlocked_pairs", "weight_cosine", "locked_pairs",
	"ratios_before", "ratios_after", "failed", "revision", "arithmetic", "right", "asked",
}

// uncountedHead is how many of them there were before right answers were counted.
const uncountedHead = 15

// runsHeadBefore are what the same columns were called in earlier reports, and valCurveBefore is the losses' row there.
var runsHeadBefore = []string{
	"setting", "seed", "arm", "final_loss", "loss_before_widening", "loss_after_widening", "flops", "open_pairs",
	"weight_cosine", "identical_pairs", "ratios_before", "ratios_after", "failed", "revision", "arithmetic",
}

const valCurveBefore = "held_loss"

// runsCSV writes one row a setting, seed and arm: with the curves all that a report is made of.
func (f Findings) runsCSV(of *reproduce.Results, w io.Writer) error {
	rows := [][]string{runsHead}
	f.visit(of, func(s reproduce.Setting, seed uint64, r *reproduce.Result) {
		cosine, identical := "", ""
		if len(r.Pairs) > 0 {
			cosine, identical = exact(r.WeightCosine()), strconv.Itoa(r.StillLocked())
		}
		rows = append(rows, []string{s.ID, strconv.FormatUint(seed, 10), r.Key, single(r.FinalValLoss),
			single(r.ValLossBefore), single(r.ValLossAfter), exact(r.FLOPs), strconv.Itoa(r.MaxUnlocked),
			cosine, identical,
			cells(r.RatiosBefore), cells(r.RatiosAfter), r.Failed, r.Provenance.Revision, r.Provenance.Arithmetic,
			whole(r.Right, r.Asked), whole(r.Asked, r.Asked)})
	})
	return csv.NewWriter(w).WriteAll(rows)
}

// visit visits results, by setting, seed and arm.
func (f Findings) visit(of *reproduce.Results, tell func(s reproduce.Setting, seed uint64, r *reproduce.Result)) {
	settings := slices.Clone(f.Settings)
	for _, c := range append(slices.Clone(f.Candidates), f.Confirm()...) {
		settings = append(settings, c.Setting)
	}
	for _, r := range f.Rates {
		settings = append(settings, r.Setting)
	}
	for _, s := range settings {
		for _, seed := range of.Seeds(s) {
			for _, r := range of.Arms(s, seed) {
				tell(s, seed, r)
			}
		}
	}
}

// whole writes a number of answers; it is empty where none were asked for.
func whole(n, asked int) string {
	if asked == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func cells(x []reproduce.Number) string {
	var out []string
	for _, v := range x {
		out = append(out, cmp.Or(single(v), stroke))
	}
	return strings.Join(out, " ")
}

// What a row of curves.csv holds.
const (
	valCurve    = "val_loss"
	knownCurve  = "right"
	flopsCurve  = "flops"
	cosineCurve = "weight_cosine"
)

// curvesHead are the columns of curves.csv before the steps.
var curvesHead = []string{"setting", "seed", "arm", "what"}

// curvesCSV writes the curves that figures draw, one a row, over the steps that the first row names. What an arm had
// cost at each step follows from shapes alone: it stands before the first of its losses that it holds for, and not
// again for every seed.
func (f Findings) curvesCSV(w io.Writer) error {
	type row struct {
		key []string
		at  map[int]string
	}
	var curves []row
	seen := map[int]bool{}
	add := func(key []string, steps []int, text []string) {
		r := row{key, map[int]string{}}
		for i, s := range steps {
			r.at[s], seen[s] = text[i], true
		}
		if len(steps) > 0 {
			curves = append(curves, r)
		}
	}
	drawn, told := drawnArms(), map[string]map[int]string{}
	f.visit(f.Results, func(s reproduce.Setting, of uint64, r *reproduce.Result) {
		seed := strconv.FormatUint(of, 10)
		if !slices.ContainsFunc(f.Settings, func(x reproduce.Setting) bool { return x.ID == s.ID }) ||
			!slices.Contains(drawn, r.Key) {
			return
		}
		var at, probed []int
		var held, known, flops, cosine []string
		for _, p := range r.ValLoss {
			at, held, flops = append(at, p.Step), append(held, cmp.Or(single(p.Loss), stroke)),
				append(flops, exact(p.FLOPs))
			known = append(known, strconv.Itoa(p.Right))
		}
		for _, p := range drawnPairs(r) {
			probed, cosine = append(probed, p.Step), append(cosine, cmp.Or(exact(float64(p.Weight)), stroke))
		}
		costs := map[int]string{}
		for i, step := range at {
			costs[step] = flops[i]
		}
		if !maps.Equal(costs, told[r.Key]) {
			told[r.Key] = costs
			add([]string{s.ID, seed, r.Key, flopsCurve}, at, flops)
		}
		add([]string{s.ID, seed, r.Key, valCurve}, at, held)
		if s.Counts() {
			add([]string{s.ID, seed, r.Key, knownCurve}, at, known)
		}
		add([]string{s.ID, seed, r.Key, cosineCurve}, probed, cosine)
	})
	var steps []int
	for s := range seen {
		steps = append(steps, s)
	}
	slices.Sort(steps)
	head := slices.Clone(curvesHead)
	for _, s := range steps {
		head = append(head, strconv.Itoa(s))
	}
	rows := [][]string{head}
	for _, c := range curves {
		cells := slices.Clone(c.key)
		for _, s := range steps {
			cells = append(cells, c.at[s])
		}
		rows = append(rows, cells)
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// searchCSV writes one row a candidate.
func (f Findings) searchCSV(w io.Writer) error {
	rows := [][]string{{"candidate", "setting", "seeds", "mean", "standard_error", "low", "high", "copy_full_val_loss",
		"weight_cosine"}}
	for _, c := range append(slices.Clone(f.Candidates), f.Confirm()...) {
		t := reproduce.Try(c, f.Results)
		rows = append(rows, []string{c.ID, c.Name, strconv.Itoa(t.N), num(t.Mean), num(t.Err), num(t.Low), num(t.High),
			num(t.CopyLoss.Mean), num(t.Weight.Mean)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}
