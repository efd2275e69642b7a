package reproduce

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Setting is what the arms of a comparison have in common: the built-in experiment of a task, changed in what it says.
type Setting struct {
	ID     string
	Task   string  // its kind
	Name   string  // what was changed, mostly the optimizer
	At     float64 // share of the steps after which the network is widened
	change func(*experiment.Experiment)
}

// taskTitles are what the tasks of settings are called.
var taskTitles = map[string]string{task.KindText: "Opticks", task.KindFacts: "Facts"}

// TaskTitle is what a kind of task is called.
func TaskTitle(kind string) string { return taskTitles[kind] }

// Title names the setting with its task.
func (s Setting) Title() string { return taskTitles[s.Task] + ", " + s.Name }

// Counts reports whether what a network knows is counted in the setting, besides its loss.
func (s Setting) Counts() bool { return s.Task == task.KindFacts }

// Tasks are the kinds of task that claims are judged on.
var Tasks = []string{task.KindText, task.KindFacts}

// Settings are those that every claim is judged in. The first is the Lab's, the second has the paper's β2. Facts are
// the built-in experiment of that name; under Muon they have the rate that [Rates] found.
func Settings() []Setting {
	adam := func(beta2 float64) func(*experiment.Experiment) {
		return func(e *experiment.Experiment) { e.Optimizer.Kind, e.Optimizer.Beta2 = optim.AdamW, beta2 }
	}
	return []Setting{
		{"adamw-0.999", task.KindText, "AdamW, β2 0.999", 0.5, adam(0.999)},
		{"adamw-0.95", task.KindText, "AdamW, β2 0.95", 0.5, adam(0.95)},
		{"muon", task.KindText, "Muon", 0.5, func(e *experiment.Experiment) { e.Optimizer.Kind = optim.Muon }},
		{"facts-adamw-0.95", task.KindFacts, "AdamW, β2 0.95", factsAt, adam(0.95)},
		{"facts-muon", task.KindFacts, "Muon", factsAt, muon(MuonRate)},
	}
}

// factsAt is the share of the steps after which the built-in experiment of facts widens.
const factsAt = 0.3

// SettingsOf are the settings of kinds of task; none are all. It errs where a kind is none.
func SettingsOf(tasks []string) (all []Setting, err error) {
	for _, k := range tasks {
		if !slices.Contains(Tasks, k) {
			return nil, fmt.Errorf("--task is %q; allowed are text and facts", k)
		}
	}
	for _, s := range Settings() {
		if len(tasks) == 0 || slices.Contains(tasks, s.Task) {
			all = append(all, s)
		}
	}
	return all, nil
}

// Experiment is the built-in experiment of the task with what the setting changes.
func (s Setting) Experiment() experiment.Experiment {
	e := experiment.Default()
	if s.Task == task.KindFacts {
		var err error
		if e, err = experiment.Named("facts"); err != nil {
			panic(err) // there is one
		}
	}
	s.change(&e)
	return e
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
	e := s.Experiment()
	name := s.Name
	var rewarm optim.Rewarm // a length of a task's own
	if s.Task == task.KindFacts {
		name = "facts, " + name
		rewarm = e.Arms[e.Baseline()].Widen[0].Rewarm
	}
	e.Name, e.About, e.Seed = "reproduce: "+g.Name+", "+name, "", seed
	if quick {
		e.Steps, e.Task.Batch, e.Task.Seq = 24, 2, 32
	}
	at := int(float64(e.Steps) * s.At)
	e.Arms = nil
	for _, entry := range g.Entries {
		a := entry.at(at)
		for i := range a.Widen {
			if w := &a.Widen[i].Rewarm; rewarm.Steps > 0 {
				w.Steps, w.Fraction = rewarm.Steps, rewarm.Fraction
			}
		}
		e.Arms = append(e.Arms, a)
	}
	return Job{s, g, seed, e}
}

// Lab is an experiment that shows arms in a setting, for the Lab's page.
func Lab(s Setting, arms []string, name, about string) experiment.Experiment {
	g := Group{Name: name}
	for _, k := range arms {
		for _, from := range groups() {
			for _, e := range from.Entries {
				if e.Key == k {
					g.Entries = append(g.Entries, e)
				}
			}
		}
	}
	e := job(s, g, 1, false).Experiment
	e.Name, e.About = name, about
	return e
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
