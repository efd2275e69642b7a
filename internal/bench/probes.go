package bench

import (
	"context"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// probes holds what a run measures of its pairs against its updates.
func (r *Report) probes(ctx context.Context, o Options) error {
	got, err := workload.MeasureProbes(ctx, compute.NewCPU(), o.lap(), o.repetitions())
	if err != nil {
		return err
	}
	r.judgeProbes("probes", got)
	return nil
}

// judgeProbes fills a row with the dearest axis. The row is of the pairs, which are sampled where they would cost more; the held-out loss is
// of as many windows whatever it costs, and is said beside it.
func (r *Report) judgeProbes(key string, got []workload.Probes) {
	dearest, held := got[0], 0.0
	for _, p := range got {
		if p.Share() > dearest.Share() {
			dearest = p
		}
		held = max(held, p.HeldShare())
	}
	r.set(key, 100*dearest.Share(), "the pairs of the dearest axis, %s: %.0f us a probe, %.2f ms an update, from the widening to the end of the default run; the loss of %d held-out windows every %d updates takes up to %.1f %% besides, which this row does not count",
		dearest.Axis, 1e6*dearest.Each, 1e3*dearest.Update, experiment.HeldWindows, experiment.ProbeEvery, 100*held)
}
