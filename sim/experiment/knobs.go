package experiment

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// The groups of controls, most used first. Those after Arms are for the curious.
const (
	groupRun       = "Run"
	groupWiden     = "Widening"
	GroupArms      = "Arms"
	groupNetwork   = "Network"
	groupOptimizer = "Optimizer"
	groupDetail    = "Arm %d" + groupDetailEnd
	groupDetailEnd = " in detail"
)

// Knobs are the controls of an experiment. An arm that the program named is called after what it does when one was
// turned.
func Knobs(e Experiment) []Knob {
	steps := number(KnobInt, "steps", "Steps", "Updates of the whole run. The learning rate falls to its end over "+
		"them, and Widen at step stays at the same fraction of them"+e.followed()+".", 20, 20000)
	steps.Get = func(e Experiment) string { return strconv.Itoa(e.Steps) }
	knobs := in(groupRun, seedKnob(), steps.counts(func(e *Experiment, n int) { *e = e.Rescale(n) }))
	knobs = append(knobs, in(groupWiden, widenKnobs(e)...)...)
	knobs = append(knobs, in(groupTask, taskKnobs(e)...)...)
	for i := range e.Arms {
		knobs = append(knobs, in(GroupArms, nameKnob(e, i), treatmentKnob(e, i))...)
	}
	knobs = append(knobs, advanced(groupNetwork, networkKnobs()...)...)
	knobs = append(knobs, advanced(groupOptimizer, optimizerKnobs()...)...)
	for i, a := range e.Arms {
		if len(a.Widen) > 0 {
			knobs = append(knobs, advanced(fmt.Sprintf(groupDetail, i+1), detailKnobs(i)...)...)
		}
	}
	for i := range knobs {
		if knobs[i].Kind != KnobName {
			knobs[i] = knobs[i].named()
		}
	}
	return knobs
}

func seedKnob() Knob {
	return seeded("seed", "Seed",
		"Where the random numbers begin. The same seed gives the same bits in the same browser, or on the same kind "+
			"of processor in the native program; those of one are not those of the other.",
		func(e *Experiment) *uint64 { return &e.Seed })
}

// widenKnobs are what all arms share, at all stages.
func widenKnobs(e Experiment) []Knob {
	all := func(e *Experiment) (out [][]Widening) {
		for i := range e.Arms {
			out = append(out, e.Arms[i].Widen)
		}
		return out
	}
	tau := number(KnobInt, "tau", "Re-warmup steps τw", "Over how many updates it rises. The paper's 250 of 63,600 "+
		"are too many for a short run: 2 % of the steps left is a good choice.", 0, 1000).
		counts(at(all, func(w *Widening, n int) { w.Rewarm.Steps, w.Rewarm.Fraction = n, 0 }))
	tau.Mixed = mixed
	tau.Get = func(e Experiment) string {
		w := e.stages()[0]
		return strconv.Itoa(w.Rewarm.Tau(e.Steps - w.Step))
	}
	where := []Knob{
		widenAtKnob(e),
		choice("axis", "Axis", "What grows: the neurons of each expert, the residual stream, or both.",
			[]Choice{{string(model.Inner), "Inner: neurons of each expert"},
				{string(model.Hidden), "Hidden: residual stream"}, {string(model.Joint), "Joint: both"}}).
			everywhere(all, func(w Widening) string { return string(w.Axis) },
				func(w *Widening, v string) { w.Axis = model.Axis(v) }),
	}
	return slices.Concat(where, stageKnobs(e), []Knob{
		choice("init", "New weights", "What new rows and new columns hold at first. It sets New weights in every arm, "+
			"which are a part of what every arm does.", initChoices()).
			everywhere(all, func(w Widening) string { return string(w.Init) },
				func(w *Widening, v string) { w.Init = widen.Init(v) }),
		choice("norm-weights", "New norm weights", "What the norm weights hold for new coordinates of the "+
			"residual stream.",
			[]Choice{{string(widen.CopyNormWeights), "copied"},
				{string(widen.SampleNormWeights), "drawn from among the old ones"}}).
			everywhere(all, func(w Widening) string {
				return cmp.Or(string(w.NormWeights), string(widen.CopyNormWeights))
			},
				func(w *Widening, v string) {
					w.NormWeights = widen.NormWeights(silent(v, string(widen.CopyNormWeights)))
				}),
		number(KnobFloat, "rho", "Re-warmup peak ρ", "How far a re-warmed learning rate rises above the "+
			"present one.", 1, 3).
			common(all, func(w Widening) string { return format(w.Rewarm.Rho) }).
			measures(at(all, func(w *Widening, x float64) { w.Rewarm.Rho = x })),
		tau,
	})
}

