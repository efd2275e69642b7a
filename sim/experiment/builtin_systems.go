package experiment

import (
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// systems are the parts of the paper, one experiment each.
func systems() []Builtin {
	return []Builtin{
		variant("Init pairs", "pairs",
			"The five pairs of fan-out and fan-in initialisation, all scaled and treated as SPARKLING, and the trap "+
				"of zero-copy: a gate of zeros beside zeros is dead for ever.",
			func(e *Experiment) {
				e.Arms = nil
				for _, x := range []struct {
					name, about string
					init        widen.Init
				}{
					{"Copy-copy", "new rows and columns copied", widen.CopyCopy},
					{"Random-random", "new rows and columns random", widen.RandomRandom},
					{"Random-zero", "new rows random, new columns zero", widen.RandomZero},
					{"Random-copy", "new rows random, new columns copied", widen.RandomCopy},
					{"Zero-copy", "new rows zero but for the gate's, new columns copied", widen.ZeroCopy},
					{"Zero-copy, dead", "as Zero-copy, but the gate's new rows are zero too", widen.ZeroCopyDead},
				} {
					a := arms(twice(500), "sparkling")[0]
					random(&a, x.name, x.about, x.init)
					e.Arms = append(e.Arms, a)
				}
			}),
		variant("Norm weights", "norm-weights",
			"The residual stream is widened. The new norm weights are copied, or drawn from among the old ones.",
			func(e *Experiment) {
				w := twice(500)
				w.Axis = model.Hidden
				e.Arms = arms(w, "sparkling", "sparkling")
				e.Arms[0].Name, e.Arms[0].About = "Copied norms", "new norm weights are copies"
				e.Arms[1].Name, e.Arms[1].About = "Drawn norms", "new norm weights are drawn from among the old ones"
				e.Arms[1].Widen[0].NormWeights = widen.SampleNormWeights
			}),
		variant("Optimizer states", "states",
			"Neurons are copied, and nothing is re-warmed. Only what becomes of the optimizer's states differs.",
			func(e *Experiment) {
				e.Arms = arms(twice(500), "drop", "copy", "copy-scaled", "asymmetric", "asymmetric-scaled")
			}),
		variant("Muon", "muon",
			"The default experiment with Muon for the matrices of attention and experts. Orthogonal updates do not "+
				"break the symmetry either.",
			func(e *Experiment) { e.Optimizer.Kind = optim.Muon }),
		variant("A dense network", "dense",
			"One expert that every character passes through, as wide as two of the default experiment's.",
			func(e *Experiment) {
				e.Model.Experts, e.Model.TopK, e.Model.Inner = 1, 1, 32
				e.Arms = arms(twice(500), "small", "copy", "sparkling", "scratch")
			}),
		variant("Two stages", "stages",
			"From 8 to 16 to 32 neurons an expert, against one widening by four times and the wide network from "+
				"scratch. Copies of copies are pairs too.",
			func(e *Experiment) {
				e.Model.Inner = 8
				early, at := twice(250), twice(500)
				early.Rewarm.Steps, early.Rewarm.Fraction = 0, optim.DefaultFraction
				at.Rewarm.Steps, at.Rewarm.Fraction = 0, optim.DefaultFraction
				once := at
				once.Factor = 4
				e.Arms = slices.Concat(arms(early, "copy", "sparkling"), arms(once, "sparkling", "scratch"))
				for i, id := range []string{"copy", "sparkling"} {
					e.Arms[i].Widen = append(e.Arms[i].Widen, arms(at, id)[0].Widen...)
				}
				for i := range e.Arms {
					e.Arms[i].Name, e.Arms[i].About = e.called(i)
				}
			}),
		variant("Competitors: weights", "competitors",
			"Other ways to part the halves: uneven splits, noise of opposite sign, a re-warmup of everything; and "+
				"the naive copy that keeps the function.",
			func(e *Experiment) {
				e.Arms = arms(twice(500), "sparkling", "copy", "uneven", "uneven-random", "plus-minus", "rewarm-all")
			}),
		variant("Competitors: rates", "dynamics",
			"Other learning rates after the widening: on from where a wide network from scratch has the same loss, a "+
				"faster end, rates that follow the norms.",
			func(e *Experiment) {
				e.Arms = arms(twice(500), "sparkling", "remapped", "faster-25", "faster-50", "norm-adapted")
				for i, short := range []string{"Remapped rate", "Faster decay, 25 %", "Faster decay, 50 %",
					"Norm-adapted"} {
					e.Arms[i+1].Name = short // longer ones have no room beside the curves
				}
			}),
		variant("Baselines", "baselines",
			"The widened network between the small one, the wide one from scratch, and the wide one from scratch at "+
				"equal compute.",
			func(e *Experiment) { e.Arms = arms(twice(500), "small", "sparkling", "scratch", "equal-compute") }),
		variant("The paper's β2", "beta095",
			"The default experiment with the paper's β2 of 0.95. At this size the asymmetric reset alone is hardly "+
				"visible then; the re-warmup still shows.",
			func(e *Experiment) { e.Optimizer.Beta2 = 0.95 }),
		variant("The reset at the paper's β2", "reset",
			"With β2 at 0.95 an emptied state pushes the halves apart only a little. The earlier the network is "+
				"widened, the more time and learning rate has that little to grow.",
			func(e *Experiment) {
				e.Optimizer.Beta2 = 0.95
				w := twice(150)
				w.Rewarm.Steps, w.Rewarm.Fraction = 0, optim.DefaultFraction
				e.Arms = arms(w, "small", "copy", "asymmetric", "sparkling")
			}),
	}
}
