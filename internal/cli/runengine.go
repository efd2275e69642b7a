package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/plan"
	"github.com/sparkling-lab/sparkling/sim/session"
)

// engine decides what computes, once for all seeds. It is not given back before the program ends: trainers close their
// networks in their own time.
func (v runVerb) engine(e *env, exp experiment.Experiment) (engine, error) {
	if v.by != nil {
		return *v.by, nil
	}
	var runs []plan.Run
	for i := range exp.Arms {
		runs = append(runs, plan.RunOf(exp, i, 1))
	}
	says := v.remarks(e)
	if operations(exp) < fewestGPU {
		says = io.Discard // small experiments are what this verb is for
	}
	return v.choose(exp, runs, "", says)
}

// onwards says how a run whose GPU has failed goes on: with the state that was kept before.
func (v runVerb) onwards(e *env, to results, keeper *session.Autosaver, failed error) error {
	if keeper == nil {
		return failed
	}
	keeper.Settle()
	from := "It begins again"
	if _, err := os.Stat(filepath.Join(to.Dir(), stateName)); err == nil {
		from = "It goes on from the state that was kept last"
	}
	fmt.Fprintf(e.err, "%s with\n", from)
	fmt.Fprintf(e.err, "    %s\n", e.again(nil))
	fmt.Fprintln(e.err, "or, on the processors, with")
	fmt.Fprintf(e.err, "    %s\n", e.again([]string{"--engine", "--precision"}, "--engine=cpu"))
	return failed
}
