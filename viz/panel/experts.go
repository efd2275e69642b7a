package panel

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// Experts is what each expert gets, as a table: the picture of experts in words.
type Experts struct {
	Said string     `json:"said"` // how to read it, and what it tells
	Head []string   `json:"head"`
	Rows [][]string `json:"rows"` // one an expert, of every network that is shown
}

// mostColumns is up to how many classes of symbols have a column each; of more a row says which it gets most of.
const mostColumns = 12

// ExpertsOf is the table at a step, a negative one is the newest, without the arms that are left out; nothing where
// there is but one expert, or nothing was measured.
func ExpertsOf(rec *record.Record, shown int, hidden func(arm int) bool) (out Experts) {
	e := rec.Experiment
	if e.Model.Experts < 2 {
		return out
	}
	if last := rec.Last(); shown < 0 || shown > last {
		shown = last
	}
	for _, arms := range rec.Networks(shown) {
		if len(arms) == 1 && hidden(arms[0]) {
			continue
		}
		f, ok := rec.ExpertsAt(arms[0], shown)
		if !ok {
			continue
		}
		x := rec.ExpertsOf(&f)
		columns := columnsOf(&x)
		if out.Head == nil {
			out.Head = append([]string{"Network", "Layer", "Expert", "Load", "Router"}, names(&x, columns)...)
			if columns == nil {
				out.Head = append(out.Head, "Gets most of")
			}
			out.Said = fmt.Sprintf("Of the %s symbols of the validation set: load, the share of all that an expert "+
				"gets; router, the mean probability that its layer’s router gives it; and its share of %s. Even is "+
				"%s. Specialization, by layer: 0 where every expert gets the same mix of them, 1 where they could "+
				"not be divided further.",
				record.Thousands(x.Read()), e.Task.Words().Classes, record.Percent(x.Even()))
		}
		who := called(rec, arms)
		out.Said += said(&x, who, true)
		for layer := range x.Layers {
			for expert := range x.Experts {
				row := []string{who, strconv.Itoa(layer + 1), strconv.Itoa(expert + 1),
					record.Percent(x.Load(layer, expert)), probability(x.Router(layer, expert))}
				for _, class := range columns {
					row = append(row, record.Percent(x.Share(layer, expert, class)))
				}
				if columns == nil {
					row = append(row, mostOf(&x, layer, expert))
				}
				out.Rows = append(out.Rows, row)
			}
		}
	}
	return out
}

// columnsOf are the classes of which there are symbols, nil where these are too many for columns.
func columnsOf(x *record.Experts) (out []int) {
	for class := range x.Classes {
		if x.Of(class) > 0 {
			out = append(out, class)
		}
	}
	if len(out) > mostColumns {
		return nil
	}
	return out
}

func names(x *record.Experts, classes []int) (out []string) {
	for _, class := range classes {
		out = append(out, x.Classes[class])
	}
	return out
}

// called is whose network it is.
func called(rec *record.Record, arms []int) string {
	if len(arms) > 1 {
		return "the one network"
	}
	return rec.Experiment.Arms[arms[0]].Name
}

// mostOf names the classes of which an expert gets more than is even, a few, the largest share first.
func mostOf(x *record.Experts, layer, expert int) string {
	const most = 4
	share := func(class int) float64 { return x.Share(layer, expert, class) }
	var more []int
	for class := range x.Classes {
		if share(class) > x.Even() {
			more = append(more, class)
		}
	}
	slices.SortStableFunc(more, func(a, b int) int { return cmp.Compare(share(b), share(a)) })
	var list []string
	for _, class := range more[:min(len(more), most)] {
		list = append(list, x.Classes[class]+" "+record.Percent(share(class)))
	}
	return strings.Join(list, ", ")
}

// probability is one with three digits.
func probability(p float64) string {
	if !record.Finite(p) {
		return "no number"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

// said is what a network's experts have divided among themselves, in a sentence that begins with a space.
func said(x *record.Experts, who string, all bool) string {
	f, ok := x.Finding()
	if !ok {
		return ""
	}
	s := " In " + who + " " + x.Says(f)
	if all {
		s += "; specialization"
		for layer := range x.Layers {
			if layer > 0 {
				s += ","
			}
			s += " " + strconv.FormatFloat(x.Specialization(layer), 'f', 2, 64)
		}
	}
	return s + "."
}

// expertsSaid is what tells most about where symbols go, of the network of the last arm that has one.
func expertsSaid(rec *record.Record, shown int) string {
	if rec.Experiment.Model.Experts < 2 {
		return ""
	}
	nets := rec.Networks(shown)
	arms := nets[len(nets)-1]
	f, ok := rec.ExpertsAt(arms[0], shown)
	if _, lost := rec.Diverged(arms[0], shown); !ok || lost {
		return ""
	}
	x := rec.ExpertsOf(&f)
	return strings.TrimSpace(said(&x, called(rec, arms), false))
}
