package profile

import (
	"context"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/peak"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Profile is the time of one training step by group, in milliseconds.
type Profile struct {
	Name   string          `json:"name"`
	Step   float64         `json:"step_ms"` // of the step as a whole, with the notes taken
	Spent  [Groups]float64 `json:"spent_ms"`
	FLOPs  [Groups]float64 `json:"flops"`
	Tokens int             `json:"tokens"`
	Limit  float64         `json:"limit"` // of arithmetic where it was measured, in GFLOP/s
}

// Of measures a step so many times, several updates each, and takes the medians.
func Of(ctx context.Context, shape workload.Shape, engine compute.Engine, repetitions, updates int) (Profile, error) {
	p := Profile{Name: shape.Name, Tokens: shape.Tokens(), Limit: peak.Limits()[0].Measure() / 1e9}
	e := New(engine)
	s, err := shape.New(e)
	if err != nil {
		return p, err
	}
	var steps []float64
	var spent [Groups][]float64
	for r := range repetitions + 1 {
		e.Reset()
		begun := time.Now()
		for range updates {
			if err := ctx.Err(); err != nil {
				return p, err
			}
			s.Gradients()
			e.Update(s.Update)
		}
		if r == 0 {
			continue // it warms up
		}
		whole := time.Since(begun)
		rest := whole
		for g := range Rest {
			rest -= e.Spent[g]
		}
		e.Spent[Rest] = rest
		for g := range Groups {
			spent[g] = append(spent[g], ms(e.Spent[g], updates))
		}
		steps = append(steps, ms(whole, updates))
		for g := range Groups {
			p.FLOPs[g] = e.FLOPs[g] / float64(updates)
		}
	}
	p.Step = measure.Median(steps)
	for g := range Groups {
		p.Spent[g] = measure.Median(spent[g])
	}
	return p, nil
}

func ms(d time.Duration, updates int) float64 { return d.Seconds() * 1000 / float64(updates) }
