package experiment

import (
	"sync"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Builtin is an experiment that the program brings along. Its name and what it is about are the document's.
type Builtin struct {
	Title  string
	Lesson bool // one of the four lessons; the others show a part of the paper
	Experiment
}

// Builtins are the experiments that the program brings along and offers everywhere: the first minute, then the lessons,
// then the others.
func Builtins() []Builtin {
	out := append([]Builtin{{Title: "The first minute", Experiment: FirstMinute()}}, lessons()...)
	out = append(out, Builtin{Title: "Opticks, the default experiment", Experiment: Default()})
	return append(append(out, tasks()...), systems()...)
}

// FirstMinute is the experiment that the Lab opens with: a table of facts, of which can be counted how many a network
// knows, and the paper's beta2.
func FirstMinute() Experiment {
	e := Default()
	e.Name = "facts"
	e.About = "A table of random facts, two letters and their answer, and nothing but memory helps. Asked one by one " +
		"at the end: how many does each network know?"
	e.Task = task.Spec{Kind: task.KindFacts, Letters: 36, Table: 1, Answers: true, Seq: 16, Batch: 32}
	e.Model.Inner = 8
	e.Optimizer.Beta2 = 0.95
	e.Arms = arms(twice(300), "small", "copy", "asymmetric", "sparkling")
	return e
}

// All are those that are offered, and after them the long ones.
func All() []Builtin { return append(Builtins(), Long()...) }

// builtins are made once; nothing changes them.
var builtins = sync.OnceValue(All)

// Named is the built-in experiment of that name; it errs with [Unknown].
func Named(name string) (Experiment, error) {
	if now, ok := renamedBuiltins[name]; ok {
		name = now
	}
	for _, b := range builtins() {
		if b.Name == name {
			return b.Clone(), nil
		}
	}
	return Experiment{}, Unknown{name, nearest(name)}
}

// renamedBuiltins are names that experiments had before, which addresses may still have.
var renamedBuiltins = map[string]string{"gains": "norm-weights", "rivals": "competitors"}

// Default is what the other experiments are variants of, and what is measured where nothing else is said: Newton's
// Opticks, Inner 2x at half-time, three arms and the small baseline. Beta2 is 0.999 where the paper has 0.95: at this
// size the asymmetric reset alone is hardly visible with 0.95.
func Default() Experiment {
	return Experiment{
		Version: Version,
		Name:    "default",
		About: "A small mixture-of-experts network reads Newton's Opticks. In the middle of its training its " +
			"experts are made twice as wide, in three ways.",
		Task:  task.Spec{Kind: task.KindText, Text: task.TextOpticks, Seq: 64, Batch: 8},
		Seed:  1,
		Steps: 1000,
		Model: model.Config{
			Hidden: 32, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8, Experts: 4, TopK: 2, Inner: 16,
			NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.1, LogitMult: 1,
		},
		Optimizer: optim.Config{
			Kind: optim.AdamW, LR: 1e-2, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95,
			Warmup: 0.03, MinLRRatio: 0.01,
		},
		Arms: arms(twice(500), "small", "copy", "asymmetric", "sparkling"),
	}
}

// twice is one widening of the inner axis to twice its width.
func twice(step int) Widening {
	return Widening{
		Step:   step,
		Spec:   widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS},
		Rewarm: optim.Rewarm{Rho: 1.3, Steps: 10},
	}
}

// arms follow the named treatments at one widening.
func arms(w Widening, ids ...string) []Arm {
	var out []Arm
	for _, id := range ids {
		a, err := Treated(id, w)
		if err != nil {
			panic(err) // the experiments of this package are wrong
		}
		out = append(out, a)
	}
	return out
}

// variant is the default experiment under another name, changed by f.
func variant(title, name, about string, f func(e *Experiment)) Builtin {
	e := Default()
	e.Name, e.About = name, about
	f(&e)
	return Builtin{Title: title, Experiment: e}
}

func lessons() []Builtin {
	out := []Builtin{
		variant("The lock", "lock",
			"Neurons are copied. Emptying all optimizer states moves the copies at first as far as emptying theirs "+
				"alone, but the halves stay equal for ever.",
			func(e *Experiment) { e.Arms = arms(twice(500), "copy", "drop", "asymmetric") }),
		variant("The signal", "signal",
			"Both widths are doubled, with and without the factor that keeps the RMS, and with random weights. Does "+
				"the spike at the widening tell how a run ends?",
			func(e *Experiment) {
				w := twice(500)
				w.Axis = model.Joint
				e.Arms = arms(w, "sparkling", "unscaled", "sparkling")
				e.Arms[0].Name = "Scaled"
				random(&e.Arms[2], "Random", "as Scaled, but new rows and columns are random", widen.RandomRandom)
			}),
		variant("The whole recipe", "recipe",
			"Copies alone, with the asymmetric reset, with the re-warmup of the copies, and with a re-warmup of "+
				"everything, which the paper finds worse than SPARKLING.",
			func(e *Experiment) { e.Arms = arms(twice(500), "copy", "asymmetric", "sparkling", "rewarm-all") }),
		variant("The same compute", "compute",
			"The widened network against the wide one from scratch, which stops when it has cost as many operations "+
				"and whose learning rate ends there too. Compare the ends.",
			func(e *Experiment) { e.Arms = arms(twice(500), "sparkling", "equal-compute") }),
	}
	for i := range out {
		out[i].Lesson = true
	}
	return out
}

// random gives an arm another init pair, and the name that says so.
func random(a *Arm, name, about string, init widen.Init) {
	a.Name, a.About = name, about
	for i := range a.Widen {
		a.Widen[i].Init = init
	}
}
