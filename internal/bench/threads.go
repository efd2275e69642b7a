package bench

import (
	"context"
	"runtime"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Threads is what several threads inside one arm gain. Times are milliseconds a step by number of threads.
type Threads struct {
	Name    string    `json:"name"`
	Threads []int     `json:"threads"`
	Step    []float64 `json:"step_ms"`
}

// threads measures a step on one core, and on two, four … as many as there are.
func (r *Report) threads(ctx context.Context, o Options) error {
	var counts []int
	for n := 1; n < runtime.NumCPU(); n *= 2 {
		counts = append(counts, n)
	}
	counts = append(counts, runtime.NumCPU())
	shapes := []workload.Shape{workload.Default(), workload.Large()}
	if o.Quick {
		shapes = shapes[:1]
	}
	for _, shape := range shapes {
		each := max(1, int(1e9/shape.FLOPs()))
		var runs []measure.Run
		for _, n := range counts {
			team := compute.NewTeam(n)
			team.Use(n)
			s, err := shape.New(team)
			if err != nil {
				return err
			}
			runs = append(runs, updates(s, each))
		}
		times, err := measure.Interleaved(ctx, o.repetitions(), runs...)
		if err != nil {
			return err
		}
		t := Threads{Name: shape.Name, Threads: counts}
		for _, s := range times {
			t.Step = append(t.Step, 1e3*s)
		}
		r.Threads = append(r.Threads, t)
	}
	return nil
}