// stateChoices are what may become of the optimizer's states, in words.
var stateChoices = []Choice{
	{string(widen.Drop), "all emptied"}, {string(widen.Copy), "copied"},
	{string(widen.CopyScaled), "copied and scaled"},
	{string(widen.Asymmetric), "emptied for the copies"},
	{string(widen.AsymmetricScaled), "emptied for the copies, scaled for the originals"},
}

// initNames say what an init pair does, for those that do not say it themselves.
var initNames = map[widen.Init]string{
	widen.CopyCopy: "copy-copy (SPARKLING)", widen.ZeroCopyDead: "zero-copy, gate zero too: dead for ever",
	widen.Uneven:       "copies, uneven 1:2",
	widen.UnevenRandom: "copies, uneven r:(1−r)", widen.PlusMinus: "copies, ± noise",
	widen.FPRandom: "random pairs that cancel",
}

func initChoices() []Choice {
	out := same(widen.Inits)
	for i, c := range out {
		if name, ok := initNames[widen.Init(c.Value)]; ok {
			out[i].Label = name
		}
	}
	return out
}

// maxName is how many characters a name that is given to an arm with a control may have.
const maxName = 40

// nameKnob is the name that somebody gives an arm; without one, it is called after what it does.
func nameKnob(e Experiment, arm int) Knob {
	own := e.Arms[arm].Name
	if !e.calls(arm, own) {
		own, _ = e.calling(arm)
		own = e.free(arm, own)
	}
	k := Knob{ID: fmt.Sprintf("arm%d.name", arm), Label: fmt.Sprintf("Name of arm %d", arm+1), Kind: KnobName,
		Help: "What you call it; without a name it is called after what it does. A lesson that speaks of it calls it " +
			"so too.", Mixed: own}
	k.Get = func(e Experiment) string {
		if name := e.Arms[arm].Name; !e.calls(arm, name) {
			return name
		}
		return ""
	}
	k.Set = func(e *Experiment, name string) error {
		name = strings.TrimSpace(name)
		switch n := utf8.RuneCountInString(name); {
		case n > maxName || plain.Line(name) != name:
			return fmt.Errorf("%s is %q; allowed are up to %d characters in one line", k.Label,
				plain.Line(name), maxName)
		case e.taken(arm, name):
			return fmt.Errorf("%s is %q; allowed are names that no other arm has", k.Label, name)
		case name == "":
			own, _ := e.calling(arm)
			name = e.free(arm, own)
		}
		e.Arms[arm].Name = name
		return nil
	}
	return k
}

func treatmentKnob(e Experiment, arm int) Knob {
	stages := e.Arms[arm].Widen
	if len(stages) == 0 {
		stages = e.stages()
	}
	var choices []Choice
	for _, t := range Treatments {
		name, about := t.called(stages)
		choices = append(choices, Choice{t.ID, name + ": " + about})
	}
	k := choice(fmt.Sprintf("arm%d.treatment", arm), fmt.Sprintf("Arm %d does", arm+1),
		"What it does at the widening. That sets what it does in detail: Begins, New weights, Scaling, Optimizer "+
			"states, Re-warmup and Other dynamics.", choices)
	k.Mixed = "a mixture of its own"
	k.Get = func(e Experiment) string {
		t, _ := TreatmentOf(e.Arms[arm])
		return t.ID
	}
	return k.chooses(func(e *Experiment, v string) { e.setTreatment(arm, v) })
}

