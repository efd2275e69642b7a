// Package ondisk widens a checkpoint folder into another, one matrix at a time: memory is bounded by the largest
// tensor, not by the network. What happens to a matrix is package widen's; what a folder is, package checkpoint's. It
// never trains and never loads a whole network.
package ondisk

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Result says what a widening wrote.
type Result struct {
	Config model.Config // of the widened network, as the folder holds it
	// HeadFactor is the factor that an untied head of the new folder carries, because the tied one could not; 0 where
	// the head was not touched.
	HeadFactor float64
	States     int      // optimizer states that were treated
	LeftOut    []string // files and folders that were not copied
	Linked     []string // files that were copied from outside the folder, where links led
	Optimizer  []string // parameters of an optimizer's file, in its order
	NotFinite  string   // the first tensor that holds a NaN or an infinity, and its file; empty where none does
}

// The two uses of a tied embedding.
const embedName, headName = "model.embed_tokens.weight", "lm_head.weight"

// job is one widening at work.
type job struct {
	ctx  context.Context
	in   *checkpoint.Folder
	plan *widen.Plan
	to   *model.Table // of the new folder: plan.To, or that untied
	// the same widening of the network with a head of its own; nil where the head needs no factor
	untied   *widen.Plan
	old, now map[string]checkpoint.StoredTensor // of in and of to, by name
	bad      string                             // Result.NotFinite
	grown    bool                               // the folder says how the network has grown
	done     int64
	progress func(done int64)
	src, dst []float32
}

// Widen reads a folder and writes the widened network as out, a folder that must not be there or be empty. Files keep
// their names, their tensors, stacked or not, and their types; small other files are copied. progress is told the bytes
// of the old folder that are done, of [Total]. On an error, and when ctx ends, nothing is left.
//
// A tied head that needs a factor (hidden axis; paper, App. D.1) is written as a tensor of its own, factor times the
// widened embedding, next to it, or where it was stored already. Its optimizer state is made from the embedding's,
// treated as the fan-in matrix that it now is.
//
// Of a checkpoint of a run the growth stages of rows and columns are kept, and those of the new ones added. Where the
// run was is not: it never was where this network is, and its document does not lead there.
func Widen(ctx context.Context, in *checkpoint.Folder, out string, spec widen.Spec, seed uint64,
	progress func(done int64)) (Result, error) {
	return WidenWith(ctx, in, out, spec, seed, With{}, progress)
}

// With is what else a widening treats and leaves.
type With struct {
	States *torch.States // of an optimizer's file of PyTorch's, which are widened into one of its name; changed by it
}

// WidenWith is [Widen] with more.
func WidenWith(ctx context.Context, in *checkpoint.Folder, out string, spec widen.Spec, seed uint64, with With,
	progress func(done int64)) (Result, error) {
	plan, err := widen.New(spec, in.Table, seed)
	if err != nil {
		return Result{}, err
	}
	j := &job{ctx: ctx, in: in, plan: plan, to: plan.To, progress: progress}
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
	j.old, j.now = checkpoint.StoredTensors(in.Table), checkpoint.StoredTensors(j.to)
	err = checkpoint.Build(out, func(dir string) error {
		for k, set := range in.Sets() {
			if err := j.set(dir, set, k); err != nil {
				return err
			}
		}
		if err := j.with(dir, with, &r); err != nil {
			return err
		}
		if err := j.growth(dir); err != nil {
			return err
		}
		if err := durable.WriteBytes(filepath.Join(dir, checkpoint.ConfigName), in.Config(j.to.Config)); err != nil {
			return err
		}
		own := with.names()
		if j.grown {
			own = append(own, checkpoint.GrowthName)
		}
		r.LeftOut, r.Linked, err = copyOthers(ctx, in, dir, own...)
		return err
	})
	r.NotFinite = j.bad
	return r, err
}

