// Package facts says what a picture of the facts that networks know shows, on screen, in print and in words: a table
// for every network that there is at a step, with what it has just learnt and forgotten. It draws nothing.
package facts

import "github.com/sparkling-lab/sparkling/sim/record"

// Table is what one network makes of all facts.
type Table struct {
	Arms []int // whose network it is; several arms are one network until the first of them is widened

	// by fact, the pair (a, b) of n letters at a·n + b; nil where they were not counted yet
	Answers []record.Answer
	Step    int // at which they were counted

	Known, Of int    // how many the network has right, and of how many; 0 and 0 where they were not counted yet
	Split     []bool // by fact, whether it is held out: Known and Of are of these; nil where none is

	Shown, ShownOf int // where some are held out: how many the network has right of the others, and how many there are

	Lost   string // what is no longer finite, where the network has diverged
	LostAt int    // and since which step
	Locked bool   // every copy is its original, bit for bit

	before []record.Answer // those of the count before; nil where this is the first
	Before int             // the step of that count
}

// Change is what became of a fact since the count before.
type Change int

// The changes.
const (
	Same Change = iota
	Learnt
	Forgotten
)

// Change is what became of a fact.
func (t *Table) Change(fact int) Change {
	if fact >= len(t.before) || fact >= len(t.Answers) || t.before[fact].Right == t.Answers[fact].Right {
		return Same
	}
	if t.Answers[fact].Right {
		return Learnt
	}
	return Forgotten
}

// Compared reports whether there was a count before, so that there can be changes.
func (t *Table) Compared() bool { return len(t.before) > 0 && len(t.before) == len(t.Answers) }

// Changes are how many facts were learnt and how many forgotten since the count before.
func (t *Table) Changes() (learnt, forgotten int) {
	for i := range t.Answers {
		switch t.Change(i) {
		case Learnt:
			learnt++
		case Forgotten:
			forgotten++
		}
	}
	return learnt, forgotten
}

// Shared reports whether the network is that of several arms.
func (t *Table) Shared() bool { return len(t.Arms) > 1 }

// Tables are those of all networks at a step, in the order of their first arms. Arms that part at a widening are one
// network before it.
func Tables(r *record.Record, step int) []Table {
	var out []Table
	for _, arms := range r.Networks(step) {
		t := Of(r, arms[0], step)
		t.Arms = arms
		out = append(out, t)
	}
	return out
}

// Of is the table of an arm at a step.
func Of(r *record.Record, arm, step int) Table {
	t := Table{Arms: []int{arm}, Step: -1, Before: -1, Split: r.Experiment.Task.Split()}
	if f, ok := r.AnswersAt(arm, step); ok {
		t.Answers, t.Step, t.Known, t.Of = f.Answers, f.Step, f.Right, f.Asked
		_, shown := record.Counted(f.Answers, r.Experiment.Task)
		t.Shown, t.ShownOf = shown.Value, shown.Of
		if f, ok := r.AnswersAt(arm, f.Step-1); ok {
			t.before, t.Before = f.Answers, f.Step
		}
	}
	if f, ok := r.Diverged(arm, step); ok {
		t.Lost, t.LostAt = f.NotFinite, f.Step
	}
	if f, ok := r.PairsAt(arm, step); ok {
		t.Locked = f.Summary(record.Weight).All(record.Locked)
	}
	return t
}