// detailKnobs are what a treatment sets together, one by one.
func detailKnobs(arm int) []Knob {
	id := func(name string) string { return fmt.Sprintf("arm%d.%s", arm, name) }
	here := func(e *Experiment) [][]Widening { return [][]Widening{e.Arms[arm].Widen} }
	part := fmt.Sprintf(" A part of what arm %d does.", arm+1)
	from := choice(id("from"), "Begins", "As a fork of the small phase, or as the wide network itself, for all steps "+
		"or for as many as cost the same."+part,
		[]Choice{{atFork, "at the fork"}, {string(Scratch), "wide, from scratch"},
			{string(EqualCompute), "wide, from scratch, equal compute"}})
	from.Get = func(e Experiment) string { return cmp.Or(string(e.Arms[arm].From), atFork) }
	from = from.chooses(func(e *Experiment, v string) { e.Arms[arm].From = From(silent(v, atFork)) })
	return []Knob{
		from,
		choice(id("init"), "New weights", "What new rows and new columns hold at first, in this arm. New weights "+
			"of all arms then says where they differ."+part, initChoices()).
			everywhere(here, func(w Widening) string { return string(w.Init) },
				func(w *Widening, v string) { w.Init = widen.Init(v) }),
		choice(id("scale"), "Scaling", "Whether widened columns carry the factor that keeps the RMS of what "+
			"follows."+part,
			[]Choice{{string(widen.RMS), "keeps the RMS"}, {string(widen.Unscaled), "none"}}).
			everywhere(here, func(w Widening) string { return string(w.Scale) },
				func(w *Widening, v string) { w.Scale = widen.Scale(v) }),
		choice(id("optimizer-states"), "Optimizer states", "What becomes of the optimizer's memory of the gradients. "+
			"The asymmetric reset empties that of the copies only."+part, stateChoices).
			everywhere(here, func(w Widening) string { return string(w.OptState) },
				func(w *Widening, v string) { w.OptState = widen.OptState(v) }),
		choice(id("rewarm"), "Re-warmup", "Whose learning rate rises again after the widening."+part,
			[]Choice{{string(optim.RewarmNone), "none"}, {string(optim.RewarmNew), "new parameters"},
				{string(optim.RewarmAll), "all parameters"}}).
			everywhere(here, func(w Widening) string { return string(w.Rewarm.Scope) },
				func(w *Widening, v string) { w.Rewarm.Scope = optim.Scope(v) }),
		choice(id("dynamics"), "Other dynamics", "What a competing method does with the learning rate instead of a "+
			"re-warmup."+part, dynamicsChoices).
			everywhere(here, func(w Widening) string { return dynamicsValue(w.Dynamics) },
				func(w *Widening, v string) { w.Dynamics = dynamicsOf(v) }),
	}
}

// What a document says by saying nothing has a name among the choices.
const (
	atFork     = "fork"
	noDynamics = "none"
)

func silent(value, nothing string) string {
	if value == nothing {
		return ""
	}
	return value
}

var dynamicsChoices = []Choice{
	{noDynamics, "none"}, {"remapped", "remapped to the wide network's place"},
	{"faster-decay 0.75", "25 % faster decay"}, {"faster-decay 0.5", "50 % faster decay"},
	{"norm-adapted", "follows the norms"},
}

func dynamicsValue(d optim.Dynamics) string {
	if d.Kind == optim.FasterDecay {
		return string(d.Kind) + " " + format(d.Fraction)
	}
	return cmp.Or(string(d.Kind), noDynamics)
}

func dynamicsOf(value string) optim.Dynamics {
	kind, fraction, _ := strings.Cut(silent(value, noDynamics), " ")
	d := optim.Dynamics{Kind: optim.DynamicsKind(kind)}
	d.Fraction, _ = strconv.ParseFloat(fraction, 64)
	return d
}

func networkKnobs() []Knob {
	return []Knob{
		whole("hidden", "Residual stream d", "Width of the residual stream before any widening.", 1, 1024,
			func(e *Experiment) *int { return &e.Model.Hidden }),
		whole("inner", "Neurons of an expert f", "Width of each expert before any widening.", 1, 4096,
			func(e *Experiment) *int { return &e.Model.Inner }),
		whole("layers", "Layers", "How many blocks of attention and experts follow one another.", 1, 24,
			func(e *Experiment) *int { return &e.Model.Layers }),
		whole("experts", "Experts", "How many experts each layer has; one is a dense network.", 1, 64,
			func(e *Experiment) *int { return &e.Model.Experts }),
		whole("top-k", "Experts a token", "How many experts each character passes through.", 1, 64,
			func(e *Experiment) *int { return &e.Model.TopK }),
	}
}

func optimizerKnobs() []Knob {
	kind := choice("optimizer", "Optimizer", "AdamW for everything, or Muon for the matrices of attention and experts.",
		[]Choice{{string(optim.AdamW), "AdamW"}, {string(optim.Muon), "Muon"}})
	kind.Get = func(e Experiment) string { return string(e.Optimizer.Kind) }
	kind = kind.chooses(func(e *Experiment, v string) { e.Optimizer.Kind = optim.Kind(v) })
	return []Knob{
		kind,
		real("lr", "Learning rate", "Its peak, after the first warm-up.", 0, 10,
			func(e *Experiment) *float64 { return &e.Optimizer.LR }),
		real("beta2", "Adam’s β2", "How slowly the second moment forgets. The paper has 0.95; at this size 0.999 "+
			"shows the asymmetric reset.", 0, 0.9999,
			func(e *Experiment) *float64 { return &e.Optimizer.Beta2 }),
		real("weight-decay", "Weight decay", "By how much of its learning rate every weight shrinks in an update. "+
			"Where sums are learnt, it decides between remembering and calculating.", 0, 10,
			func(e *Experiment) *float64 { return &e.Optimizer.WeightDecay }),
	}
}
