package record

import "github.com/sparkling-lab/sparkling/sim/experiment"

// recount counts the FLOPs of an older record as they are counted now: they follow from shapes alone.
func (r *Record) recount() {
	runs := make([]experiment.Segments, len(r.Tracks))
	for i, t := range r.Tracks {
		runs[i] = r.Experiment.Segments(i)
		for k := range t {
			t[k].FLOPs = runs[i].FLOPs(t[k].Step)
		}
	}
	for i := range r.Reports {
		p := &r.Reports[i]
		for _, s := range runs[p.Arm] {
			if s.From <= p.Step {
				p.StepFLOPsBefore, p.StepFLOPsAfter = p.StepFLOPsAfter, s.Update
			}
		}
		p.SearchFLOPs = float64(p.RemappedStep) * p.StepFLOPsAfter
	}
}
