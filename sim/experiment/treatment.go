package experiment

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Treatment is a named choice of where an arm begins and of what it does at its widenings.
type Treatment struct {
	ID, Name, About string
	from            From
	widens          bool
	does            Widening // Init, Scale, State, Rewarm.Scope and Dynamics; no Init leaves the pair that the arm has
}

func does(init widen.Init, scale widen.Scale, state widen.OptState, scope optim.Scope, d optim.Dynamics) Widening {
	return Widening{Spec: widen.Spec{Init: init, Scale: scale, OptState: state}, Rewarm: optim.Rewarm{Scope: scope},
		Dynamics: d}
}

// Treatments are the named choices: the baselines, the paper's own, and the competing methods of its App. J and K.
//
// Where a competing method is a way to break the symmetry by the weights alone (uneven, ±) its states are copied and
// nothing is re-warmed, so that nothing else breaks it; new neurons that are random have no states to copy, and begin
// with empty ones. The paper does not say.
var Treatments = func() []Treatment {
	var none optim.Dynamics
	faster := func(fraction float64) optim.Dynamics {
		return optim.Dynamics{Kind: optim.FasterDecay, Fraction: fraction}
	}
	const (
		still = optim.RewarmNone
		rms   = widen.RMS
	)
	return []Treatment{
		{ID: "small", Name: "Small", About: "never widened"},
		{"copy", "Copy", "neurons and optimizer states copied", Fork, true, does("", rms, widen.Copy, still, none)},
		{"drop", "Drop", "neurons copied, all optimizer states emptied", Fork, true,
			does("", rms, widen.Drop, still, none)},
		{"asymmetric", "Asymmetric reset", "as Copy, but the copies start with empty optimizer states", Fork, true,
			does("", rms, widen.Asymmetric, still, none)},
		{"asymmetric-scaled", "Asymmetric, scaled", "as Asymmetric reset, and the states of the originals are scaled " +
			"like their weights", Fork, true, does("", rms, widen.AsymmetricScaled, still, none)},
		{"sparkling", "SPARKLING", "as Asymmetric reset, and the copies' learning rate is warmed up again", Fork, true,
			does("", rms, widen.Asymmetric, optim.RewarmNew, none)},
		{"rewarm-all", "Re-warm all", "as Asymmetric reset, and every learning rate is warmed up again", Fork, true,
			does("", rms, widen.Asymmetric, optim.RewarmAll, none)},
		{"unscaled", "Unscaled", "as SPARKLING, but without the factor that keeps the RMS", Fork, true,
			does("", widen.Unscaled, widen.Asymmetric, optim.RewarmNew, none)},
		{"naive", "Naive", "as Copy, but without the factor that keeps the RMS", Fork, true,
			does("", widen.Unscaled, widen.Copy, still, none)},
		{"copy-scaled", "Copy, scaled", "as Copy, and all states are scaled like their weights", Fork, true,
			does("", rms, widen.CopyScaled, still, none)},
		{"scratch", "Wide from scratch", "the wide network, trained from the first step on", Scratch, true, Widening{}},
		{"equal-compute", "Wide, equal compute", "the wide network from scratch, for as many steps as cost what " +
			"widening costs", EqualCompute, true, Widening{}},
		{"uneven", "Uneven 1:2", "as Copy, but the original's outgoing weights carry 1/3 and the copy's 2/3", Fork,
			true, does(widen.Uneven, rms, widen.Copy, still, none)},
		{"uneven-random", "Uneven r:(1−r)", "as Uneven 1:2, with r drawn between 0.1 and 0.5 for every neuron", Fork,
			true, does(widen.UnevenRandom, rms, widen.Copy, still, none)},
		{"plus-minus", "± perturb", "as Copy, with noise of equal size and opposite sign on the outgoing weights of " +
			"the two halves", Fork, true, does(widen.PlusMinus, rms, widen.Copy, still, none)},
		{"remapped", "Scaled states, remapped rate", "all states copied and scaled; the rate goes on from where a " +
			"wide network from scratch has this loss", Fork, true,
			does("", rms, widen.CopyScaled, still, optim.Dynamics{Kind: optim.Remapped})},
		{"faster-25", "Uneven, decay 25 % faster", "as Uneven 1:2, and the rate reaches its end after 75 % of the " +
			"steps left", Fork, true, does(widen.Uneven, rms, widen.Copy, still, faster(0.75))},
		{"faster-50", "Uneven, decay 50 % faster", "as Uneven 1:2, and the rate reaches its end after 50 % of the " +
			"steps left", Fork, true, does(widen.Uneven, rms, widen.Copy, still, faster(0.5))},
		{"norm-adapted", "FP-random, adapted rate", "random neurons in pairs that cancel, with rates that follow the " +
			"norms of the new weights", Fork, true, does(widen.FPRandom, widen.Unscaled, widen.Asymmetric, still,
			optim.Dynamics{Kind: optim.NormAdapted})},
	}
}()

