package lecture

import (
	"fmt"
	"strconv"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// ofExperiments are settings of the experiments that the program brings along.
var ofExperiments = map[string]slot{"experiment": {"NAME FIELD", func(args []string) (string, error) {
	e, err := experiment.Named(args[0])
	if err != nil {
		return "", err
	}
	of, err := choose("field of an experiment", args[1], fields)
	if err != nil {
		return "", err
	}
	return of(e)
}}}

// fields are what may be asked of an experiment. What is of a widened network is that of its first widened arm, and
// parameters are all that the network has.
var fields = map[string]func(experiment.Experiment) (string, error){
	"seed":  func(e experiment.Experiment) (string, error) { return strconv.FormatUint(e.Seed, 10), nil },
	"steps": whole(func(e experiment.Experiment) int { return e.Steps }),
	"fork":  whole(experiment.Experiment.Fork),
	"share": func(e experiment.Experiment) (string, error) {
		return short(100 * float64(e.Fork()) / float64(e.Steps)), nil
	},
	"arms":       whole(func(e experiment.Experiment) int { return len(e.Arms) }),
	"vocab":      whole(experiment.Experiment.Vocab),
	"questions":  whole(func(e experiment.Experiment) int { return e.Task.Questions() }),
	"batch":      whole(func(e experiment.Experiment) int { return e.Task.Batch }),
	"seq":        whole(func(e experiment.Experiment) int { return e.Task.Seq }),
	"tokens":     whole(func(e experiment.Experiment) int { return e.Task.Batch * e.Task.Seq }),
	"hidden":     whole(func(e experiment.Experiment) int { return e.Model.Hidden }),
	"layers":     whole(func(e experiment.Experiment) int { return e.Model.Layers }),
	"heads":      whole(func(e experiment.Experiment) int { return e.Model.Heads }),
	"kv-heads":   whole(func(e experiment.Experiment) int { return e.Model.KVHeads }),
	"experts":    whole(func(e experiment.Experiment) int { return e.Model.Experts }),
	"top-k":      whole(func(e experiment.Experiment) int { return e.Model.TopK }),
	"inner":      whole(func(e experiment.Experiment) int { return e.Model.Inner }),
	"inner-wide": whole(func(e experiment.Experiment) int { return wide(e).Inner }),
	"neurons": whole(func(e experiment.Experiment) int {
		return e.Model.Layers * e.Model.Experts * e.Model.Inner
	}),
	"neurons-wide": whole(func(e experiment.Experiment) int {
		return e.Model.Layers * e.Model.Experts * wide(e).Inner
	}),
	"params":      whole(func(e experiment.Experiment) int { return total(e, e.Small()) }),
	"params-wide": whole(func(e experiment.Experiment) int { return total(e, wide(e)) }),
	"beta1":       func(e experiment.Experiment) (string, error) { return short(e.Optimizer.Beta1), nil },
	"beta2":       func(e experiment.Experiment) (string, error) { return short(e.Optimizer.Beta2), nil },
	"lr":          func(e experiment.Experiment) (string, error) { return short(e.Optimizer.LR), nil },
	"rho": func(e experiment.Experiment) (string, error) {
		return short(e.Arms[max(e.Baseline(), 0)].Widen[0].Rewarm.Rho), nil
	},
	"tau": whole(func(e experiment.Experiment) int {
		return e.Arms[max(e.Baseline(), 0)].Widen[0].Rewarm.Tau(e.Steps - e.Fork())
	}),
	// the last step of the arm from scratch that costs what the widened run costs
	"equal-compute": func(e experiment.Experiment) (string, error) {
		for i, a := range e.Arms {
			if a.From == experiment.EqualCompute {
				return record.Thousands(e.End(i)), nil
			}
		}
		return "", fmt.Errorf("no arm of %s stops at equal compute", e.Name)
	},
}

// whole writes a whole number.
func whole(of func(experiment.Experiment) int) func(experiment.Experiment) (string, error) {
	return func(e experiment.Experiment) (string, error) { return record.Thousands(of(e)), nil }
}

// wide is the network that the first widened arm becomes.
func wide(e experiment.Experiment) model.Config { return e.Wide(max(e.Baseline(), 0)) }

func total(e experiment.Experiment, c model.Config) int {
	return int(model.Count(c, 1, e.Task.Seq).Total)
}
