package record

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/plain"
)

// expertColumns are those of [Record.WriteExpertsCSV] before the classes of symbols: which run a row is of, the expert,
// counted from 0 as layers are, the share of the last batch's assignments that it got, the mean probability that its
// router gives it on the live validation set, and the share of the symbols of that set which go to it.
var expertColumns = []string{
	"experiment", "seed", "version", "arm", "name", "step", "layer", "expert", "batch_load", "router_probability",
	"symbol_share",
}

// WriteExpertsCSV writes one row an expert of every frame that measured something of experts. After the columns that
// every experiment has it has one for each class of symbols of the task: how many symbols of it go to the expert. What
// was not measured is empty; what was measured and is no number is NaN.
func (r *Record) WriteExpertsCSV(w io.Writer) error {
	e, out := r.Experiment, csv.NewWriter(w)
	head := slices.Clone(expertColumns)
	for _, class := range e.Task.Classes() {
		head = append(head, "gets_"+strings.ReplaceAll(plain.Cell(class), " ", "_"))
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, track := range r.Tracks {
		for i := range track {
			f := &track[i]
			if len(f.ExpertLoad) == 0 && len(f.Router) == 0 {
				continue
			}
			x := r.ExpertsOf(f)
			for layer := range x.Layers {
				for expert := range x.Experts {
					if err := out.Write(r.expertRow(f, &x, layer, expert)); err != nil {
						return err
					}
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

func (r *Record) expertRow(f *ArmFrame, x *Experts, layer, expert int) []string {
	cell := func(v float64, measured bool) string {
		if !measured {
			return ""
		}
		return strconv.FormatFloat(v, 'g', 9, 64)
	}
	e, load := r.Experiment, math.NaN()
	if len(f.ExpertLoad) > 0 {
		load = float64(f.ExpertLoad[layer*x.Experts+expert])
	}
	row := []string{
		plain.Cell(e.Name), strconv.FormatUint(e.Seed, 10), strconv.Itoa(e.Version), strconv.Itoa(f.Arm),
		plain.Cell(e.Arms[f.Arm].Name), strconv.Itoa(f.Step), strconv.Itoa(layer), strconv.Itoa(expert),
		cell(load, len(f.ExpertLoad) > 0), cell(x.Router(layer, expert), len(f.Router) > 0),
		cell(x.Load(layer, expert), x.Told()),
	}
	for class := range x.Classes {
		count := ""
		if x.Told() {
			count = strconv.Itoa(x.Gets(layer, expert, class))
		}
		row = append(row, count)
	}
	return row
}
