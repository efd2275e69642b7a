package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

func num(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 9, 64)
}

// claimsCSV writes one row a setting, claim and part.
func (f Findings) claimsCSV(w io.Writer) error {
	rows := [][]string{{"claim", "setting", "part", "seeds", "mean", "standard_error", "low", "high", "verdict", "verdict_on_claim"}}
	for _, row := range f.Judgements() {
		for _, j := range row {
			for _, x := range j.Findings {
				rows = append(rows, []string{j.Claim.ID, j.Setting.ID, x.Part.Name, strconv.Itoa(x.N), num(x.Mean), num(x.Err), num(x.Low), num(x.High), string(x.Verdict), string(j.Verdict)})
			}
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// runsCSV writes one row a setting, seed and arm.
func (f Findings) runsCSV(w io.Writer) error {
	rows := [][]string{{"setting", "seed", "arm", "final_loss", "loss_before_widening", "loss_after_widening", "flops", "weight_cosine", "identical_pairs", "failed"}}
	for _, s := range f.Settings {
		for _, seed := range f.Results.Seeds(s) {
			for _, r := range f.Results.Arms(s, seed) {
				rows = append(rows, []string{s.ID, strconv.FormatUint(seed, 10), r.Key, num(float64(r.Final)), num(float64(r.Before)), num(float64(r.After)), num(r.FLOPs),
					num(r.WeightCosine()), strconv.Itoa(r.StillLocked()), r.Failed})
			}
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// searchCSV writes one row a candidate.
func (f Findings) searchCSV(w io.Writer) error {
	rows := [][]string{{"candidate", "setting", "seeds", "mean", "standard_error", "low", "high", "copy_loss", "weight_cosine"}}
	for _, c := range append(append([]reproduce.Candidate(nil), f.Candidates...), f.Confirm()...) {
		t := reproduce.Try(c, f.Results)
		rows = append(rows, []string{c.ID, c.Name, strconv.Itoa(t.N), num(t.Mean), num(t.Err), num(t.Low), num(t.High), num(t.CopyLoss.Mean), num(t.Weight.Mean)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}
