package gguf

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// Result says what was written.
type Result struct {
	Architecture string // as llama.cpp calls it
	Tensors      int
	Bytes        int64 // of the file
	Tokens       int   // of the vocabulary that has text; 0 where the folder has no tokenizer.json
	// Notes are what a reader of the file should know: each one sentence.
	Notes []string
}

// File is a GGUF file that a folder would give.
type File struct {
	folder  *checkpoint.Folder
	kind    kind
	head    []byte
	tensors []info
	sources [][]spot // of every tensor, its matrices in order
	result  Result
}

// spot is where a matrix lies in the folder.
type spot struct {
	shard checkpoint.Shard
	entry checkpoint.Entry
	i, of int // number of the matrix within the entry, and how many that holds
}

// New looks at the folder, reads its tokenizer.json if there is one, and errs where llama.cpp could not say or would
// not compute the same. No weight is read.
func New(folder *checkpoint.Folder) (*File, error) {
	k, err := kindOf(folder.Table.Config)
	if err != nil {
		return nil, err
	}
	f := &File{folder: folder, kind: k}
	if err := f.list(); err != nil {
		return nil, err
	}
	if n := folder.Longest(); n > 0 {
		f.result.Notes = append(f.result.Notes, fmt.Sprintf("the rotary embedding is scaled as dynamic, which "+
			"llama.cpp does not do: sequences longer than %d tokens are computed otherwise there", n))
	}
	pairs, err := f.pairs()
	if err != nil {
		return nil, err
	}
	if f.head, err = head(pairs, f.tensors); err != nil {
		return nil, err
	}
	f.result.Tensors, f.result.Bytes = len(f.tensors), int64(len(f.head))+f.Data()
	return f, nil
}

// Data is the size of all tensors with what lies between them, in bytes.
func (f *File) Data() (n int64) {
	for _, x := range f.tensors {
		n += x.bytes()
		n += padding(n)
	}
	return n
}

// list notes what the file holds, and where each matrix of it lies.
func (f *File) list() error {
	at := map[checkpoint.MatrixRef]spot{}
	stored := f.folder.Weights.Names.Stored(f.folder.Table)
	for _, shard := range f.folder.Weights.Files {
		for _, e := range shard.Entries {
			if e.Len() == 0 {
				continue
			}
			matrices := stored[e.Name].Matrices
			for i, p := range matrices {
				if _, twice := at[p]; !twice { // what is stored twice was found to be the same
					at[p] = spot{shard, e, i, len(matrices)}
				}
			}
		}
	}
	for i, t := range f.folder.Table.Tensors {
		name, err := f.kind.nameOf(t)
		if err != nil {
			return err
		}
		x := info{name: name, shape: f.kind.shapeOf(t), heads: f.kind.heads(t, f.folder.Table.Config)}
		var from []spot
		for e := range t.Experts {
			s, ok := at[checkpoint.MatrixRef{Tensor: i, Expert: e}]
			if !ok {
				return fmt.Errorf("%s holds no %s", f.folder.Dir, t.Name(e))
			}
			from = append(from, s)
		}
		if !single(t) {
			x.kind = shared(from)
		}
		f.tensors, f.sources = append(f.tensors, x), append(f.sources, from)
	}
	if f.kind.head && !f.folder.Table.Config.Untied {
		x := f.tensors[0] // the embedding
		x.name = parts[model.Head] + ".weight"
		f.tensors, f.sources = append(f.tensors, x), append(f.sources, f.sources[0])
	}
	if x := divisors(f.folder.Table.Config); x != nil {
		f.tensors = append(f.tensors, info{name: ropeName, shape: []int{len(x)}, data: x})
		f.sources = append(f.sources, nil)
	}
	return nil
}

// types are those that are written as they are stored.
var types = map[checkpoint.DType]ggmlType{checkpoint.F32: ggmlF32, checkpoint.BF16: ggmlBF16, checkpoint.F16: ggmlF16}

// shared is the type of matrices that become one tensor: float32, which holds every other, where they differ.
func shared(all []spot) ggmlType {
	kind := types[all[0].entry.DType]
	for _, s := range all {
		if types[s.entry.DType] != kind {
			return ggmlF32
		}
	}
	return kind
}

// Write writes the file in the place of the one that has its name, whole or not at all. progress is told the bytes of
// the tensors that are written, of [File.Data]. Memory is bounded by the largest matrix.
func (f *File) Write(ctx context.Context, path string, progress func(done int64)) (Result, error) {
	err := durable.WriteFile(path, func(w io.Writer) error {
		if _, err := w.Write(f.head); err != nil {
			return err
		}
		s := &stream{ctx: ctx, w: w, folder: f.folder}
		defer s.close()
		var done int64
		for i, x := range f.tensors {
			for _, from := range f.sources[i] {
				if err := s.matrix(from, x); err != nil {
					return err
				}
			}
			if err := s.floats(x.data); err != nil {
				return err
			}
			done += x.bytes()
			gap := padding(done)
			if _, err := w.Write(make([]byte, gap)); err != nil {
				return err
			}
			done += gap
			progress(done)
		}
		return nil
	})
	return f.result, err
}

// stream copies matrices of a folder.
type stream struct {
	ctx    context.Context
	w      io.Writer
	folder *checkpoint.Folder
	open   *checkpoint.File // the file that the last matrix came from
	values []float32
	bytes  []byte
}

func (s *stream) close() {
	if s.open != nil {
		s.open.Close()
	}
}

// file opens the file of a matrix, unless it is open.
func (s *stream) file(shard checkpoint.Shard) (*checkpoint.File, error) {
	if s.open != nil && filepath.Base(s.open.Path()) == shard.Name {
		return s.open, nil
	}
	s.close()
	file, err := s.folder.Open(shard)
	s.open = file
	return file, err
}

// matrix writes one matrix of a tensor: as it is stored, or as float32, which is exact.
func (s *stream) matrix(from spot, x info) error {
	file, err := s.file(from.shard)
	if err != nil {
		return err
	}
	n := from.entry.Len() / from.of
	switch {
	case x.heads > 0:
		return s.turned(file, from, x, n)
	case types[from.entry.DType] == x.kind:
		return file.Raw(s.ctx, s.w, from.entry, from.i*n, n)
	}
	if cap(s.values) < n {
		s.values = make([]float32, n)
	}
	if err := file.Matrix(s.ctx, s.values[:n], from.entry, from.i); err != nil {
		return err
	}
	return s.floats(s.values[:n])
}

// turned writes a matrix of queries or keys with the rows of every head interleaved: the first half's beside the
// second's.
func (s *stream) turned(file *checkpoint.File, from spot, x info, n int) error {
	rows, cols := x.shape[0], x.shape[1]
	half := rows / x.heads / 2
	for h := range x.heads {
		for i := range half {
			for _, row := range []int{2*h*half + i, (2*h+1)*half + i} {
				if err := file.Raw(s.ctx, s.w, from.entry, from.i*n+row*cols, cols); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// floats writes float32 numbers.
func (s *stream) floats(values []float32) error {
	s.bytes = s.bytes[:0]
	for _, x := range values {
		s.bytes = binary.LittleEndian.AppendUint32(s.bytes, math.Float32bits(x))
	}
	_, err := s.w.Write(s.bytes)
	return err
}

// unsaid is an error about what the format or llama.cpp cannot say.
func unsaid(format string, values ...any) error {
	return fmt.Errorf("it cannot be written as GGUF: "+format, values...)
}
