// Package survey says what the numbers of a checkpoint folder are like, reading one matrix at a time: how large weights
// and optimizer states are, and which coordinates of the widened axes are copies of others, bit for bit. It computes
// with no network, and changes nothing.
package survey

import (
	"context"
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// Survey is what was found.
type Survey struct {
	RMS       []float64 // of the weights of every tensor of the table, all its experts together
	States    []State
	Hidden    Copies
	Inner     []Copies // by layer, the neurons of all experts together; each is compared within its expert
	NotFinite string   // the first tensor that holds a NaN or an infinity, and its file; empty where none does
}

// State is one optimizer state.
type State struct {
	Name string
	Norm float64 // of all of it as one vector
	Zero float64 // the share of its elements that are exactly 0, as new ones are after an asymmetric reset
}

// survey is one at work.
type survey struct {
	table   *model.Table
	squares []float64 // of every tensor of the table, of one set
	zeros   int64
	hidden  *digests
	inner   [][]*digests // by layer and expert
	found   Survey
	buf     []float32
}

// Of surveys a folder, and states of a file of PyTorch's that [torch.States.Fit] it; nil where there are none. progress
// is told the bytes that are read, of all tensors.
func Of(ctx context.Context, folder *checkpoint.Folder, states *torch.States, progress func(done int64)) (Survey,
	error) {
	c := folder.Table.Config
	s := &survey{table: folder.Table, hidden: newDigests(c.Hidden)}
	for range c.Layers {
		var layer []*digests
		for range c.Experts {
			layer = append(layer, newDigests(c.Inner))
		}
		s.inner = append(s.inner, layer)
	}
	var done int64
	read := func(n int64) { done += n; progress(done) }
	for k, set := range folder.Sets() {
		s.squares, s.zeros = make([]float64, len(s.table.Tensors)), 0
		if err := s.set(ctx, folder, set, read); err != nil {
			return s.found, err
		}
		if k == 0 {
			for i, t := range s.table.Tensors {
				s.found.RMS = append(s.found.RMS, math.Sqrt(s.squares[i]/float64(t.Len())))
			}
			s.weightsRead()
			continue
		}
		s.stated(set.Name, s.table.Size)
	}
	if states != nil {
		if err := s.optimizer(ctx, states, folder.Weights.Names.Bare().Stored(s.table), read); err != nil {
			return s.found, err
		}
	}
	s.count()
	return s.found, nil
}

// set reads one set; what is stored twice was found to be the same, and is read once.
func (s *survey) set(ctx context.Context, folder *checkpoint.Folder, set checkpoint.Set, read func(n int64)) error {
	stored, seen := set.Names.Stored(s.table), map[checkpoint.MatrixRef]bool{}
	for _, shard := range set.Files {
		if err := s.shard(ctx, folder, shard, stored, seen, read); err != nil {
			return err
		}
	}
	return nil
}

func (s *survey) shard(ctx context.Context, folder *checkpoint.Folder, shard checkpoint.Shard,
	stored map[string]checkpoint.StoredTensor, seen map[checkpoint.MatrixRef]bool, read func(n int64)) error {
	file, err := folder.Open(shard)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, e := range shard.Entries {
		for i, p := range stored[e.Name].Matrices {
			if e.Len() == 0 || seen[p] {
				continue
			}
			seen[p] = true
			x := s.room(p)
			if err := file.Matrix(ctx, x, e, i); err != nil {
				return err
			}
			s.matrix(p, x, e.Name, shard.Name)
		}
		read(e.Bytes())
	}
	return nil
}

// room is memory for a matrix, until the next.
func (s *survey) room(p checkpoint.MatrixRef) []float32 {
	t := s.table.Tensors[p.Tensor]
	n := t.Rows.Size * t.Cols.Size
	if cap(s.buf) < n {
		s.buf = make([]float32, n)
	}
	return s.buf[:n]
}

// matrix takes one matrix in, of a tensor of a file.
func (s *survey) matrix(p checkpoint.MatrixRef, x []float32, tensor, file string) {
	if s.found.NotFinite == "" && !model.AllFinite(x) {
		s.found.NotFinite = tensor + " in " + file
	}
	t := s.table.Tensors[p.Tensor]
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
		if v == 0 {
			s.zeros++
		}
	}
	s.squares[p.Tensor] += sum
	if d := s.of(t.Rows.Axis, t.Layer, p.Expert); d != nil {
		d.rows(x, t.Cols.Size)
	}
	if d := s.of(t.Cols.Axis, t.Layer, p.Expert); d != nil {
		d.columns(x, t.Kind == model.Matrix)
	}
}

// of are the digests of an axis; nil where none is kept.
func (s *survey) of(axis model.Axis, layer, expert int) *digests {
	switch axis {
	case model.Hidden:
		return s.hidden
	case model.Inner:
		return s.inner[layer][expert]
	}
	return nil
}

// weightsRead notes that what is taken in from now on is the optimizer's.
func (s *survey) weightsRead() {
	s.hidden.mark()
	for _, layer := range s.inner {
		for _, d := range layer {
			d.mark()
		}
	}
}

// count counts the copies.
func (s *survey) count() {
	s.found.Hidden = s.hidden.copies()
	for _, layer := range s.inner {
		var all Copies
		for _, d := range layer {
			all.add(d.copies())
		}
		s.found.Inner = append(s.found.Inner, all)
	}
}
