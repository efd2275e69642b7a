package reproduce

import (
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Setting is what the arms of a comparison have in common: the default experiment, changed in what it says.
type Setting struct {
	ID, Name string
	At       float64 // share of the steps after which the network is widened
	change   func(*experiment.Experiment)
}

// Settings are those that every claim is judged in. The first is the Lab's, the second has the paper's β2.
func Settings() []Setting {
	adam := func(beta2 float64) func(*experiment.Experiment) {
		return func(e *experiment.Experiment) { e.Optimizer.Kind, e.Optimizer.Beta2 = optim.AdamW, beta2 }
	}
	return []Setting{
		{"adamw-0.999", "AdamW, β2 0.999", 0.5, adam(0.999)},
		{"adamw-0.95", "AdamW, β2 0.95", 0.5, adam(0.95)},
		{"muon", "Muon", 0.5, func(e *experiment.Experiment) { e.Optimizer.Kind = optim.Muon }},
	}
}

// Job is one Experiment to run: a group of arms in a setting, with a seed.
type Job struct {
	Setting    Setting
	Group      Group
	Seed       uint64
	Experiment experiment.Experiment
}

// job makes the document. Quick runs take the same path in seconds and say nothing about the paper.
func job(s Setting, g Group, seed uint64, quick bool) Job {
	e := experiment.Default()
	e.Name, e.About, e.Seed = "reproduce: "+g.Name+", "+s.Name, "", seed
	s.change(&e)
	if quick {
		e.Steps, e.Task.Batch, e.Task.Seq = 24, 2, 32
	}
	at := int(float64(e.Steps) * s.At)
	e.Arms = nil
	for _, entry := range g.Entries {
		e.Arms = append(e.Arms, entry.at(at))
	}
	return Job{s, g, seed, e}
}

// Updates is how many training updates the job makes in all arms, the shared phase once.
func (j Job) Updates() int {
	fork := j.Experiment.Fork()
	n := fork
	for i, a := range j.Experiment.Arms {
		n += j.Experiment.End(i)
		if a.From == experiment.Fork {
			n -= fork
		}
	}
	return n
}

// Plan lists the jobs that claims need, seed by seed, so that what is there after an interruption is balanced; what is
// only about both axes comes last, because it costs the most.
func Plan(claims []Claim, settings []Setting, seeds []uint64, quick bool) []Job {
	need := map[string]bool{}
	for _, c := range claims {
		for _, p := range c.Parts {
			for _, a := range p.Arms {
				need[a] = true
			}
		}
	}
	var first, last []Job
	for _, seed := range seeds {
		for _, s := range settings {
			all := groups()
			for i, g := range all {
				switch {
				case !g.holds(need):
				case i == len(all)-1:
					last = append(last, job(s, g, seed, quick))
				default:
					first = append(first, job(s, g, seed, quick))
				}
			}
		}
	}
	return append(first, last...)
}

func (g Group) holds(keys map[string]bool) bool {
	for _, e := range g.Entries {
		if keys[e.Key] {
			return true
		}
	}
	return false
}
