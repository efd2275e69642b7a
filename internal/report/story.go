package report

import (
	"encoding/json"
	"io"
	"math"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/statistics"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// storyFile has the numbers that the sentences of the Lab's lessons use.
const storyFile = "story.json"

// storyNumbers are those numbers, as package viz/story reads them.
type storyNumbers story.Report

func (n storyNumbers) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(n)
}

// story gives the numbers of a report that has the text and its arms; those of facts are left out where there are
// none.
func (f Findings) story() (n storyNumbers, ok bool) {
	text, facts := f.on(task.KindText).Settings, f.on(task.KindFacts).Settings
	if len(text) == 0 || f.Quick {
		return n, false
	}
	below := func(a, b string) float64 {
		e := reproduce.Difference(f.Results, text[0], b, a)
		n.Losses.Seeds = e.N
		ok = ok && e.N > 0 && e.NonFinite == 0
		return rounded(e.Mean, 1e6)
	}
	ok = true
	n.Losses.Sparkling = below(reproduce.Sparkling, reproduce.Asym)
	n.Losses.Locked = below(reproduce.CopyRewarmAll, reproduce.Copy)
	n.Losses.All = below(reproduce.RewarmAll, reproduce.Sparkling)
	if !ok || len(facts) == 0 {
		return n, ok
	}
	var known story.Facts
	whole := true
	more := func(a, b string) (i story.Interval) {
		each := reproduce.MoreKnown(f.Results, facts[0], a, b)
		e := statistics.Estimated(each)
		if whole = whole && e.N > 1 && e.NonFinite == 0; !whole {
			return i
		}
		low, high := e.Interval(reproduce.Confidence)
		i.Mean, i.Low, i.High = rounded(e.Mean, 10), rounded(low, 10), rounded(high, 10)
		for _, x := range each {
			if x > 0 {
				i.Positive++
			}
		}
		known.Seeds = e.N
		return i
	}
	known.Sparkling = more(reproduce.Sparkling, reproduce.Copy)
	known.Small = more(reproduce.Copy, reproduce.Small)
	known.Asymmetric = more(reproduce.Asym, reproduce.Copy)
	known.All = more(reproduce.RewarmAll, reproduce.Sparkling)
	if whole {
		n.Facts = &known
	}
	return n, true
}

// rounded is x to the next of per parts of one.
func rounded(x, per float64) float64 { return math.Round(x*per) / per }
