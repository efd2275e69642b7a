package record

import (
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Networks are the networks that there are at a step, each as the arms whose it is, in the order of their first arms:
// arms that part at a widening are one network before it.
func (r *Record) Networks(step int) [][]int {
	var out [][]int
	e, trunk := r.Experiment, -1
	one := !r.Parted(step)
	for i := range e.Arms {
		switch {
		case one && e.Arms[i].From == experiment.Fork && trunk >= 0:
			out[trunk] = append(out[trunk], i)
			continue
		case one && e.Arms[i].From == experiment.Fork:
			trunk = len(out)
		}
		out = append(out, []int{i})
	}
	return out
}

// Whose is how a sentence begins about the network of an arm at a step: with the arm's name, or where it is the one
// network of several arms with that.
func (r *Record) Whose(arm, step int) string {
	for _, arms := range r.Networks(step) {
		if len(arms) > 1 && slices.Contains(arms, arm) {
			return "The one network"
		}
	}
	return r.Experiment.Arms[arm].Name
}

// Parted reports whether arms that begin as one network are several at a step.
func (r *Record) Parted(step int) bool {
	waits := false
	for i, t := range r.Tracks {
		if r.Experiment.Waits(i) {
			if waits = true; len(t) > 0 && t[0].Step <= step {
				return true
			}
		}
	}
	return !waits
}

// newestOf is the newest frame at or before a step that has something: of an arm that forks, before it has one of its
// own, that of the arm that it forks from.
func (r *Record) newestOf(arm, step int, has func(*ArmFrame) bool) (ArmFrame, bool) {
	f, ok := r.newest(arm, 0, step, has)
	if e := r.Experiment; !ok && e.Waits(arm) {
		f, ok = r.newest(e.Trunk(), 0, min(step, e.Fork()), has)
	}
	return f, ok
}

// ExpertsAt is the newest frame at or before a step in which it was measured what the experts of an arm's network get;
// of an arm that forks, before it was measured for the first time, one of the arm that it forks from.
func (r *Record) ExpertsAt(arm, step int) (ArmFrame, bool) {
	return r.newestOf(arm, step, func(f *ArmFrame) bool { return len(f.Router) > 0 })
}

// Loads are the frames up to a step that have the loads of experts: of an arm that forks those of the arm that it forks
// from come first.
func (r *Record) Loads(arm, step int) (out []*ArmFrame) {
	add := func(arm, step int) {
		t := r.Tracks[arm]
		for i := range t {
			if t[i].Step <= step && len(t[i].ExpertLoad) > 0 {
				out = append(out, &t[i])
			}
		}
	}
	if e := r.Experiment; e.Waits(arm) {
		add(e.Trunk(), min(step, e.Fork()))
	}
	add(arm, step)
	return out
}
