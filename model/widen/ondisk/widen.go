// Package ondisk widens a checkpoint folder into another, one matrix at a time: memory is bounded by the largest tensor, not by the
// network. What happens to a matrix is package widen's; what a folder is, package checkpoint's. It never trains and never loads a
// whole network.
package ondisk

import (
	"context"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Result says what a widening wrote.
type Result struct {
	Config model.Config // of the widened network, as the folder holds it
	// HeadFactor is the factor that an untied head of the new folder carries, because the tied one could not; 0 where the head was not touched.
	HeadFactor float64
	States     int      // optimizer states that were treated
	LeftOut    []string // files and folders that were not copied
}

// job is one widening at work.
type job struct {
	ctx      context.Context
	in       *checkpoint.Folder
	plan     *widen.Plan
	to       *model.Table // of the new folder: plan.To, or that untied
	untied   *widen.Plan  // the same widening of the network with a head of its own; nil where the head needs no factor
	places   map[string]checkpoint.Place
	done     int64
	progress func(done int64)
	src, dst []float32
}

// Widen reads a folder and writes the widened network as out, a folder that must not be there or be empty. Files keep their names, their tensors
// and their types; small other files are copied. progress is told the bytes of the old folder that are done, of [Total]. On
// an error, and when ctx ends, nothing is left.
//
// A tied head that needs a factor (hidden axis; paper, App. D.1) is written as a tensor of its own, factor times the widened
// embedding, next to it. Its optimizer state is made from the embedding's, treated as the fan-in matrix that it now is.
func Widen(ctx context.Context, in *checkpoint.Folder, out string, spec widen.Spec, seed uint64, progress func(done int64)) (Result, error) {
	plan, err := widen.New(spec, in.Table, seed)
	if err != nil {
		return Result{}, err
	}
	j := &job{ctx: ctx, in: in, plan: plan, to: plan.To, places: checkpoint.Places(in.Table), progress: progress}
	r := Result{Config: plan.To.Config, States: len(in.States)}
	if mult := plan.To.Config.LogitMult; mult != 1 {
		apart := in.Table.Config
		apart.Untied = true
		if j.untied, err = widen.New(spec, model.NewTable(apart), seed); err != nil {
			return r, err
		}
		j.to = j.untied.To
		r.Config, r.HeadFactor = j.to.Config, mult
	}
	err = checkpoint.Build(out, func(dir string) error {
		for k, set := range in.Sets() {
			if err := j.set(dir, set, k); err != nil {
				return err
			}
		}
		if err := os.WriteFile(filepath.Join(dir, checkpoint.ConfigName), in.Config(j.to.Config), 0o644); err != nil {
			return err
		}
		r.LeftOut, err = copyOthers(ctx, in, dir)
		return err
	})
	return r, err
}

// Total is the number of bytes of all tensors of a folder.
func Total(in *checkpoint.Folder) (n int64) {
	for _, set := range in.Sets() {
		n += set.Bytes()
	}
	return n
}

// set widens the weights, for power 0, or the optimizer state of that power of the gradient.
func (j *job) set(dir string, set checkpoint.Set, power int) error {
	var files []checkpoint.Shard
	for _, shard := range set.Files {
		wide := checkpoint.Shard{Name: shard.Name, Header: checkpoint.Header{Meta: checkpoint.Loadable(shard.Meta)}}
		for _, e := range shard.Entries {
			p := j.places[e.Name]
			e.Shape = j.to.Tensors[p.Tensor].Shape()
			wide.Entries = append(wide.Entries, e)
			if j.untied != nil && p.Tensor == j.in.Table.Find(model.Embed, -1) {
				head := j.to.Tensors[j.to.Find(model.Head, -1)]
				wide.Entries = append(wide.Entries, checkpoint.Entry{Name: head.Name(0), DType: e.DType, Shape: head.Shape()})
			}
		}
		files = append(files, wide)
		if err := j.shard(filepath.Join(dir, shard.Name), shard, wide.Header, power); err != nil {
			return err
		}
	}
	if set.Index == nil {
		return nil
	}
	return os.WriteFile(filepath.Join(dir, set.IndexName()), set.Index.For(files), 0o644)
}

// shard widens one file.
func (j *job) shard(path string, shard checkpoint.Shard, wide checkpoint.Header, power int) error {
	in, err := j.in.Open(shard)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := checkpoint.Create(path, wide)
	if err != nil {
		return err
	}
	for _, e := range in.Entries {
		if err = j.matrix(in, e, out, power); err != nil {
			break
		}
		j.done += e.Bytes()
		j.progress(j.done)
	}
	if closing := out.Close(); err == nil {
		err = closing
	}
	return err
}

// matrix widens one tensor of a file, and writes the head beside the embedding where it must be.
func (j *job) matrix(in *checkpoint.File, e checkpoint.Entry, out *checkpoint.Writer, power int) error {
	p := j.places[e.Name]
	j.src = fit(j.src, e.Len())
	if err := in.Floats(j.ctx, j.src, e); err != nil {
		return err
	}
	wide := j.to.Tensors[p.Tensor]
	j.dst = fit(j.dst, wide.Rows.Size*wide.Cols.Size)
	if power == 0 {
		j.plan.Weight(p.Tensor, p.Expert, j.dst, j.src)
	} else {
		j.plan.State(p.Tensor, j.dst, j.src, power)
	}
	if err := out.Write(j.ctx, j.dst); err != nil {
		return err
	}
	if j.untied == nil || p.Tensor != j.in.Table.Find(model.Embed, -1) {
		return nil
	}
	if power == 0 {
		factor := float32(j.plan.To.Config.LogitMult)
		for i := range j.dst {
			j.dst[i] *= factor
		}
	} else {
		clear(j.dst)
		j.untied.State(j.to.Find(model.Head, -1), j.dst, j.src, power)
	}
	return out.Write(j.ctx, j.dst)
}

// fit is a slice of n zeros that reuses memory.
func fit(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	x = x[:n]
	clear(x)
	return x
}
