package record

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Experts is what the experts of a network get of the live validation set, read from a frame.
type Experts struct {
	Layers, Experts, TopK int
	Classes               []string // of symbols, see [task.Spec.Classes]
	Step                  int      // at which it was measured

	router []float32
	gets   []int32
	of     []int  // by class, how many symbols there are
	read   int    // in all classes
	all    []int  // by layer·Experts + expert, how many symbols of any class go to it
	called string // what stands before a class in a sentence
}

// ExpertsOf reads a frame. Of one that measured nothing there are no numbers.
func (r *Record) ExpertsOf(f *ArmFrame) Experts {
	c, classes := r.Experiment.Model, r.Experiment.Task.Classes()
	x := Experts{
		Layers: c.Layers, Experts: c.Experts, TopK: c.TopK, Classes: classes, Step: f.Step, router: f.Router,
		gets: f.Gets, called: r.Experiment.Task.Words().Class, of: make([]int, len(classes)),
		all: make([]int, c.Layers*c.Experts),
	}
	for i, n := range x.gets {
		expert, class := i/len(classes), i%len(classes)
		x.all[expert] += int(n)
		if expert < c.Experts { // every layer gets all
			x.of[class] += int(n)
		}
	}
	for class := range x.of {
		x.of[class] /= c.TopK
		x.read += x.of[class]
	}
	return x
}

// divided reports whether counts are those of symbols of which each goes to TopK experts of every layer.
func (r *Record) divided(gets []int32) bool {
	c, classes := r.Experiment.Model, len(r.Experiment.Task.Classes())
	if len(gets) != c.Layers*c.Experts*classes || slices.Min(gets) < 0 {
		return false
	}
	var first []int
	for layer := range c.Layers {
		all := make([]int, classes)
		for i, n := range gets[layer*c.Experts*classes : (layer+1)*c.Experts*classes] {
			all[i%classes] += int(n)
		}
		if layer == 0 {
			first = all
		}
		for class, n := range all {
			if n != first[class] || n%c.TopK != 0 {
				return false
			}
		}
	}
	return true
}

// Router is the probability that the router of a layer gives an expert, the mean over all symbols; NaN where it was not
// measured. Those of a layer sum to 1.
func (x *Experts) Router(layer, expert int) float64 {
	if len(x.router) == 0 {
		return math.NaN()
	}
	return float64(x.router[layer*x.Experts+expert])
}

// Told reports whether it was measured which classes the experts get.
func (x *Experts) Told() bool { return len(x.gets) > 0 }

// Gets is how many symbols of a class go to an expert.
func (x *Experts) Gets(layer, expert, class int) int {
	if !x.Told() {
		return 0
	}
	return int(x.gets[(layer*x.Experts+expert)*len(x.Classes)+class])
}

// Of is how many symbols of a class there are. Each goes to TopK experts of every layer.
func (x *Experts) Of(class int) int { return x.of[class] }

// Read is how many symbols there are in all classes.
func (x *Experts) Read() int { return x.read }

// Load is the share of all symbols that go to an expert; NaN where it was not measured. Those of a layer sum to TopK.
func (x *Experts) Load(layer, expert int) float64 {
	return float64(x.all[layer*x.Experts+expert]) / float64(x.read)
}

// Share is the share of the symbols of a class that go to an expert; NaN where there are none.
func (x *Experts) Share(layer, expert, class int) float64 {
	return float64(x.Gets(layer, expert, class)) / float64(x.of[class])
}

// Even is the share of anything that every expert gets where all get the same.
func (x *Experts) Even() float64 { return float64(x.TopK) / float64(x.Experts) }

// Excess is the share of a class that an expert gets beyond the even one, beside the most that this can be, from −1 to
// 1; NaN where there are no symbols of it.
func (x *Experts) Excess(layer, expert, class int) float64 {
	return (x.Share(layer, expert, class) - x.Even()) / math.Max(x.Even(), 1-x.Even())
}

// fewKinds is up to how many classes have the order of their names; more are in that of the experts, which shows what
// they have divided among themselves.
const fewKinds = 12

