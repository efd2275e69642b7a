package reproduce

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Entry is one arm that claims refer to by its key. At which step it is widened is settled by the setting.
type Entry struct {
	Key string
	arm experiment.Arm
}

// Name is what the arm is called.
func (e Entry) Name() string { return e.arm.Name }

// at is the arm widened at a step.
func (e Entry) at(step int) experiment.Arm {
	a := e.arm
	a.Widen = append([]experiment.Widening(nil), a.Widen...)
	for i := range a.Widen {
		a.Widen[i].Step = step
	}
	return a
}

// Keys of the arms that the text speaks of; each is a treatment of package sim on copies at Inner 2x.
var (
	Small     = key(widen.CopyCopy, "small")
	Copy      = key(widen.CopyCopy, "copy") // naive FP scaled
	Drop      = key(widen.CopyCopy, "drop")
	Asym      = key(widen.CopyCopy, "asymmetric")
	Sparkling = key(widen.CopyCopy, "sparkling")
	RewarmAll = key(widen.CopyCopy, "rewarm-all")
	Scratch   = key(widen.CopyCopy, "scratch")
	// Two arms that the paper does not have: Copy, with rates re-warmed. They tell a learning rate's worth from that of
	// a broken symmetry.
	CopyRewarmNew = key(widen.CopyCopy, "copy, re-warm new")
	CopyRewarmAll = key(widen.CopyCopy, "copy, re-warm all")
)

// key is the name under which claims look for an arm at Inner 2x; on makes it another axis.
func key(init widen.Init, treatment string) string { return string(init) + "/" + treatment }

func on(axis model.Axis, k string) string {
	if axis == model.Inner {
		return k
	}
	return k + "/" + string(axis)
}

// pair is an arm with a pair of initialisations that follows a treatment; treatments with a pair of their own keep it.
func pair(axis model.Axis, init widen.Init, treatment string) Entry {
	a, err := experiment.Treated(treatment, experiment.Widening{
		Spec:   widen.Spec{Axis: axis, Factor: 2, Init: init, Scale: widen.RMS},
		Rewarm: optim.Rewarm{Rho: 1.3, Fraction: optim.DefaultFraction},
	})
	if err != nil {
		panic(err) // the keys of this package are wrong
	}
	e := Entry{on(axis, key(init, treatment)), a}
	if init != widen.CopyCopy {
		e.arm.Name += ", " + string(init)
	}
	if axis != model.Inner {
		e.arm.Name += ", " + string(axis)
	}
	return e
}

// rewarmedCopy is Copy with rates that are re-warmed all the same.
func rewarmedCopy(k string, scope optim.Scope) Entry {
	e := pair(model.Inner, widen.CopyCopy, "copy")
	e.Key, e.arm.Name, e.arm.Widen[0].Rewarm.Scope = k, "Copy, re-warm "+string(scope), scope
	return e
}

// allPairs are those of Table 6 and Fig. 1, SPARKLING's own first; tablePairs are the rows of Table 6.
var (
	allPairs   = []widen.Init{widen.CopyCopy, widen.RandomRandom, widen.RandomZero, widen.RandomCopy, widen.ZeroCopy}
	tablePairs = []widen.Init{widen.RandomCopy, widen.ZeroCopy, widen.CopyCopy}
)

// columns are those of Table 6, and the treatment that each is. "Asymmetry" is the asymmetric reset and the asymmetric
// re-warmup together: only then is "both" the recipe whose loss the paper gives for SPARKLING, and "RMS only" what it
// gives for naive FP scaled (Table 1).
var columns = []struct{ name, treatment string }{{"neither", "naive"}, {"RMS only", "copy"},
	{"asymmetry only", "unscaled"}, {"both", "sparkling"}}

// Axes are those that claim 5 is about.
var Axes = []model.Axis{model.Inner, model.Hidden, model.Joint}

// Group is a handful of arms that share one small phase: one Experiment a setting and seed.
type Group struct {
	Name    string
	Entries []Entry
}

