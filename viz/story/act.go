package story

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Do is something that a chapter waits for: it goes on when the reader has done it. Who does not want to can go on
// without.
type Do struct {
	// Act is what the program is told when it is done, by [Director.Did]:
	//
	//	widen             the network is made wider, now
	//	pin:PANE          a picture is opened alone
	//	update            an update in slow motion is stepped to its end
	//	turn:KNOB=VALUE   a control is turned to a value; turn:KNOB, to any
	//	seeds             the experiment is run over several seeds
	Act string `json:"act"`
	// Say asks for it.
	Say string `json:"say"`

	say Sentence
}

// views are controls of what is shown, which are none of the experiment's, and their values.
var views = map[string][]string{"quantity": {"0", "1", "2", "3"}, "scale": {"steps", "tokens", "flops"},
	"colouring": {"sure", "expert"}}

// check refuses an act that nobody tells of.
func (d *Do) check(e experiment.Experiment) error {
	name, arg, more := strings.Cut(d.Act, ":")
	known := false
	switch name {
	case "widen", "update", "seeds":
		known = !more
	case "pin":
		known = panes[arg]
	case "turn":
		knob, value, to := strings.Cut(arg, "=")
		if values, is := views[knob]; is || knob == "speed" {
			known = !to || slices.Contains(values, value)
		} else {
			known = slices.ContainsFunc(experiment.Knobs(e), func(k experiment.Knob) bool { return k.ID == knob }) &&
				(!to || e.Turn(knob, value) == nil)
		}
	}
	if !known {
		return fmt.Errorf("nobody tells of the act %q", d.Act)
	}
	if d.Say == "" {
		return fmt.Errorf("the reader is not asked for the act %q", d.Act)
	}
	return nil
}

// is reports whether what was done is what is to be done.
func (d *Do) is(act string) bool {
	if d == nil {
		return false
	}
	any := strings.HasPrefix(d.Act, Turn) && !strings.Contains(d.Act, "=")
	return act == d.Act || any && strings.HasPrefix(act, d.Act+"=")
}

// Did is told of what the reader has done, as [Do] names it. The chapter that waits for it goes on; it reports whether
// one did, and is then best looked at where the run is now. To tell of what no chapter waits for does nothing.
func (d *Director) Did(act string) bool {
	if d.rec == nil || !d.chapter().Do.is(act) || d.did[d.chapter().ID] {
		return false
	}
	d.Touch()
	d.did[d.chapter().ID] = true
	if d.phase != waiting {
		return false
	}
	d.turned = -1
	d.goOn()
	return true
}

// due is what the chapter that the run has come to waits for; nil where that is nothing, or done.
func (d *Director) due() *Do {
	if c := d.chapter(); !d.did[c.ID] {
		return c.Do
	}
	return nil
}