// growth says of the new rows and columns at which widening they came, where the folder says it of the old ones.
func (j *job) growth(dir string) error {
	g, err := j.in.Growth(j.ctx)
	if errors.Is(err, checkpoint.ErrNoGrowth) {
		return nil
	} else if err != nil {
		return err
	}
	j.grown = true
	return checkpoint.WriteGrowth(j.ctx, dir, j.to, g.Widen(j.to.Config))
}

// with leaves what else was asked for.
func (j *job) with(dir string, with With, r *Result) error {
	if with.States != nil {
		if err := j.optimizer(dir, with.States); err != nil {
			return err
		}
		r.Optimizer = with.States.Names()
	}
	return nil
}

// names are those of the files that are left.
func (w With) names() (names []string) {
	if w.States != nil {
		names = append(names, filepath.Base(w.States.File.Path()))
	}
	return names
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
	stored := slices.ContainsFunc(set.Files, func(f checkpoint.Shard) bool {
		e, ok := f.Find(headName)
		return ok && e.Len() > 0
	})
	beside := j.untied != nil && !stored // the head is written next to the embedding
	for _, shard := range set.Files {
		wide := checkpoint.Shard{Name: shard.Name, Header: checkpoint.Header{Meta: checkpoint.Loadable(shard.Meta)}}
		for _, e := range shard.Entries {
			if beside && e.Name == headName {
				continue // without elements; the one that has some takes its name
			}
			if tensor, ok := j.now[e.Name]; ok && e.Len() > 0 {
				e.Shape = tensor.Shape
			}
			wide.Entries = append(wide.Entries, e)
			if beside && e.Name == embedName {
				wide.Entries = append(wide.Entries,
					checkpoint.Entry{Name: headName, DType: e.DType, Shape: j.now[headName].Shape})
			}
		}
		files = append(files, wide)
		if err := j.shard(filepath.Join(dir, shard.Name), shard, wide.Header, power, beside); err != nil {
			return err
		}
	}
	if set.Index == nil {
		return nil
	}
	return durable.WriteBytes(filepath.Join(dir, set.IndexName()), set.Index.For(files))
}

// shard widens one file.
func (j *job) shard(path string, shard checkpoint.Shard, wide checkpoint.Header, power int, beside bool) error {
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
		if err = j.tensor(in, e, out, power, beside); err != nil {
			out.Abandon()
			return err
		}
		j.done += e.Bytes()
		j.progress(j.done)
	}
	return out.Close()
}

// tensor widens one tensor of a file, matrix by matrix, and writes the head beside the embedding where it must be. What
// is none of the network's is copied: it depends on no width that changes.
func (j *job) tensor(in *checkpoint.File, e checkpoint.Entry, out *checkpoint.Writer, power int, beside bool) error {
	tensor, ok := j.old[e.Name]
	if !ok || e.Len() == 0 {
		return out.Copy(j.ctx, in, e)
	}
	for i, p := range tensor.Matrices {
		old, wide := j.in.Table.Tensors[p.Tensor], j.to.Tensors[p.Tensor]
		j.src = fit(j.src, old.Rows.Size*old.Cols.Size)
		if err := in.Matrix(j.ctx, j.src, e, i); err != nil {
			return err
		}
		if j.bad == "" && !model.AllFinite(j.src) {
			j.bad = fmt.Sprintf("%s in %s", e.Name, filepath.Base(in.Path()))
		}
		j.dst = fit(j.dst, wide.Rows.Size*wide.Cols.Size)
		j.matrix(p, power)
		head := tensor.Redundant && j.untied != nil
		if !head {
			if err := out.Write(j.ctx, j.dst); err != nil {
				return err
			}
		}
		if head || beside && e.Name == embedName {
			return j.head(out, power)
		}
	}
	return nil
}

// matrix widens src to dst.
func (j *job) matrix(p checkpoint.MatrixRef, power int) {
	if power == 0 {
		j.plan.Weight(p.Tensor, p.Expert, j.dst, j.src)
	} else {
		j.plan.State(p.Tensor, j.dst, j.src, power)
	}
}

// head writes what becomes of a tied head that needs a factor: src is the embedding's, and dst what that became.
func (j *job) head(out *checkpoint.Writer, power int) error {
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