// groups are all arms that claims refer to, each in one group.
func groups() []Group {
	states, rivals := Group{Name: "states"}, Group{Name: "rivals"}
	for _, t := range []string{"small", "copy", "drop", "asymmetric", "sparkling", "rewarm-all"} {
		states.Entries = append(states.Entries, pair(model.Inner, widen.CopyCopy, t))
	}
	states.Entries = append(states.Entries, rewarmedCopy(CopyRewarmNew, optim.RewarmNew),
		rewarmedCopy(CopyRewarmAll, optim.RewarmAll))
	for _, t := range []string{"plus-minus", "uneven-random", "uneven", "remapped", "faster-50", "faster-25",
		"norm-adapted"} {
		rivals.Entries = append(rivals.Entries, pair(model.Inner, widen.CopyCopy, t))
	}
	scaled, unscaled := Group{Name: "scaled pairs"}, Group{Name: "unscaled pairs"}
	whole := Group{Name: "whole", Entries: []Entry{pair(model.Inner, widen.CopyCopy, "scratch")}}
	for _, p := range allPairs {
		if p != widen.CopyCopy {
			scaled.Entries = append(scaled.Entries, pair(model.Inner, p, "sparkling"),
				pair(model.Inner, p, "asymmetric"))
		}
		unscaled.Entries = append(unscaled.Entries, pair(model.Inner, p, "unscaled"))
	}
	for _, p := range tablePairs {
		unscaled.Entries = append(unscaled.Entries, pair(model.Inner, p, "naive"))
		if p != widen.CopyCopy {
			whole.Entries = append(whole.Entries, pair(model.Inner, p, "copy"))
		}
	}
	for _, axis := range Axes {
		whole.Entries = append(whole.Entries, pair(axis, widen.CopyCopy, "equal-compute"))
		if axis != model.Inner { // which has it among the states
			whole.Entries = append(whole.Entries, pair(axis, widen.CopyCopy, "sparkling"))
		}
	}
	// The signal on both axes, where far more of it goes through widened tensors. One arm has its place among the
	// rivals, which have room.
	both := Group{Name: "both axes", Entries: []Entry{pair(model.Joint, widen.CopyCopy, "unscaled")}}
	for _, p := range allPairs[1:] {
		e := pair(model.Joint, p, "sparkling")
		if p == widen.RandomZero {
			rivals.Entries = append(rivals.Entries, e)
		} else {
			both.Entries = append(both.Entries, e)
		}
		both.Entries = append(both.Entries, pair(model.Joint, p, "unscaled"))
	}
	return []Group{states, scaled, unscaled, whole, rivals, both}
}

// NameOf is the name of an arm.
func NameOf(key string) string {
	for _, g := range groups() {
		for _, e := range g.Entries {
			if e.Key == key {
				return e.Name()
			}
		}
	}
	return key
}

// Shown is an arm under the name that a figure gives it.
type Shown struct {
	Key, Name string
	Pair      int // index of its init pair, copy-copy first
	Scaled    bool
}

// SignalArms are all pairs under the whole recipe, with the factor that keeps the RMS and without.
func SignalArms(axis model.Axis) []Shown {
	var out []Shown
	for i, p := range allPairs {
		out = append(out, Shown{on(axis, scaled(p)), string(p) + ", scaled", i, true},
			Shown{on(axis, unscaled(p)), string(p) + ", not scaled", i, false})
	}
	return out
}

// EqualCompute are the widened run along an axis, and the wide network from scratch that costs as much.
func EqualCompute(axis model.Axis) []string {
	return []string{on(axis, Sparkling), on(axis, key(widen.CopyCopy, "equal-compute"))}
}

// ComputeArms are the widened run, and the wide network from scratch for all steps and at equal compute.
func ComputeArms() []Shown {
	return []Shown{{Key: Sparkling, Name: "SPARKLING"}, {Key: key(widen.CopyCopy, "equal-compute"),
		Name: "from scratch, equal compute"}, {Key: Scratch, Name: "from scratch"}}
}
