package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
)

// Reader reads the matrices of a folder in any order, as a [Source]. It holds one open file.
type Reader struct {
	ctx    context.Context
	folder *Folder
	spots  [len(setOf)]map[MatrixRef]spot
	open   *File
	name   string // of the open file
}

// Reader begins to read; the caller closes it.
func (f *Folder) Reader(ctx context.Context) *Reader {
	r := &Reader{ctx: ctx, folder: f}
	for k, set := range f.Sets() {
		stored := set.Names.Stored(f.Table)
		r.spots[k] = map[MatrixRef]spot{}
		for _, shard := range set.Files {
			for _, e := range shard.Entries {
				for i, p := range stored[e.Name].Matrices {
					if !stored[e.Name].Redundant && e.Len() > 0 {
						r.spots[k][p] = spot{shard, e, i}
					}
				}
			}
		}
	}
	return r
}

// Table is the shape of the folder's network.
func (r *Reader) Table() *model.Table { return r.folder.Table }

// Read reads one matrix, of the weights or of a state that the folder holds.
func (r *Reader) Read(q model.Quantity, tensor, expert int, into []float32) error {
	k := slices.Index(setOf[:], q)
	if k < 0 {
		return fmt.Errorf("%s holds no %s", r.folder.Dir, q)
	}
	s, ok := r.spots[k][MatrixRef{tensor, expert}]
	if !ok {
		return fmt.Errorf("%s holds no %s of expert %d of tensor %d", r.folder.Dir, q, expert, tensor)
	}
	if r.open == nil || r.name != s.shard.Name {
		if err := r.Close(); err != nil {
			return err
		}
		file, err := r.folder.Open(s.shard)
		if err != nil {
			return err
		}
		r.open, r.name = file, s.shard.Name
	}
	if n := len(into) * (s.i + 1); n > s.entry.Len() {
		return errors.New("a matrix of another size was asked for")
	}
	return r.open.Matrix(r.ctx, into, s.entry, s.i)
}

// Close closes the file that is open.
func (r *Reader) Close() error {
	if r.open == nil {
		return nil
	}
	f := r.open
	r.open = nil
	return f.Close()
}
