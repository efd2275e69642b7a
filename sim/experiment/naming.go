package experiment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Alike reports whether two arms do the same at their widenings, wherever these are, and however far and long a rate
// rises after them.
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
		same := make([]int, len(e.Arms))
		for i := range same {
			same[i] = i
		}
		e.follow(before, same)
		return nil
	}
	return k
}

// follow calls arms after what they do now. origin says which of the arms before each was; −1 is none. What somebody
// has called, or said of, an arm stays.
func (e *Experiment) follow(before Experiment, origin []int) {
	want := make([]string, len(e.Arms)) // empty where the name stays
	for i, o := range origin {
		a, was := &e.Arms[i], Arm{}
		if o >= 0 {
			was = before.Arms[o]
		}
		a.Name = was.Name
		name, about := e.calling(i)
		if o < 0 || before.calls(o, was.Name) && unnumbered(was.Name) != name {
			want[i], a.Name = name, ""
		}
		if a.About = about; o >= 0 && !before.tells(o, was.About) {
			a.About = was.About
		}
	}
	for i, name := range want {
		if name != "" {
			e.Arms[i].Name = e.free(i, name)
		}
	}
}

// free is a name for an arm that no other has: the wanted one, with a number where others have it too.
func (e Experiment) free(arm int, want string) string {
	name := want
	for n := 2; e.taken(arm, name); n++ {
		name = fmt.Sprintf("%s %d", want, n)
	}
	return name
}

// taken reports whether another arm than this has a name.
func (e Experiment) taken(arm int, name string) bool {
	for i, a := range e.Arms {
		if i != arm && a.Name == name {
			return true
		}
	}
	return false
}

// unnumbered is a name without the number that tells it from others.
func unnumbered(name string) string {
	at := strings.LastIndexByte(name, ' ')
	if at < 0 {
		return name
	}
	if n, err := strconv.Atoi(name[at+1:]); err != nil || n < 2 || n > MaxArms {
		return name
	}
	return name[:at]
}

// calls reports whether a name of an arm is one that the program gives it, with a number or without.
func (e Experiment) calls(arm int, name string) bool {
	own, _ := e.called(arm)
	return e.given(arm, own, func(a Arm) string { return a.Name }, name, unnumbered(name))
}

// tells reports whether the program says that about an arm.
func (e Experiment) tells(arm int, about string) bool {
	_, own := e.called(arm)
	return e.given(arm, own, func(a Arm) string { return a.About }, about)
}

// given reports whether any of some words is what follows from what an arm does, or what an arm of the built-in
// experiment that this one was has that does the same.
func (e Experiment) given(arm int, own string, has func(Arm) string, words ...string) bool {
	if slices.Contains(words, own) {
		return true
	}
	b, known := e.Base()
	return known && slices.ContainsFunc(b.Arms, func(a Arm) bool {
		return slices.Contains(words, has(a)) && Alike(a, e.Arms[arm])
	})
}

// calling is what the program calls an arm, and says about it: what the built-in experiment that this one was does,
// where the arm does the same there; else what follows from what the arm does.
func (e Experiment) calling(arm int) (name, about string) {
	if b, known := e.Base(); known {
		for k, base := range b.Arms {
			if (k == arm || base.Name == e.Arms[arm].Name) && Alike(e.Arms[arm], base) {
				return base.Name, base.About
			}
		}
	}
	return e.called(arm)
}

// called is the name, and what it is about, that follow from what an arm does.
func (e Experiment) called(arm int) (name, about string) {
	a := e.Arms[arm]
	if t, ok := TreatmentOf(a); ok {
		name, about = t.called(a.Widen)
	} else {
		name, about = "Own mixture", mixture(a.Widen)
	}
	if slices.ContainsFunc(a.Widen, func(w Widening) bool { return w.NormWeights == widen.SampleNormWeights }) {
		name, about = name+", drawn norms", about+", new norm weights drawn from among the old ones"
	}
	n, x := e.stageNote(arm)
	return name + n, about + x
}

// otherNames are what treatments that are named after copied neurons are called where the new weights are no copies.
var otherNames = map[string]string{"copy": "Copied states", "copy-scaled": "Scaled states"}

// called is the name of a treatment, and what it is about, at widenings with an axis and an init pair of their own.
func (t Treatment) called(stages []Widening) (name, about string) {
	name, about = t.Name, t.About
	if t.from != Fork || !t.widens {
		return name, about
	}
	treated := t.treat(Arm{}, stages).Widen
	if t.does.Init == "" && slices.ContainsFunc(treated, func(w Widening) bool { return w.Init != widen.CopyCopy }) {
		if other, ok := otherNames[t.ID]; ok {
			name = other
		}
		return name + ", " + string(treated[0].Init), mixture(treated)
	}
	return name, strings.Replace(about, "neurons", Grown(treated[0].Axis), 1)
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

var stateWords = map[widen.OptState]string{
	widen.Drop: "all optimizer states emptied", widen.Copy: "optimizer states copied",
	widen.CopyScaled: "optimizer states copied and scaled",
	widen.Asymmetric: "new optimizer states empty", widen.AsymmetricScaled: "new optimizer states empty, old " +
		"ones scaled",
}

// mixture says what widenings do, part by part.
func mixture(stages []Widening) string {
	var all []string
	for _, w := range stages {
		parts := []string{"new weights " + string(w.Init)}
		if w.Scale == widen.Unscaled {
			parts = append(parts, "without the factor that keeps the RMS")
		}
		parts = append(parts, stateWords[w.OptState])
		switch w.Rewarm.Scope {
		case optim.RewarmNew:
			parts = append(parts, "the learning rate of new parameters warmed up again")
		case optim.RewarmAll:
			parts = append(parts, "every learning rate warmed up again")
		}
		if d := dynamicsValue(w.Dynamics); d != noDynamics {
			parts = append(parts, "learning rate: "+labelOf(dynamicsChoices, d))
		}
		all = append(all, strings.Join(parts, ", "))
	}
	return strings.Join(slices.Compact(all), "; then ")
}

func labelOf(choices []Choice, value string) string {
	for _, c := range choices {
		if c.Value == value {
			return c.Label
		}
	}
	return value
}
