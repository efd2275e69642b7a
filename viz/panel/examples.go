package panel

import (
	"bytes"

	"github.com/sparkling-lab/sparkling/sim"
)

// Example is one of the experiments that the program brings along.
type Example struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	About  string   `json:"about"`
	Lesson bool     `json:"lesson"`
	Arms   []string `json:"arms"` // their names
}

// Examples lists them, the default first.
func Examples() []Example {
	var out []Example
	for _, b := range sim.Builtins() {
		x := Example{Name: b.Name, Title: b.Title, About: b.About, Lesson: b.Lesson}
		for _, a := range b.Arms {
			x.Arms = append(x.Arms, a.Name)
		}
		out = append(out, x)
	}
	return out
}

// Chosen is the name of the example that an experiment is, bit for bit but for the step of its widening, which a reader may choose while it
// runs; empty where it is none.
func Chosen(e sim.Experiment) string {
	b, err := sim.Named(e.Name)
	if err != nil {
		return ""
	}
	shift := b.Fork() - e.Fork()
	e = e.Clone()
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step += shift
		}
	}
	if !bytes.Equal(e.JSON(), b.JSON()) {
		return ""
	}
	return e.Name
}
