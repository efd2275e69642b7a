package viz

import (
	"fmt"
	"slices"
	"strings"
)

// Only shows some pictures and no others, whatever the stage is, until it is called again; without any, the stage's.
// They share the window. Those that the experiment does not have are left out and named in the error, beside those that
// it has.
func (v *View) Only(ids ...PaneID) error {
	v.only, v.places = ids, nil
	if v.rec == nil {
		return nil
	}
	var names, unknown []string
	for _, p := range PanesOf(v.rec.Experiment) {
		names = append(names, string(p.ID))
	}
	for _, id := range ids {
		if !slices.Contains(names, string(id)) {
			unknown = append(unknown, fmt.Sprintf("“%s”", id))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return fmt.Errorf("this experiment has no picture called %s; it has %s", strings.Join(unknown, " or "),
		strings.Join(names, ", "))
}

// Alone are the pictures that are shown and no others, as [View.Only] says, of those that the experiment has.
func (v *View) Alone() (ids []PaneID) {
	if v.rec == nil || len(v.only) == 0 {
		return nil
	}
	panes := PanesOf(v.rec.Experiment)
	for _, id := range v.only {
		if slices.ContainsFunc(panes, func(p Pane) bool { return p.ID == id }) {
			ids = append(ids, id)
		}
	}
	return ids
}

// leastHigh is how high a picture is at least where several share a window.
const leastHigh = 150

// share gives pictures equal parts of a window, beside each other where it is wide enough and else below each other.
// One has it for itself, as has the first where there is no room for others.
func share(ids []PaneID, w, h float64) []place {
	in, n := within(w, h), float64(len(ids))
	wide, high := (in.w-asideGap*(n-1))/n, (in.h-gap*(n-1))/n
	below := w < h || wide < leastAside
	if n == 1 || below && high < leastHigh {
		return []place{{pane: ids[0], box: in, size: whole}}
	}
	var out []place
	for i, id := range ids {
		b := box{in.x + float64(i)*(wide+asideGap), in.y, wide, in.h}
		if below {
			b = box{in.x, in.y + float64(i)*(high+gap), in.w, high}
		}
		out = append(out, place{pane: id, box: b, size: staged})
	}
	return out
}
