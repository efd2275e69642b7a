package reproduce

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// The search for the rate at which Muon learns facts. It looks at nothing but the network that is never widened, so
// that no treatment has a say in it, and at seeds that no claim is judged by.

// MuonRate is the learning rate that was found: that of [Rates] with which Small ends lowest in the mean.
const MuonRate = 0.04

// RateSeeds are those of the search.
var RateSeeds = []uint64{101, 102, 103, 104, 105, 106, 107, 108}

func muon(rate float64) func(*experiment.Experiment) {
	return func(e *experiment.Experiment) { e.Optimizer.Kind, e.Optimizer.LR = optim.Muon, rate }
}

// Rate is a learning rate that was tried.
type Rate struct {
	Setting
	LR float64
}

// Rates are all that are tried, each twice the one before.
func Rates() []Rate {
	var all []Rate
	for lr := MuonRate / 16; lr <= MuonRate*4; lr *= 2 {
		all = append(all, Rate{Setting{fmt.Sprintf("rate %g", lr), task.KindFacts, fmt.Sprintf("Muon, rate %g", lr),
			factsAt, muon(lr)}, lr})
	}
	return all
}

// RatePlan lists the jobs of rates.
func RatePlan(rates []Rate, seeds []uint64, quick bool) []Job {
	var jobs []Job
	for _, r := range rates {
		for _, seed := range seeds {
			g := Group{"rate", []Entry{pair("inner", widen.CopyCopy, "small")}}
			jobs = append(jobs, job(r.Setting, g, seed, quick))
		}
	}
	return jobs
}
