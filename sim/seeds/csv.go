package seeds

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// csvColumns are those of [Summary.WriteCSV]. Losses are in nats a token. Differences are to the baseline in the same
// seed: those of the watched loss over a few readings, as [record.Record.ValLossDiff] has them.
var csvColumns = []string{"experiment", "seed", "arm", "name", "step", "val_loss_nats", "val_loss_minus_baseline_nats",
	"full_val_loss_nats", "full_val_loss_minus_baseline_nats", "right", "asked", "right_minus_baseline", "lost"}

// WriteCSV writes one row for every reading of every arm in every run, and one more, without a step, for what it came
// to at the end. What was not measured is empty; lost says why an arm that has ended has no number.
func (s *Summary) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	for k, r := range s.Runs {
		for i, end := range r.Arms {
			head := []string{plain.Cell(s.Experiment.Name), strconv.FormatUint(r.Seed, 10), strconv.Itoa(i),
				plain.Cell(s.Arms[i].Name)}
			gap := map[int]float64{}
			for _, x := range r.gap[i] {
				gap[x.Step] = x.Value
			}
			for _, x := range r.loss[i] {
				diff := ""
				if d, ok := gap[x.Step]; ok {
					diff = cell(d)
				}
				row := append(head[:4:4], strconv.Itoa(x.Step), cell(x.Value), diff, "", "", "", "", "", "")
				if err := out.Write(row); err != nil {
					return err
				}
			}
			if !r.Ended {
				continue
			}
			right, asked := "", ""
			if end.Asked > 0 && end.Lost == "" {
				right, asked = strconv.Itoa(end.Right), strconv.Itoa(end.Asked)
			}
			row := append(head[:4:4], "", "", "", cell(end.Loss), cell(s.LossDiff(k, i)), right, asked,
				cell(s.KnownDiff(k, i)), plain.Cell(end.Lost))
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// cell is a number, empty where there is none.
func cell(x float64) string {
	if !record.Finite(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 9, 64)
}
