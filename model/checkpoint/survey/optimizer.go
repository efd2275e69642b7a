package survey

import (
	"context"
	"math"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// optimizer reads the states of a file of PyTorch's kind by kind, each in the file's order, which is one for all
// coordinates.
func (s *survey) optimizer(ctx context.Context, states *torch.States, stored map[string]checkpoint.StoredTensor,
	read func(n int64)) error {
	var kinds []string
	for _, p := range states.Params {
		for _, t := range p.Tensors() {
			if t.Power > 0 && !slices.Contains(kinds, t.Key) {
				kinds = append(kinds, t.Key)
			}
		}
	}
	for _, kind := range kinds {
		s.squares, s.zeros = make([]float64, len(s.table.Tensors)), 0
		elements := 0
		for _, p := range states.Params {
			of := stored[torch.Bare(p.Name)]
			for _, t := range p.Tensors() {
				if t.Key != kind || of.Redundant {
					continue
				}
				if err := s.state(ctx, states.File, p.Name, t.Tensor, of.Matrices); err != nil {
					return err
				}
				elements += t.Len()
				read(t.Bytes())
			}
		}
		s.stated(kind, elements)
	}
	return nil
}

// state takes a parameter's state of one kind in.
func (s *survey) state(ctx context.Context, file *torch.File, name string, t *torch.Tensor,
	matrices []checkpoint.MatrixRef) error {
	r, err := file.Reader(t)
	if err != nil {
		return err
	}
	defer r.Close()
	for _, m := range matrices {
		x := s.room(m)
		if err := r.Floats(ctx, x); err != nil {
			return err
		}
		s.matrix(m, x, "the state of "+torch.Bare(name), filepath.Base(file.Path()))
	}
	return nil
}

// stated notes what was found of one state, which has that many elements.
func (s *survey) stated(name string, elements int) {
	sum := 0.0
	for _, x := range s.squares {
		sum += x
	}
	s.found.States = append(s.found.States, State{name, math.Sqrt(sum), float64(s.zeros) / float64(elements)})
}
