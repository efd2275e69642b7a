package record

import (
	"fmt"
	"sort"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Describe says in plain sentences how the arms stood at a step.
func (r *Record) Describe(step int, arms []ArmStatus) string {
	var b strings.Builder
	words := r.Experiment.Task.Words()
	fmt.Fprintf(&b, "Step %s of %s.", Thousands(max(step, 0)), Thousands(r.Experiment.Steps))
	for i, a := range r.Experiment.Arms {
		if i < len(arms) && arms[i].State == Failed {
			fmt.Fprintf(&b, " %s", arms[i].Err)
			continue
		}
		if f, ok := r.Diverged(i, step); ok {
			fmt.Fprintf(&b, " %s diverged at step %s: %s.", r.Whose(i, f.Step), Thousands(f.Step), f.Lost())
			continue
		}
		if loss, ok := r.ValLossAt(i, step); ok {
			fmt.Fprintf(&b, " %s: validation loss %.3f on %s%s", a.Name, loss, words.Live, r.lock(i, step))
			whole, ok := r.FinalValLoss(i)
			if m, counted := r.MeasureAt(i, step); counted && r.Experiment.Task.LiveIsFull() {
				fmt.Fprintf(&b, "; %s", m)
			} else if ok && step >= r.Tracks[i][len(r.Tracks[i])-1].Step {
				fmt.Fprintf(&b, "; full validation loss %.4f", whole)
			}
			b.WriteString(".")
		}
		if i < len(arms) && arms[i].Doing != "" {
			fmt.Fprintf(&b, " %s is %s.", a.Name, arms[i].Doing)
		}
	}
	return b.String()
}

// lock says how the pairs of an arm were when they were last measured.
func (r *Record) lock(arm, step int) string {
	f, ok := r.PairsAt(arm, step)
	if !ok {
		return ""
	}
	w, g := f.Summary(Weight), f.Summary(Gradient)
	switch {
	case w.In[Diverged]+g.In[Diverged] > 0:
		return fmt.Sprintf(", diverged: weights or gradients of %s of %s pairs are no longer numbers",
			Thousands(max(w.In[Diverged], g.In[Diverged])), Thousands(w.Pairs))
	case w.All(Locked):
		return fmt.Sprintf(", locked: all %s pairs of originals and copies are identical", Thousands(w.Pairs))
	case w.In[Locked] > 0:
		return fmt.Sprintf(", %s of %s pairs are still identical", Thousands(w.In[Locked]), Thousands(w.Pairs))
	}
	gradient := "gradient cosine " + g.Cosine(2)
	if !Finite(g.Cos) && g.In[PairUnknown] == 0 {
		gradient = "no gradient at the copies"
	}
	return fmt.Sprintf(", apart: weight cosine %s, %s", w.Cosine(2), gradient)
}

// ValLossAt is the newest validation loss of an arm at or before a step that is a number. Whether the arm has diverged
// since, [Record.Diverged] says.
func (r *Record) ValLossAt(arm, step int) (float32, bool) {
	f, ok := r.newest(arm, 0, step, func(f *ArmFrame) bool { return Finite(f.ValLoss) })
	return f.ValLoss, ok
}

// MeasureAt is the newest measure of an arm at or before a step.
func (r *Record) MeasureAt(arm, step int) (task.Measure, bool) {
	f, ok := r.newest(arm, 0, step, func(f *ArmFrame) bool { return f.Asked > 0 })
	return task.Measure{Name: r.Experiment.Task.Words().Measure, Value: f.Right, Of: f.Asked}, ok
}

// FinalValLoss is the loss of an arm on the full validation split, once it has made its last update and where that is a
// number.
func (r *Record) FinalValLoss(arm int) (float32, bool) {
	t := r.Tracks[arm]
	if len(t) == 0 || !Finite(t[len(t)-1].FullValLoss) {
		return 0, false
	}
	return t[len(t)-1].FullValLoss, true
}

// PairsAt is the newest frame of an arm at or before a step in which pairs were measured. They are measured often, if
// ever; those of an arm that has ended stay as they were.
func (r *Record) PairsAt(arm, step int) (ArmFrame, bool) {
	if t := r.Tracks[arm]; r.ended(arm) {
		step = min(step, t[len(t)-1].Step)
	}
	return r.newest(arm, step-2*experiment.ProbeEvery, step, func(f *ArmFrame) bool { return len(f.Pairs) > 0 })
}

// newest is the last frame of an arm, from one step to another, that has something.
func (r *Record) newest(arm, from, to int, has func(*ArmFrame) bool) (ArmFrame, bool) {
	t := r.Tracks[arm]
	for i := sort.Search(len(t), func(k int) bool { return t[k].Step > to }) - 1; i >= 0 && t[i].Step >= from; i-- {
		if has(&t[i]) {
			return t[i], true
		}
	}
	return ArmFrame{}, false
}
