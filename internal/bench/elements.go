package bench

import (
	"context"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Element is one operation beside the least that it could take on this machine. Times are in nanoseconds an element.
type Element struct {
	Where string  `json:"where"`
	Name  string  `json:"name"`
	Size  string  `json:"size"`
	Took  float64 `json:"ns"`
	Limit float64 `json:"limit_ns"`
	Binds string  `json:"binds"`
}

// elements holds the elementwise operations against memory and arithmetic.
func (r *Report) elements(ctx context.Context, o Options) error {
	took, err := workload.MeasureElements(ctx, compute.NewCPU(), o.lap(), o.repetitions())
	if err != nil {
		return err
	}
	var got []Element
	for _, e := range took {
		got = append(got, Element{"native", e.Name, e.Size, e.Took, e.Limit, e.Binds})
	}
	r.judgeElements("element-", got)
	return nil
}

// judgeElements fills the row of each operation with its worst ratio.
func (r *Report) judgeElements(prefix string, got []Element) {
	r.Elements = append(r.Elements, got...)
	worst := map[string]Element{}
	for _, e := range got {
		if w, ok := worst[e.Name]; !ok || e.Took/e.Limit > w.Took/w.Limit {
			worst[e.Name] = e
		}
	}
	for name, e := range worst {
		r.set(prefix+name, e.Took/e.Limit, "%s: %.2f ns an element; %s binds at %.2f ns", e.Size, e.Took, e.Binds, e.Limit)
	}
}
