package sim

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Alike reports whether two arms do the same at their widenings, wherever these are, and however far and long a rate rises after them.
func Alike(a, b Arm) bool {
	if a.From != b.From || len(a.Widen) != len(b.Widen) {
		return false
	}
	for i, w := range a.Widen {
		if v := b.Widen[i]; w.Spec != v.Spec || w.Rewarm.Scope != v.Rewarm.Scope || w.Dynamics != v.Dynamics {
			return false
		}
	}
	return true
}

// named makes a control call every arm after what it then does, unless its name is the user's own.
func (k Knob) named() Knob {
	set := k.Set
	k.Set = func(e *Experiment, v string) error {
		before := e.Clone()
		if err := set(e, v); err != nil {
			return err
		}
		for i := range e.Arms {
			a, was := &e.Arms[i], before.Arms[i]
			if a.Name != was.Name || before.calls(i, was.Name) {
				a.Name, a.About = e.calling(i)
			}
		}
		return nil
	}
	return k
}

// calls reports whether a name of an arm is one that the program gives it.
func (e Experiment) calls(arm int, name string) bool {
	own, _ := e.calling(arm)
	b, err := Named(e.Name)
	return name == own || err == nil && arm < len(b.Arms) && name == b.Arms[arm].Name
}

// calling is what the program calls an arm, and says about it: what the built-in experiment of that name does, where the arm does the same
// there; else what follows from what the arm does.
func (e Experiment) calling(arm int) (name, about string) {
	a := e.Arms[arm]
	if b, err := Named(e.Name); err == nil && arm < len(b.Arms) && Alike(a, b.Arms[arm]) {
		return b.Arms[arm].Name, b.Arms[arm].About
	}
	t, ok := TreatmentOf(a)
	name, about = t.Name, t.About
	switch {
	case !ok:
		name, about = fmt.Sprintf("Arm %d, own mixture", arm+1), mixture(a.Widen[0])
	case a.Widens() && t.does.Init == "" && a.Widen[0].Init != widen.CopyCopy:
		name, about = name+", "+string(a.Widen[0].Init), mixture(a.Widen[0])
	case a.Widens():
		about = strings.Replace(about, "neurons", Grown(a.Widen[0].Axis), 1)
	}
	for _, b := range e.Arms {
		if len(a.Widen) > 0 && len(b.Widen) > 0 && factors(a) != factors(b) {
			return name + " " + factors(a), about
		}
	}
	return name, about
}

// factors are those of an arm's widenings, in words.
func factors(a Arm) string {
	var out []string
	for _, w := range a.Widen {
		out = append(out, format(w.Factor)+"x")
	}
	return strings.Join(out, ", ")
}

// Grown are the things that an axis has more of after a widening.
func Grown(axis model.Axis) string {
	switch axis {
	case model.Hidden:
		return "channels"
	case model.Joint:
		return "neurons and channels"
	}
	return "neurons"
}

// mixture says what a widening does, part by part.
func mixture(w Widening) string {
	parts := []string{"new weights " + string(w.Init)}
	if w.Scale == widen.Unscaled {
		parts = append(parts, "without the factor that keeps the RMS")
	}
	parts = append(parts, map[widen.State]string{
		widen.Drop: "all optimizer states emptied", widen.Copy: "optimizer states copied", widen.CopyScaled: "optimizer states copied and scaled",
		widen.Asymmetric: "new optimizer states empty", widen.AsymmetricScaled: "new optimizer states empty, old ones scaled",
	}[w.State])
	switch w.Rewarm.Scope {
	case optim.RewarmNew:
		parts = append(parts, "the learning rate of new parameters warmed up again")
	case optim.RewarmAll:
		parts = append(parts, "every learning rate warmed up again")
	}
	for _, c := range dynamicsChoices {
		if c.Value == dynamicsValue(w.Dynamics) && c.Value != noDynamics {
			parts = append(parts, "learning rate: "+c.Label)
		}
	}
	return strings.Join(parts, ", ")
}
