package reproduce

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/statistics"
)

// Claim is one statement of the paper that runs can speak about.
type Claim struct {
	ID     string // what --claim names
	Title  string
	Short  string // the title where there is no room for it
	Source string // where the paper says it
	Parts  []Part
}

// Part is one number a seed, and what the claim says of it.
type Part struct {
	Name  string
	Kind  Kind
	Bound float64  // of Within
	Aside bool     // shown, but not counted
	Arms  []string // that it needs
	Value func([]*Result) float64
	// of a part that compares final losses, the same of the right answers: shown beside it, and not judged
	Known func([]*Result) float64
}

// lower says that arm a ends with a lower loss than arm b.
func lower(name, a, b string) Part {
	return Part{Name: name, Kind: Below, Arms: []string{a, b},
		Value: func(r []*Result) float64 { return float64(r[0].FinalValLoss - r[1].FinalValLoss) },
		Known: func(r []*Result) float64 { return r[0].Known() - r[1].Known() }}
}

// exactly says that a count of pairs is zero in every seed. Where no pair was looked at there is no count.
func exactly(name, arm string, count func(*Result) int) Part {
	return Part{Name: name, Kind: Zero, Arms: []string{arm}, Value: func(r []*Result) float64 {
		if len(r[0].Pairs) == 0 {
			return math.NaN()
		}
		return float64(count(r[0]))
	}}
}

// scaled and unscaled are the arms of a pair under the whole recipe, with the factor that keeps the RMS and without.
func scaled(p widen.Init) string   { return key(p, "sparkling") }
func unscaled(p widen.Init) string { return key(p, "unscaled") }

// Claims are the five at the end of the paper's restatement, and the orders of Tables 1, 6 and 7. What they say of
// several pairs or axes is judged part by part.
func Claims() []Claim {
	return []Claim{lock(), reset(), gap("3a", model.Inner), signal("3b", model.Inner), spike("3c", model.Inner),
		gap("3d", model.Joint), signal("3e", model.Joint),
		spike("3f", model.Joint), rewarmup(), most(), compute(), table1(), ablation(), rivals()}
}

func lock() Claim {
	open := func(r *Result) int { return r.MaxUnlocked }
	return Claim{"1", "With symmetric states the two halves never separate", "Equal treatment locks the copies",
		"Eq. 20–23, App. A.3", []Part{
			exactly("Copy: pairs that differ in weight or gradient", Copy, open),
			exactly("Drop: the same", Drop, open),
			exactly("Copy, not scaled: the same", key(widen.CopyCopy, "naive"), open),
			exactly("Copy, every rate re-warmed: the same", CopyRewarmAll, open),
		}}
}

func reset() Claim {
	return Claim{"2", "The asymmetric reset separates them, and ends lower than Drop and Copy",
		"The asymmetric reset parts them, and helps", "Fig. 2", []Part{
			exactly("Asymmetric reset: pairs that are still identical at the end", Asym, (*Result).StillLocked),
			lower("Asymmetric reset − Copy", Asym, Copy),
			lower("Asymmetric reset − Drop", Asym, Drop),
		}}
}

// Select are the claims of some names, as --claim gives them, and whether the search is among these; no names are
// everything. A name is an ID, or the number that several IDs begin with. It errs where a name is none.
func Select(names []string) (claims []Claim, search bool, err error) {
	if len(names) == 0 {
		return Claims(), true, nil
	}
	for _, k := range names {
		if k == "search" {
			search = true
			continue
		}
		n := len(claims)
		for _, c := range Claims() {
			if c.ID == k || strings.TrimRight(c.ID, "abcdef") == k {
				claims = append(claims, c)
			}
		}
		if len(claims) == n {
			return nil, false, fmt.Errorf("--claim is %q; allowed are 1, 2, 3, 4, 5, table1, table6, table7 "+
				"and search", k)
		}
	}
	return claims, search, nil
}

// axisWords are how a title ends that is about an axis.
var axisWords = map[model.Axis]string{model.Inner: "Inner 2x", model.Joint: "Hidden 2x and Inner 2x"}

// shortAxes are the same for a short title.
var shortAxes = map[model.Axis]string{model.Inner: "", model.Joint: ", both axes"}

func gap(id string, axis model.Axis) Claim {
	c := Claim{ID: id, Title: "Without the factor the loss rises less right after the widening: " + axisWords[axis],
		Short: "Unscaled, the loss rises less at the widening" + shortAxes[axis], Source: "Fig. 1"}
	for _, p := range allPairs {
		c.Parts = append(c.Parts, Part{
			Name: string(p) + ": rise, not scaled − scaled", Kind: Below,
			Arms:  []string{on(axis, unscaled(p)), on(axis, scaled(p))},
			Value: func(r []*Result) float64 { return r[0].Spike() - r[1].Spike() },
			Aside: p == widen.CopyCopy, // the paper's own algebra gives the scaled one no rise at all at exactly 2x
		})
	}
	return c
}

func signal(id string, axis model.Axis) Claim {
	c := Claim{ID: id, Title: "With the factor that keeps the RMS the run ends lower: " + axisWords[axis],
		Short: "Scaled, the run ends lower" + shortAxes[axis], Source: "Fig. 1"}
	for _, p := range allPairs {
		c.Parts = append(c.Parts, lower(string(p)+": scaled − not scaled", on(axis, scaled(p)), on(axis, unscaled(p))))
	}
	return c
}

// spikeBound is the rank correlation from which on the rise would be called a predictor: a quarter of the variance of
// the ranks. [WithinText] says why there has to be a bound.
const spikeBound = 0.5

