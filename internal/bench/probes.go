package bench

import (
	"context"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
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

// judgeProbes fills a row with the dearest axis.
func (r *Report) judgeProbes(key string, got []workload.Probes) {
	dearest := got[0]
	for _, p := range got {
		if p.Share() > dearest.Share() {
			dearest = p
		}
	}
	r.set(key, 100*dearest.Share(), "the dearest axis, %s: %.0f us a probe, %.2f ms an update, from the widening to the end of the default run", dearest.Axis, 1e6*dearest.Each, 1e3*dearest.Update)
}
