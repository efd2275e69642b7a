package trial

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
)

//go:embed train.py
var trainScript string

// trained is what PyTorch reached with one network.
type trained struct {
	Version string
	Losses  []float64
	Seconds []float64 // of each update
	Memory  float64   // bytes at most
	Batch   int       // sequences at once that fitted
}

// pytorch trains the same network, on the same number of tokens an update, in PyTorch: its experts one by one, and by
// grouped products where it has them.
func (t *trial) pytorch(ctx context.Context, p *Part) error {
	n, best := t.Sizes.Full, 0.0
	var missing errMissing
	for _, how := range []string{"eager", "grouped_mm"} {
		var r trained
		err := t.ask(ctx, trainScript, t.peerJob(n, how), &r)
		if errors.As(err, &missing) {
			p.add(Row{What: how, Note: err.Error()})
			continue
		} else if err != nil {
			return fmt.Errorf("%s: %w", how, err)
		}
		if len(r.Seconds) < 2 {
			return fmt.Errorf("%s: only %d updates in its time", how, len(r.Seconds))
		}
		row := t.speed(how+", PyTorch "+r.Version, n, r.Seconds)
		row.Note += fmt.Sprintf(", %d sequences at once", r.Batch)
		best = max(best, row.Value)
		p.add(row)
		p.add(Row{What: how + ": memory at most", Value: r.Memory / 1e9, Unit: "GB"})
		p.add(Row{What: fmt.Sprintf("%s: cross-entropy of update %d", how, len(r.Losses)),
			Value: r.Losses[len(r.Losses)-1], Unit: "nats"})
	}
	if best == 0 {
		return missing
	}
	if t.reached > 0 {
		p.add(Row{What: "this program against the better of them", Value: t.reached / best, Unit: "x"})
	}
	return nil
}

// peerJob is what the script is asked for: half of the part's time a way.
func (t *trial) peerJob(n Network, how string) map[string]any {
	return map[string]any{"model": n.Config, "batch": n.Batch, "seq": n.Seq, "accumulate": n.Accumulate,
		"optimizer": optimizer("adamw", fullRate), "updates": t.Sizes.FullUpdates, "how": how, "limit_seconds": 38}
}