func spike(id string, axis model.Axis) Claim {
	var arms []string
	for _, p := range allPairs {
		arms = append(arms, on(axis, scaled(p)), on(axis, unscaled(p)))
	}
	return Claim{id, "The size of the rise does not predict the final loss: " + axisWords[axis],
		"That rise does not foretell the end" + shortAxes[axis], "Fig. 7", []Part{{
			Name: "rank correlation of rise and final loss over ten arms", Kind: Within, Bound: spikeBound, Arms: arms,
			Value: func(r []*Result) float64 {
				var rise, final []float64
				for _, x := range r {
					rise, final = append(rise, x.Spike()), append(final, float64(x.FinalValLoss))
				}
				return statistics.Spearman(rise, final)
			},
		}}}
}

// rewarmed are the arms of a pair with and without the asymmetric re-warmup, all else the recipe.
func rewarmed(p widen.Init) (with, without string) {
	return key(p, "sparkling"), key(p, "asymmetric")
}

func rewarmup() Claim {
	c := Claim{ID: "4a", Title: "The asymmetric re-warmup lowers the final loss",
		Short: "Re-warming the copies' rate helps", Source: "Fig. 3, Fig. 12"}
	for _, p := range allPairs {
		with, without := rewarmed(p)
		c.Parts = append(c.Parts, lower(string(p)+": with − without", with, without))
	}
	return c
}

func most() Claim {
	c := Claim{ID: "4b", Title: "It lowers it most for copy-copy", Short: "It helps copies most", Source: "Fig. 3"}
	with, without := rewarmed(widen.CopyCopy)
	for _, p := range allPairs[1:] {
		w, o := rewarmed(p)
		c.Parts = append(c.Parts, Part{
			Name: "what it does to copy-copy − to " + string(p), Kind: Below, Arms: []string{with, without, w, o},
			Value: func(r []*Result) float64 {
				return float64((r[0].FinalValLoss - r[1].FinalValLoss) - (r[2].FinalValLoss - r[3].FinalValLoss))
			},
			Known: func(r []*Result) float64 {
				return r[0].Known() - r[1].Known() - (r[2].Known() - r[3].Known())
			},
		})
	}
	return c
}

func compute() Claim {
	c := Claim{ID: "5", Title: "At equal compute the widened run ends lower than the wide network from scratch",
		Short: "At equal compute, widening beats starting wide", Source: "Fig. 14–16"}
	for _, axis := range Axes {
		arms := EqualCompute(axis)
		c.Parts = append(c.Parts, lower(string(axis)+": SPARKLING − from scratch", arms[0], arms[1]))
	}
	return c
}

// table1 is the order of the final losses in Table 1.
func table1() Claim {
	return Claim{"table1", "From scratch ends lower than SPARKLING, that lower than Copy, and that lower than the " +
		"small network", "Wide < SPARKLING < Copy < Small, by final loss", "Table 1, Inner 2x", []Part{
		lower("from scratch − SPARKLING", Scratch, Sparkling),
		lower("SPARKLING − Copy", Sparkling, Copy),
		lower("Copy − Small", Copy, Small),
	}}
}

func ablation() Claim {
	c := Claim{ID: "table6", Title: "Scaling and asymmetry together end lower than either alone, and than neither",
		Short: "Scaling and asymmetry beat either alone", Source: "Table 6"}
	for _, p := range tablePairs {
		both := columns[len(columns)-1]
		for _, x := range columns[:len(columns)-1] {
			c.Parts = append(c.Parts, lower(string(p)+": both − "+x.name, key(p, both.treatment), key(p, x.treatment)))
		}
	}
	return c
}

// Competitor is a row of Table 7: an arm, and by how much the paper's SPARKLING ends lower.
type Competitor struct {
	Name, Arm string
	Paper     float64
}

// Table7 is what the paper compares SPARKLING with (Table 7), Inner 2x; SPARKLING itself ends at 2.3153.
func Table7() []Competitor {
	const sparkling = 2.3153
	var rows []Competitor
	for _, r := range []struct {
		treatment string
		ends      float64
	}{
		{"plus-minus", 2.3256}, {"uneven-random", 2.3234}, {"uneven", 2.3180}, {"remapped", 2.3426},
		{"faster-50", 2.3516}, {"faster-25", 2.3307},
		{"norm-adapted", 2.3253}, {"rewarm-all", 2.3193},
	} {
		k := key(widen.CopyCopy, r.treatment)
		rows = append(rows, Competitor{NameOf(k), k, sparkling - r.ends})
	}
	return rows
}

func rivals() Claim {
	c := Claim{ID: "table7", Title: "SPARKLING ends lower than every other strategy",
		Short: "SPARKLING beats every other strategy", Source: "Table 7"}
	for _, r := range Table7() {
		c.Parts = append(c.Parts, lower(fmt.Sprintf("SPARKLING − %s (paper −%.4f)", r.Name, -r.Paper),
			Sparkling, r.Arm))
	}
	return c
}

// Cell is one cell of Table 6: the arm that fills it, and the paper's final loss.
type Cell struct {
	Pair, Column, Arm string
	Paper             float64
}

// Table6 is the paper's ablation (Table 6), row by row.
func Table6() []Cell {
	paper := map[widen.Init][4]float64{
		widen.RandomCopy: {2.3185, 2.3177, 2.3174, 2.3171},
		widen.ZeroCopy:   {2.3165, 2.3157, 2.3163, 2.3154},
		widen.CopyCopy:   {2.3318, 2.3276, 2.3166, 2.3153},
	}
	var cells []Cell
	for _, p := range tablePairs {
		for k, x := range columns {
			cells = append(cells, Cell{string(p), x.name, key(p, x.treatment), paper[p][k]})
		}
	}
	return cells
}
