package panel

import (
	"bytes"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Example is one of the experiments that the program brings along.
type Example struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	About  string `json:"about"`
	Lesson bool   `json:"lesson"`
}

// Examples lists them, the default first.
func Examples() []Example {
	var out []Example
	for _, b := range experiment.Builtins() {
		out = append(out, Example{Name: b.Name, Title: b.Title, About: b.About, Lesson: b.Lesson})
	}
	return out
}

// Told is the name of the example whose text is true beside an experiment: it learns the same kind of task, and its
// arms have the names of that example's and do the same, whatever the seed, the sizes and the steps; empty where there
// is none.
func Told(e experiment.Experiment) string {
	b, known := e.Base()
	if !known || b.Optimizer.Kind != e.Optimizer.Kind || (b.Model.Experts > 1) != (e.Model.Experts > 1) ||
		b.Task.Kind != e.Task.Kind {
		return ""
	}
	for i, a := range e.Arms {
		if a.Name != b.Arms[i].Name || !experiment.Alike(a, b.Arms[i]) {
			return ""
		}
	}
	return b.Name
}

// Chosen is the name of the example that an experiment is, bit for bit but for the step of its widening, which a reader
// may choose while it runs; empty where it is none.
func Chosen(e experiment.Experiment) string {
	b, err := experiment.Named(e.Name)
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

// Measured reports whether an experiment is an example but for its seed, so that what many runs of the example came
// to is true of it.
func Measured(e experiment.Experiment) bool {
	b, err := experiment.Named(e.Name)
	e.Seed = b.Seed
	return err == nil && bytes.Equal(e.JSON(), b.JSON())
}

// Title is what the list of examples calls an experiment.
func Title(e experiment.Experiment) string {
	name := Chosen(e)
	for _, b := range experiment.Builtins() {
		if b.Name == name {
			return "“" + b.Title + "”"
		}
	}
	return "Your own experiment"
}

// About says what an experiment is about: what its own text says, unless that is the text of an example and the
// experiment is no more that.
func About(e experiment.Experiment) string {
	b, err := experiment.Named(e.Name)
	if e.About != "" && (err != nil || e.About != b.About || Chosen(e) != "") {
		return e.About
	}
	return "One of the experiments, changed, or from a link or a file."
}
