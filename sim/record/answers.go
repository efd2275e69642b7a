package record

import "github.com/sparkling-lab/sparkling/sim/task"

// Counted is how many answers are right, and of how many: of questions that are held out, or of all where none is; and
// the same of the others, which the network is trained on.
func Counted(answers []Answer, of task.Spec) (held, shown task.Measure) {
	words, out := of.Words(), of.Split()
	held.Name, shown.Name = words.Measure, words.Shown
	for i, a := range answers {
		m := &held
		if out != nil && !out[i] {
			m = &shown
		}
		if m.Of++; a.Right {
			m.Value++
		}
	}
	return held, shown
}

// AnswersAt is the newest frame at or before a step in which an arm answered all questions: of an arm that forks,
// before it did so for the first time, one of the arm that it forks from. The count before that of a frame is the one
// at its step − 1: the two differ in what was learnt and what was forgotten.
func (r *Record) AnswersAt(arm, step int) (ArmFrame, bool) {
	if r.Experiment.Task.Questions() == 0 {
		return ArmFrame{}, false
	}
	return r.newestOf(arm, step, func(f *ArmFrame) bool { return len(f.Answers) > 0 })
}

// ValEvery is every how many steps the record has a validation loss. Programs before this one measured some more
// seldom than [experiment.Experiment.ValEvery] says.
func (r *Record) ValEvery() int {
	every := r.Experiment.ValEvery()
	for _, t := range r.Tracks {
		if len(t) == 0 || t[0].Step > 0 {
			continue
		}
		for _, f := range t[1:] {
			if Finite(f.ValLoss) {
				return max(every, f.Step)
			}
		}
	}
	return every
}