// competing reports whether an init belongs to a treatment of its own, or is none of the paper's five pairs.
func competing(i widen.Init) bool {
	switch i {
	case widen.CopyCopy, widen.RandomRandom, widen.RandomZero, widen.RandomCopy, widen.ZeroCopy:
		return false
	}
	return true
}

// TreatmentOf is the named choice that an arm follows, if it is one.
func TreatmentOf(a Arm) (Treatment, bool) {
	for _, t := range Treatments {
		if t.is(a) {
			return t, true
		}
	}
	return Treatment{}, false
}

func (t Treatment) is(a Arm) bool {
	if t.from != a.From || t.widens != (len(a.Widen) > 0) {
		return false
	}
	for _, w := range a.Widen {
		if a.From == Fork && w != t.on(w) {
			return false
		}
	}
	return true
}

// on is what the treatment makes of a widening.
func (t Treatment) on(w Widening) Widening {
	if t.from != Fork {
		return w
	}
	w.Scale, w.OptState, w.Rewarm.Scope, w.Dynamics = t.does.Scale, t.does.OptState, t.does.Rewarm.Scope,
		t.does.Dynamics
	switch {
	case t.does.Init != "":
		w.Init = t.does.Init
	case competing(w.Init):
		w.Init = widen.CopyCopy
	}
	return w
}

// treat makes an arm follow a named choice; stages are the widenings it then goes through if it had none.
func (t Treatment) treat(a Arm, stages []Widening) Arm {
	if len(a.Widen) > 0 {
		stages = a.Widen
	}
	a.Name, a.About, a.From, a.Widen = t.Name, t.About, t.from, nil
	if !t.widens {
		return a
	}
	for _, w := range stages {
		a.Widen = append(a.Widen, t.on(w))
	}
	return a
}

// Treated is an arm that follows the named choice of that identity at one widening, and bears its name.
func Treated(id string, w Widening) (Arm, error) {
	t, err := treatmentOf(id)
	if err != nil {
		return Arm{}, err
	}
	a := t.treat(Arm{}, []Widening{w})
	for i := range a.Widen {
		if s := &a.Widen[i]; s.OptState == "" { // an arm that is wide from the start has nothing to treat
			s.OptState, s.Rewarm.Scope = widen.Asymmetric, optim.RewarmNone
		}
	}
	return a, nil
}

// stages are the widenings that the shared controls show: those of the first arm that has any.
func (e Experiment) stages() []Widening {
	for _, a := range e.Arms {
		if len(a.Widen) > 0 {
			return a.Widen
		}
	}
	return []Widening{{
		Step:   e.Steps / 2,
		Spec:   widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS, OptState: widen.Copy},
		Rewarm: optim.Rewarm{Scope: optim.RewarmNone, Rho: 1.3, Fraction: optim.DefaultFraction},
	}}
}

// treatmentOf is the named choice of that identity.
func treatmentOf(id string) (Treatment, error) {
	for _, t := range Treatments {
		if t.ID == id {
			return t, nil
		}
	}
	return Treatment{}, fmt.Errorf("there is no treatment %q", id)
}

// setTreatment changes the treatment of one arm to one that exists.
func (e *Experiment) setTreatment(arm int, id string) {
	t, err := treatmentOf(id)
	if err != nil {
		panic(err) // the choices of the control are wrong
	}
	e.Arms[arm] = t.treat(e.Arms[arm], e.stages())
}
