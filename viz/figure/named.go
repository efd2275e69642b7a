package figure

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// drawing is a figure that is drawn of a record.
type drawing struct {
	name string
	of   func(*record.Record) (Figure, bool)
	// what a record has to hold, the end of a sentence
	needs string
}

var drawings = []drawing{
	{"loss", Loss, "a validation loss"},
	{"difference", Difference, "two arms, one of them widened"},
	{"cosine", Cosine, "a widening"},
	{"rms", RMS, "a widening"},
	{"knowledge", Knowledge, "a task that asks for facts"},
	{"experts", Experts, "a network of several experts"},
	{"writing", Writing, "what networks have written"},
}

// Names are those of the figures that there are, in the order of [All].
var Names = func() (names []string) {
	for _, d := range drawings {
		names = append(names, d.name)
	}
	return names
}()

// All are the figures that the record has data for.
func All(r *record.Record) []Figure {
	var figures []Figure
	for _, d := range drawings {
		if f, ok := d.of(r); ok {
			figures = append(figures, f.told(r))
		}
	}
	return figures
}

// Named is the figure of that name, one of [Names]. It errs where there is none of that name, and where the record does
// not hold what it shows.
func Named(name string, r *record.Record) (Figure, error) {
	for _, d := range drawings {
		if d.name != name {
			continue
		}
		f, ok := d.of(r)
		if !ok {
			return Figure{}, fmt.Errorf("the record has nothing for the figure %s, which shows %s", name, d.needs)
		}
		return f.told(r), nil
	}
	return Figure{}, fmt.Errorf("there is no figure %q; there are %s", name, strings.Join(Names, ", "))
}
