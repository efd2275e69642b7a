package panel

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// network says of what the network consists, how many parameters it has where that is known, what the newest widenings
// at the shown step made of it, and how evenly its experts are at work: the drawing of the network in words.
func network(rec *record.Record, params int64, shown int) string {
	e := rec.Experiment
	first := max(e.Trunk(), 0)
	c := e.ShapeAt(first, 0)
	inside := plural(c.Inner, "neuron")
	if c.Experts > 1 {
		inside = fmt.Sprintf("%d experts of %s, of which %d work on each symbol", c.Experts, inside, c.TopK)
	}
	s := fmt.Sprintf("The network has %s, each of attention and %s", plural(c.Layers, "layer"), inside)
	groups := map[string][]string{}
	var wide []string
	for i, a := range e.Arms {
		p, ok := rec.ReportAt(i, shown)
		if !ok {
			continue
		}
		if p.Step == a.Widen[0].Step {
			params = p.ParamsBefore
		}
		now := e.ShapeAt(i, p.Step+1)
		made := fmt.Sprintf("%s each, %s and %s parameters", plural(now.Inner, "neuron"),
			plural(now.Hidden, "channel"), record.Thousands(p.ParamsAfter))
		if groups[made] == nil {
			wide = append(wide, made)
		}
		groups[made] = append(groups[made], a.Name)
	}
	s += "; " + plural(c.Hidden, "channel") + " flow past them"
	if params > 0 {
		s += ", and it has " + record.Thousands(params) + " parameters"
	}
	s += "."
	for _, made := range wide {
		s += fmt.Sprintf(" Widened, in %s: %s.", list(groups[made]), made)
	}
	return s + loads(rec, shown)
}

// loads says how many of the symbols of their last batch the experts work on that have most to do and least.
func loads(rec *record.Record, shown int) string {
	c := rec.Experiment.Model
	least, most := 2.0, -1.0
	for i := range rec.Tracks {
		f, _ := newest(rec, i, shown, func(f record.ArmFrame) bool { return len(f.ExpertLoad) > 0 })
		for _, x := range f.ExpertLoad {
			if share := float64(x) * float64(c.TopK); record.Finite(share) {
				least, most = min(least, share), max(most, share)
			}
		}
	}
	if c.Experts == 1 || most < 0 {
		return ""
	}
	return fmt.Sprintf(" The busiest expert worked on %.0f %% of the symbols of the last batch, the least busy on "+
		"%.0f %%.", 100*most, 100*least)
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
