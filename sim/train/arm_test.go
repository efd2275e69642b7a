package train

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestTheEndOfEqualComputeIsWhatAnArmIsSeenToCost(t *testing.T) {
	muon := experiment.Default()
	muon.Optimizer.Kind = optim.Muon
	for _, b := range append(experiment.Builtins(), experiment.Builtin{Experiment: muon}) {
		e := trial.Quick(b.Experiment, 40)
		for i := range e.Arms {
			if !e.Arms[i].Widens() {
				continue
			}
			_, frames := trained(t, e, i)
			cost := frames[len(frames)-1].FLOPs
			e.Arms[i].From = experiment.EqualCompute
			wide := e.Cost(e.Wide(i)).Update()
			end := float64(e.End(i))
			assert.LessOrEqual(t, end*wide, cost, "%s, %s", b.Name, e.Arms[i].Name)
			assert.Greater(t, (end+1)*wide, cost, "%s, %s", b.Name, e.Arms[i].Name)
			break
		}
	}
}

func TestAWideNetworkFromScratchIsTheOneThatTheWideningsLeadTo(t *testing.T) {
	e := trial.Of(model.Joint, 40, 10, "small", "sparkling", "scratch", "equal-compute")
	w := e.Arms[1].Widen[0]
	w.Step, w.Axis, w.Factor = 20, model.Inner, 1.5
	for i := 1; i < 4; i++ {
		e.Arms[i].Widen = append(e.Arms[i].Widen, w)
	}
	grown, _ := trained(t, e, 1)
	for _, i := range []int{2, 3} {
		r := begun(t, e, i)
		want := grown.learn.Table().Config
		assert.Equal(t, 0.5, want.LogitMult)
		want.LogitMult = 1 // nothing was widened
		assert.Equal(t, want, r.learn.Table().Config)
		_, frames := trained(t, e, i)
		last := frames[len(frames)-1]
		assert.Equal(t, e.End(i), last.Step)
		assert.InDelta(t, e.Optimizer.LR*e.Optimizer.MinLRRatio, float64(last.LROld), 0.02*e.Optimizer.LR,
			"its schedule ends at its own last step")
		assert.Equal(t, last.LROld, last.LRNew)
		assert.Empty(t, last.Pairs)
	}
}
