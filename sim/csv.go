package sim

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/sparkling-lab/sparkling/internal/plain"
)

// csvColumns are those of [Record.WriteCSV]; the counts of pairs by state are those of the weights and, after them, of the gradients.
var csvColumns = []string{
	"arm", "name", "step", "train_loss", "held_out_loss", "whole_held_out_loss", "lr_old", "lr_new", "flops",
	"weight_cosine", "gradient_cosine", "weight_distance", "locked_pairs", "pairs", "apart_pairs", "zero_pairs", "diverged_pairs",
	"locked_gradients", "apart_gradients", "without_gradient", "diverged_gradients", "not_finite",
}

// WriteCSV writes one row a step and arm. What was not measured is empty, as is a mean of nothing; what was measured and is no number is NaN,
// and not_finite names the tensor. A pair that is in no state is one of a record that does not tell.
func (r *Record) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	for i, t := range r.Tracks {
		end := r.Experiment.End(i)
		for k := range t {
			if err := out.Write(csvRow(r.Experiment.Arms[i].Name, end, &t[k])); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func csvRow(name string, end int, f *ArmFrame) []string {
	// cell is a number; one that is none is empty, unless it was measured where training diverged.
	cell := func(x float64, measured bool) string {
		switch {
		case Finite(x):
			return strconv.FormatFloat(x, 'g', 9, 64)
		case measured && f.NotFinite != "":
			return "NaN"
		}
		return ""
	}
	held := f.Step%ProbeEvery == 0 || f.Step == end
	row := []string{
		strconv.Itoa(f.Arm), plain.Cell(name), strconv.Itoa(f.Step), cell(float64(f.Train), true), cell(float64(f.Held), held), cell(float64(f.Whole), f.Step == end),
		cell(float64(f.LROld), true), cell(float64(f.LRNew), true), cell(f.FLOPs, true),
	}
	if len(f.Pairs) == 0 {
		row = append(row, make([]string, len(csvColumns)-len(row)-1)...)
		return append(row, plain.Cell(f.NotFinite))
	}
	weights, gradients := f.Summary(Weight), f.Summary(Gradient)
	lost := weights.In[Diverged] > 0
	row = append(row, cell(weights.Cos, lost), cell(gradients.Cos, gradients.In[Diverged] > 0), cell(weights.Dist, lost))
	for _, n := range []int{
		weights.In[Locked], weights.Pairs, weights.In[Apart], weights.In[OneZero], weights.In[Diverged],
		gradients.In[Locked], gradients.In[Apart], gradients.In[OneZero], gradients.In[Diverged],
	} {
		row = append(row, strconv.Itoa(n))
	}
	return append(row, plain.Cell(f.NotFinite))
}
