package figure

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
)

// drawing is a figure that is drawn of records.
type drawing struct {
	name  string
	of    func(runs) (Figure, bool)
	needs string // what records have to hold, the end of a sentence
}

// drawings are all that there are.
var drawings = []drawing{
	{"loss", drawLoss, "a validation loss"},
	{"known", drawKnown, "a task that asks for all there is to know"},
	{"difference", drawDifference, "a widening, and another arm"},
	{"paired", drawPaired, "a widening, and runs of several seeds that have ended"},
	{"paired-known", drawPairedKnown, "a task that asks for all there is to know, a widening, and runs of several " +
		"seeds that have ended"},
	{"cosine", drawCosine, "a widening"},
	{"distance", drawDistance, "a widening"},
	{"layers", drawLayers, "a widening of experts"},
	{"compute", drawCompute, "a validation loss"},
	{"rms", ofOne(drawRMS), "a widening, and a single run"},
	{"knowledge", ofOne(drawKnowledge), "a task that asks for facts or sums, and a single run"},
	{"experts", ofOne(drawExperts), "a network of several experts, and a single run"},
	{"writing", ofOne(drawWriting), "what networks have written, and a single run"},
	{"paper-1", drawPaperSignal, "arms that differ in nothing but the factor that keeps the RMS"},
	{"paper-2", drawPaperStates, "arms that differ in nothing but the treatment of optimizer states"},
	{"paper-3", drawPaperRewarm, "AdamW, and arms that differ in nothing but the re-warmup"},
	{"paper-7", drawPaperSpike, "three arms or more that are not all widened alike, and have ended"},
	{"paper-12", drawPaperMuon, "Muon, and arms that differ in nothing but the re-warmup"},
	{"paper-14-16", drawPaperCompute, "a widened arm, and one that is wide from the first step on"},
}

// ofOne is a drawing that shows a single run.
func ofOne(of func(*record.Record) (Figure, bool)) func(runs) (Figure, bool) {
	return func(rs runs) (Figure, bool) {
		if len(rs) > 1 {
			return Figure{}, false
		}
		return of(rs[0])
	}
}

// Names are those of the figures that there are, in the order of [All].
var Names = func() (names []string) {
	for _, d := range drawings {
		names = append(names, d.name)
	}
	return names
}()

// All are the figures that the records have data for. Several are runs of one experiment with different seeds.
func All(rs ...*record.Record) ([]Figure, error) {
	if err := together(rs); err != nil {
		return nil, err
	}
	var figures []Figure
	for _, d := range drawings {
		if f, ok := d.of(rs); ok {
			figures = append(figures, f.told(rs))
		}
	}
	return figures, nil
}

// Named is the figure of that name, one of [Names], of one run or of several that differ in their seeds. It errs where
// there is none of that name, and where the records do not hold what it shows.
func Named(name string, rs ...*record.Record) (Figure, error) {
	if err := together(rs); err != nil {
		return Figure{}, err
	}
	for _, d := range drawings {
		if d.name != name {
			continue
		}
		f, ok := d.of(rs)
		if !ok {
			return Figure{}, fmt.Errorf("nothing is recorded for the figure %s, which needs %s", name, d.needs)
		}
		return f.told(rs), nil
	}
	return Figure{}, fmt.Errorf("there is no figure %q; there are %s", name, strings.Join(Names, ", "))
}

// together says why records cannot be drawn in one figure.
func together(rs runs) error {
	if len(rs) == 0 {
		return errors.New("a figure needs a record")
	}
	at := map[uint64]bool{}
	for _, r := range rs {
		if !seeds.Same(r.Experiment, rs.first().Experiment) {
			return errors.New("the records are of different experiments; one figure shows runs that differ in " +
				"nothing but their seeds")
		}
		if at[r.Experiment.Seed] {
			return fmt.Errorf("two records have the seed %d", r.Experiment.Seed)
		}
		at[r.Experiment.Seed] = true
	}
	return nil
}
