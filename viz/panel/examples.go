package panel

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Example is one of the experiments that the program brings along and offers.
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
// arms do the same as that example's, each in its place, whatever they are called, the seed, the sizes and the steps;
// empty where there is none.
func Told(e experiment.Experiment) string {
	b, known := e.Base()
	if !known || b.Optimizer.Kind != e.Optimizer.Kind || (b.Model.Experts > 1) != (e.Model.Experts > 1) ||
		b.Task.Kind != e.Task.Kind {
		return ""
	}
	if len(e.Arms) != len(b.Arms) {
		return ""
	}
	for i, a := range e.Arms {
		if !experiment.Alike(a, b.Arms[i]) {
			return ""
		}
	}
	return b.Name
}

// Chosen is the name of the example that an experiment is, bit for bit but for the step of its widening, which a reader
// may choose while it runs; empty where it is none, or one that takes long and is not offered.
func Chosen(e experiment.Experiment) string {
	offered := func(x Example) bool { return x.Name == e.Name }
	if b, ok := seeded(e); ok && b.Seed == e.Seed && slices.ContainsFunc(Examples(), offered) {
		return b.Name
	}
	return ""
}

// seeded is the example that an experiment is but for its seed and the step of its widening.
func seeded(e experiment.Experiment) (experiment.Experiment, bool) {
	b, err := experiment.Named(e.Name)
	if err != nil {
		return b, false
	}
	shift := b.Fork() - e.Fork()
	e = e.Clone()
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step += shift
		}
	}
	e.Seed = b.Seed
	return b, bytes.Equal(e.JSON(), b.JSON())
}

// Measured reports whether an experiment is an example but for its seed, so that what many runs of the example came
// to is true of it.
func Measured(e experiment.Experiment) bool {
	b, err := experiment.Named(e.Name)
	e.Seed = b.Seed
	return err == nil && bytes.Equal(e.JSON(), b.JSON())
}

// Called is what the list of examples calls an experiment: as the example that it is, with its seed where that is
// another; empty where it is none.
func Called(e experiment.Experiment) string {
	base, ok := seeded(e)
	if !ok {
		return ""
	}
	for _, b := range experiment.All() {
		if b.Name == base.Name && base.Seed != e.Seed {
			return fmt.Sprintf("%s, seed %d", b.Title, e.Seed)
		} else if b.Name == base.Name {
			return b.Title
		}
	}
	return ""
}

// Title is what an experiment is called in a sentence.
func Title(e experiment.Experiment) string {
	if called := Called(e); called != "" {
		return "“" + called + "”"
	}
	return "Your own experiment"
}

// About says what an experiment is about: what its own text says, unless that is the text of an example and the
// experiment is no more that.
func About(e experiment.Experiment) string {
	b, err := experiment.Named(e.Name)
	if e.About != "" && (err != nil || e.About != b.About || Called(e) != "") {
		return e.About
	}
	return "One of the experiments, changed, or from a link or a file."
}
