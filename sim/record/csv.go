package record

import (
	"cmp"
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/sparkling-lab/sparkling/internal/plain"
)

// csvColumns are those of [Record.WriteCSV]: which run a row is of, so that files can be put together, and what was
// measured, with its unit. Losses are in nats a token; right and asked count labels of the validation set, as
// [ArmFrame] has them; the counts of pairs by state are those of the weights and, after them, of the gradients.
var csvColumns = []string{
	"experiment", "seed", "version", "arm", "name", "step", "train_loss_nats", "val_loss_nats", "full_val_loss_nats",
	"right", "asked", "val_loss_before_widening_nats", "val_loss_after_widening_nats",
	"rms_ratio_before_widening", "rms_ratio_after_widening", "rms_ratio_if_unscaled", "rms_ratio_largest_change",
	"lr_old", "lr_new", "flops",
	"weight_cosine", "gradient_cosine", "weight_distance", "locked_pairs", "pairs", "apart_pairs", "one_zero_pairs",
	"diverged_pairs", "locked_gradients", "apart_gradients", "one_zero_gradients", "diverged_gradients", "not_finite",
}

// csvWriting are the columns after these: what a reader asked an arm to go on with last at a step, and what it wrote.
// What was written because somebody was watching is left out: the numbers of a run do not depend on who watches it.
var csvWriting = []string{"prompt", "temperature", "written"}

// WriteCSV writes one row a step and arm. That of a widening, which may be the first of an arm, has the losses and the
// mean RMS ratios of the blocks just before it and just after it, the ratio as it would be without the factor, and the
// largest change of a block's, as a fraction. What was not measured is empty, as is a mean of nothing; what was
// measured and is no number is NaN, and not_finite names the tensor. A pair that is in no state is one of a record that
// does not tell.
func (r *Record) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(slices.Concat(csvColumns, csvWriting)); err != nil {
		return err
	}
	for i, t := range r.Tracks {
		more := func(arm, step int) {
			if arm == i && !slices.ContainsFunc(t, func(f ArmFrame) bool { return f.Step == step }) {
				nan := float32(math.NaN())
				t = append(slices.Clone(t), ArmFrame{Arm: i, Step: step, TrainLoss: nan, ValLoss: nan,
					FullValLoss: nan, LROld: nan, LRNew: nan, FLOPs: math.NaN()})
			}
		}
		for _, p := range r.Reports {
			more(p.Arm, p.Step)
		}
		for _, w := range r.Writings {
			if w.Asked {
				more(w.Arm, w.Step)
			}
		}
		slices.SortFunc(t, func(a, b ArmFrame) int { return cmp.Compare(a.Step, b.Step) })
		for k := range t {
			if err := out.Write(append(r.csvRow(&t[k]), r.csvWritten(i, t[k].Step)...)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// csvWritten is what an arm wrote last at a step that a reader asked for.
func (r *Record) csvWritten(arm, step int) []string {
	w, ok := r.AskedAt(arm, step)
	if !ok {
		return make([]string, len(csvWriting))
	}
	return []string{plain.Cell(w.Text), strconv.FormatFloat(w.Temperature, 'g', -1, 64), plain.Cell(w.Written)}
}

func (r *Record) csvRow(f *ArmFrame) []string {
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
	count := func(n int) string {
		if f.Asked == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	e, end := r.Experiment, r.Experiment.End(f.Arm)
	held := e.Validates(f.Step) || f.Step == end
	before, after := math.NaN(), math.NaN()
	ratios := RMSRatios{Before: before, After: before, Unscaled: before, Largest: before}
	p, widened := r.ReportAt(f.Arm, f.Step)
	if widened = widened && p.Step == f.Step; widened {
		before, after, ratios = float64(p.ValLossBefore), float64(p.ValLossAfter), r.RMSRatios(p)
	}
	row := []string{
		plain.Cell(e.Name), strconv.FormatUint(e.Seed, 10), strconv.Itoa(e.Version), strconv.Itoa(f.Arm),
		plain.Cell(e.Arms[f.Arm].Name), strconv.Itoa(f.Step),
		cell(float64(f.TrainLoss), true), cell(float64(f.ValLoss), held), cell(float64(f.FullValLoss), f.Step == end),
		count(f.Right), count(f.Asked),
		cell(before, widened), cell(after, widened),
		cell(ratios.Before, widened), cell(ratios.After, widened), cell(ratios.Unscaled, false),
		cell(ratios.Largest, widened),
		cell(float64(f.LROld), true), cell(float64(f.LRNew), true), cell(f.FLOPs, true),
	}
	if len(f.Pairs) == 0 {
		row = append(row, make([]string, len(csvColumns)-len(row)-1)...)
		return append(row, plain.Cell(f.NotFinite))
	}
	weights, gradients := f.Summary(Weight), f.Summary(Gradient)
	// over is a mean over pairs, no number where any of them has diverged: one of the others would be of other pairs
	// than the rows before.
	over := func(x float64, s Summary) string {
		if s.In[Diverged] > 0 {
			return "NaN"
		}
		return cell(x, false)
	}
	row = append(row, over(weights.Cos, weights), over(gradients.Cos, gradients), over(weights.Dist, weights))
	for _, n := range []int{
		weights.In[Locked], weights.Pairs, weights.In[Apart], weights.In[OneZero], weights.In[Diverged],
		gradients.In[Locked], gradients.In[Apart], gradients.In[OneZero], gradients.In[Diverged],
	} {
		row = append(row, strconv.Itoa(n))
	}
	return append(row, plain.Cell(f.NotFinite))
}