// Sorted reports whether classes are so many that they are not in the order of their names.
func (x *Experts) Sorted() bool { return len(x.Classes) > fewKinds }

// Kinds are the classes of which any symbol was read, in the order in which they are shown for a layer: where they are
// many by the expert that gets most of them, and those of one expert by how much it gets.
func (x *Experts) Kinds(layer int) (kinds []int) {
	first := make([]int, len(x.Classes)) // the expert that gets most of a class
	for class, n := range x.of {
		if n == 0 {
			continue
		}
		kinds = append(kinds, class)
		for expert := range x.Experts {
			if x.Gets(layer, expert, class) > x.Gets(layer, first[class], class) {
				first[class] = expert
			}
		}
	}
	if x.Sorted() {
		slices.SortStableFunc(kinds, func(a, b int) int {
			return cmp.Or(cmp.Compare(first[a], first[b]),
				cmp.Compare(x.Share(layer, first[b], b), x.Share(layer, first[a], a)))
		})
	}
	return kinds
}

// Specialization is how far the experts of a layer have divided the classes among themselves: 0 where each gets the
// same mix of them, and 1 where the class says of a symbol all that can be said about where it goes. It is the mutual
// information of a symbol's class and an expert that it goes to, over the most that this can be: the entropy of the
// classes, or log(Experts/TopK), for TopK different experts get each symbol. NaN where nothing was measured, or nothing
// is to be divided.
func (x *Experts) Specialization(layer int) float64 {
	read, entropy, information := float64(x.read), 0.0, 0.0
	for class := range x.Classes {
		if n := float64(x.Of(class)); n > 0 {
			entropy -= n / read * math.Log(n/read)
		}
		for expert := range x.Experts {
			information += x.tells(layer, expert, class)
		}
	}
	most := math.Min(entropy, math.Log(1/x.Even()))
	if !(most > 0) {
		return math.NaN()
	}
	return math.Max(information/most, 0) // rounding can leave a little less
}

// tells is what an expert and a class add to the mutual information of all, in nats.
func (x *Experts) tells(layer, expert, class int) float64 {
	n := float64(x.Gets(layer, expert, class))
	if n == 0 {
		return 0
	}
	return n / float64(x.read*x.TopK) * math.Log(x.Share(layer, expert, class)/x.Load(layer, expert))
}

// Finding is an expert that gets more of a class than of others.
type Finding struct{ Layer, Expert, Class int }

// Finding is the expert and the class of which it gets most beside what it gets of all; false where none gets more, or
// nothing was measured. Classes with less than half of the symbols that each would have if all had as many do not
// count: a few symbols may be anywhere.
func (x *Experts) Finding() (best Finding, ok bool) {
	most := 0.0
	for class, n := range x.of {
		if 2*n*len(x.Classes) < x.read {
			continue
		}
		for layer := range x.Layers {
			for expert := range x.Experts {
				if more := x.Share(layer, expert, class) - x.Load(layer, expert); more > most {
					most, best, ok = more, Finding{layer, expert, class}, true
				}
			}
		}
	}
	return best, ok
}

// Says is a finding as a sentence without its end: "expert 2 of layer 1 gets 97 % of spaces, and 48 % of all
// symbols".
func (x *Experts) Says(f Finding) string {
	return fmt.Sprintf("expert %d of layer %d gets %s of %s, and %s of all symbols", f.Expert+1, f.Layer+1,
		Percent(x.Share(f.Layer, f.Expert, f.Class)), x.Class(f.Class), Percent(x.Load(f.Layer, f.Expert)))
}

// Class is a class as a sentence calls its symbols.
func (x *Experts) Class(class int) string { return x.called + x.Classes[class] }

// Percent is a share in whole hundredths: all and none only where it is that.
func Percent(share float64) string {
	switch whole := math.Round(100 * share); {
	case !Finite(share):
		return "no number"
	case whole == 0 && share > 0:
		return "less than 1 %"
	case whole == 100 && share < 1:
		return "over 99 %"
	default:
		return strconv.FormatFloat(whole, 'f', 0, 64) + " %"
	}
}
