package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// The text has 47 symbols. With AdamW two updates of the small network cost about one and a half of the wide one;
// Muon's own products grow faster than the network's where the experts become wider, so that less of the wide network
// is as dear as the widened run.
func TestEqualComputeEndsWhenItHasCostWhatTheWidenedRunCosts(t *testing.T) {
	for _, x := range []struct {
		kind optim.Kind
		axis model.Axis
		end  int
	}{
		{optim.AdamW, model.Inner, 873}, {optim.AdamW, model.Hidden, 781}, {optim.AdamW, model.Joint, 703},
		{optim.Muon, model.Inner, 817}, {optim.Muon, model.Hidden, 782}, {optim.Muon, model.Joint, 677},
	} {
		e, w := Default(), twice(500)
		w.Axis, e.Optimizer.Kind = x.axis, x.kind
		e.Arms = arms(w, "sparkling", "equal-compute", "scratch")
		assert.Equal(t, []int{1000, x.end, 1000}, []int{e.End(0), e.End(1), e.End(2)}, "%s, %s", x.kind, x.axis)
	}
}
