package experiment

import (
	"fmt"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Arm is one run among those compared; arms differ in where they begin and in what they do at their widenings.
type Arm struct {
	Name  string     `json:"name"`
	About string     `json:"about,omitempty"`
	From  From       `json:"from,omitempty"`
	Widen []Widening `json:"widen,omitempty"` // by ascending step; none is the small baseline
}

// From says where an arm begins.
type From string

// Where an arm can begin: as a fork of the small phase that all such arms share; or, never widened, as the network that
// its widenings lead to, trained from step 0 for all steps, or for as many as cost what the widened run costs. The
// schedule of the last one ends at its own last step.
const (
	Fork         From = ""
	Scratch      From = "scratch"
	EqualCompute From = "equal-compute"
)

// Froms lists all.
var Froms = []From{Fork, Scratch, EqualCompute}

// Widening is one widening of one arm. It happens when Step updates are done.
type Widening struct {
	Step int `json:"step"`
	widen.Spec
	Rewarm   optim.Rewarm   `json:"rewarm"`
	Dynamics optim.Dynamics `json:"dynamics,omitzero"`
}

// Widens reports whether the arm is widened on its way.
func (a Arm) Widens() bool { return a.From == Fork && len(a.Widen) > 0 }

// Small is the network that the arms fork from.
func (e Experiment) Small() model.Config {
	c := e.Model
	c.Vocab = e.Vocab()
	return c
}

// Wide is the network that an arm's widenings lead to. Its logits have the small network's factor: a network that is
// trained at this width from the start needs no other.
func (e Experiment) Wide(arm int) model.Config {
	c := e.Small()
	for _, w := range e.Arms[arm].Widen {
		c = w.Spec.Config(c)
	}
	return c
}

// ShapeAt is the network of an arm after so many updates, but for the factor of its logits.
func (e Experiment) ShapeAt(arm, step int) model.Config {
	c := e.Start(arm)
	if e.Arms[arm].From != Fork {
		return c
	}
	for _, w := range e.Arms[arm].Widen {
		if w.Step < step {
			c = w.Spec.Config(c)
		}
	}
	return c
}

// Start is the network that an arm begins with.
func (e Experiment) Start(arm int) model.Config {
	if e.Arms[arm].From == Fork {
		return e.Small()
	}
	return e.Wide(arm)
}

func (a Arm) validate(steps int, c model.Config) error {
	if a.Name == "" || len(a.Name) > maxText || len(a.About) > maxText {
		return fmt.Errorf("an arm needs a name, and name and about may have at most %d characters", maxText)
	}
	if len(a.Widen) > MaxStages {
		return fmt.Errorf("widen has %d entries; allowed are 0 to %d", len(a.Widen), MaxStages)
	}
	switch {
	case !slices.Contains(Froms, a.From):
		return fmt.Errorf("from is %q; allowed are scratch, equal-compute, and nothing for a fork of the small phase",
			string(a.From))
	case a.From != Fork && len(a.Widen) == 0:
		return fmt.Errorf("from is %q, but there is no widening that says how wide the network is", string(a.From))
	}
	last := -1
	for i, w := range a.Widen {
		place := ""
		if len(a.Widen) > 1 {
			place = fmt.Sprintf("at its widening %d, ", i+1)
		}
		if w.Step <= last || w.Step >= steps {
			return &validationError{fmt.Sprintf("widen[%d].", i), place,
				fmt.Errorf("step is %d; allowed are %d to %d", w.Step, last+1, steps-1)}
		}
		last = w.Step
		for _, err := range []error{w.validate(), w.grows(c)} {
			if err != nil {
				return &validationError{fmt.Sprintf("widen[%d].", i), place, err}
			}
		}
		c = w.Spec.Config(c)
		if err := c.Validate(); err != nil {
			return &validationError{fmt.Sprintf("widen[%d] leads to a network that cannot be: ", i),
				"the widened network cannot be: ", err}
		}
	}
	return nil
}

// grows errs where a factor is so little above 1 that it leaves a width as it is.
func (w Widening) grows(c model.Config) error {
	now := w.Spec.Config(c)
	for _, width := range []struct {
		of       string
		old, now int
		asked    bool
	}{
		{"neurons of an expert", c.Inner, now.Inner, w.Axis != model.Hidden},
		{"channels of the residual stream", c.Hidden, now.Hidden, w.Axis != model.Inner},
	} {
		if width.asked && width.now <= width.old {
			least := (float64(width.old) + 0.5) / float64(width.old) // rounds to one more
			return fmt.Errorf("factor is %g, which leaves %d %s as they are; allowed are values from %g up", w.Factor,
				width.old, width.of, math.Ceil(least*1e4)/1e4)
		}
	}
	return nil
}

func (w Widening) validate() error {
	for _, err := range []error{w.Spec.Validate(), w.Rewarm.Validate(), w.Dynamics.Validate()} {
		if err != nil {
			return err
		}
	}
	if w.Dynamics.Kind == "" {
		return nil
	}
	if w.Rewarm.Scope != optim.RewarmNone {
		return fmt.Errorf("rewarm.scope is %q; with dynamics %s allowed is none", string(w.Rewarm.Scope),
			w.Dynamics.Kind)
	}
	switch w.Init {
	case widen.RandomZero, widen.ZeroCopy, widen.ZeroCopyDead:
		if w.Dynamics.Kind == optim.NormAdapted {
			return fmt.Errorf("init is %q; with dynamics norm-adapted a block of zeros would never get a rate",
				string(w.Init))
		}
	}
	return nil
}
