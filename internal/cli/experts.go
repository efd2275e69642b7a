package cli

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// expertsName is the file with a row for every expert of every frame that measured something of experts.
const expertsName = "experts.csv"

// tables are the files beside the numbers that a record has data for: what was answered, and what experts get.
func tables(r *record.Record) []durable.Output {
	files := answers(r)
	if r.Experiment.Model.Experts > 1 {
		files = append(files, durable.Output{Name: expertsName, Write: r.WriteExpertsCSV})
	}
	return files
}

// experts is what the experts of an arm's network get of the live validation set, each list by layer, then by expert.
type experts struct {
	Step           int            `json:"step"` // at which it was measured
	Load           [][]number     `json:"load"` // share of the symbols that go to each
	Router         [][]number     `json:"router"`
	Specialization []number       `json:"specialization"` // by layer; null where there is nothing to divide
	Symbols        map[string]int `json:"symbols"`        // how many there are, by their class
	// how many of a class go to each; null where too many numbers would be kept
	Gets map[string][][]int `json:"gets"`
	Says string             `json:"says,omitempty"` // the most telling of it, in words
}

// expertsOf is what an arm's experts got at or before a step; nil where that was not measured, or there is but one.
func expertsOf(r *record.Record, arm, step int) *experts {
	f, ok := r.ExpertsAt(arm, step)
	if !ok || f.Arm != arm || r.Experiment.Model.Experts < 2 {
		return nil
	}
	x := r.ExpertsOf(&f)
	out := &experts{Step: f.Step}
	out.Load = byLayer(x.Layers, x.Experts, func(l, e int) number { return number(x.Load(l, e)) })
	out.Router = byLayer(x.Layers, x.Experts, func(l, e int) number { return number(x.Router(l, e)) })
	for layer := range x.Layers {
		out.Specialization = append(out.Specialization, number(x.Specialization(layer)))
	}
	if x.Told() {
		out.Symbols, out.Gets = map[string]int{}, map[string][][]int{}
		for class, name := range x.Classes {
			out.Symbols[name] = x.Of(class)
			out.Gets[name] = byLayer(x.Layers, x.Experts, func(l, e int) int { return x.Gets(l, e, class) })
		}
	}
	if f, ok := x.Finding(); ok {
		out.Says = x.Says(f)
	}
	return out
}

// byLayer is a number of every expert.
func byLayer[T any](layers, experts int, of func(layer, expert int) T) [][]T {
	out := make([][]T, layers)
	for l := range out {
		for e := range experts {
			out[l] = append(out[l], of(l, e))
		}
	}
	return out
}

// routedOf is which share of the assignments of a batch each expert of a network got in its last forward pass, and the
// mean probability that its router gave it.
func routedOf(net *model.Net) (load, router [][]number) {
	c := net.Config
	shares, tokens, mean := make([]float32, c.Layers*c.Experts), make([]int, net.Tokens()), make([]float32, c.Experts)
	net.ExpertLoad(shares)
	for t := range tokens {
		tokens[t] = t
	}
	for layer := range c.Layers {
		net.MeanRouter(layer, tokens, mean)
		router = append(router, nil)
		for _, p := range mean {
			router[layer] = append(router[layer], number(p))
		}
	}
	return byLayer(c.Layers, c.Experts, func(l, e int) number { return number(shares[l*c.Experts+e]) }), router
}

// extremes says which of all experts has least and which has most.
func extremes(of [][]number) string {
	least, most := [2]int{}, [2]int{}
	for l := range of {
		for e, x := range of[l] {
			if !record.Finite(float64(x)) {
				return diverged
			}
			if x < of[least[0]][least[1]] {
				least = [2]int{l, e}
			}
			if x > of[most[0]][most[1]] {
				most = [2]int{l, e}
			}
		}
	}
	at := func(i [2]int) string {
		return fmt.Sprintf("%.4f (layers.%d.experts.%d)", float64(of[i[0]][i[1]]), i[0], i[1])
	}
	return at(least) + " to " + at(most)
}
