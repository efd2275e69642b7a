package bench

import (
	"context"
	"fmt"

	"github.com/sparkling-lab/sparkling/internal/bench/profile"
	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Sweep is how the cost of a step grows along one size, all others fixed.
type Sweep struct {
	Axis     string            `json:"axis"`
	At       []int             `json:"at"`
	Profiles []profile.Profile `json:"profiles"`
}

// base is the network that the sweeps start from.
func base() workload.Shape {
	s := workload.Small()
	s.Name, s.Batch, s.Seq = "", 8, 64
	m := &s.Model
	m.Hidden, m.Inner, m.Layers, m.Experts, m.Heads, m.KVHeads, m.HeadDim = 64, 64, 2, 4, 4, 2, 16
	return s
}

// sweep names a size and how to set it.
type sweep struct {
	axis string
	at   []int
	set  func(s *workload.Shape, n int)
}

var sweeps = []sweep{
	{"width d = f", []int{32, 64, 128, 256, 512}, func(s *workload.Shape, n int) {
		s.Model.Hidden, s.Model.Inner, s.Model.Heads, s.Model.KVHeads = n, n, n/16, n/32
	}},
	{"experts, 2 a token", []int{2, 4, 8, 16, 32, 64}, func(s *workload.Shape, n int) { s.Model.Experts = n }},
	{"layers", []int{1, 2, 4, 8}, func(s *workload.Shape, n int) { s.Model.Layers = n }},
	{"tokens, in sequences of 64", []int{128, 256, 512, 1024, 2048, 4096}, func(s *workload.Shape, n int) { s.Batch = n / s.Seq }},
	{"sequence length, 1024 tokens", []int{16, 32, 64, 128, 256, 512, 1024}, func(s *workload.Shape, n int) { s.Batch, s.Seq = 1024/n, n }},
}

// costs measures where the time of a step goes, and how it grows.
func (r *Report) costs(ctx context.Context, o Options) error {
	of := func(s workload.Shape) (profile.Profile, error) {
		updates := max(1, int(2e9/s.FLOPs())) // about a fortieth of a second, or one that is longer
		if o.Quick {
			updates = 1
		}
		return profile.Of(ctx, s, compute.NewCPU(), o.repetitions(), updates)
	}
	shapes := []workload.Shape{workload.Default(), workload.Muon(), workload.Large()}
	if o.Quick {
		shapes = shapes[:1]
	}
	for _, s := range shapes {
		p, err := of(s)
		if err != nil {
			return err
		}
		r.Profiles = append(r.Profiles, p)
	}
	for _, w := range sweeps {
		got := Sweep{Axis: w.axis}
		for i, n := range w.at {
			if o.Quick && i > 0 {
				break
			}
			s := base()
			w.set(&s, n)
			s.Name = fmt.Sprintf("%s %d", w.axis, n)
			p, err := of(s)
			if err != nil {
				return err
			}
			got.At, got.Profiles = append(got.At, n), append(got.Profiles, p)
		}
		r.Sweeps = append(r.Sweeps, got)
	}
	return nil
}
