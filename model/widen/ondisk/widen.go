// Package ondisk widens a checkpoint folder into another, one matrix at a time: memory is bounded by the largest
// tensor, not by the network. What happens to a matrix is package widen's; what a folder is, package checkpoint's. It
// never trains and never loads a whole network.
package ondisk

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

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

// job is one widening at work.
type job struct {
	ctx  context.Context
	in   *checkpoint.Folder
	plan *widen.Plan
	to   *model.Table // of the new folder: plan.To, or that untied
	// the same widening of the network with a head of its own; nil where the head needs no factor
	untied   *widen.Plan
	layout   checkpoint.Layout                  // of the new folder; empty for that of the old one
	old, now map[string]checkpoint.StoredTensor // of in and of to, by name without a prefix
	states   *optimizerFile                     // of PyTorch's; nil where there is none
	written  []string                           // names of the new weights
	bad      string                             // Result.NotFinite
	grown    bool                               // the folder says how the network has grown
	done     int64
	progress func(done int64)
	src, dst []float32
}

// Widen reads a folder and writes the widened network as out, a folder that must not be there or be empty. Files keep
// their names, and their tensors their names, order and types, unless experts are to get another layout; small other
// files are copied. progress is told the bytes of the old folder that are done, of [Total]. On an error, and when ctx
// ends, nothing is left.
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
	Layout checkpoint.Layout // of the experts in the new folder; empty for that of the old one
	// States are of an optimizer's file of PyTorch's, which are widened into one of its name; they are changed by it.
	// Those of experts are put together and taken apart with their weights, where what is put together can be one.
	States *torch.States
	Recipe *Recipe // for going on from the new folder, beside which its new parameters are marked
}

// WidenWith is [Widen] with more.
func WidenWith(ctx context.Context, in *checkpoint.Folder, out string, spec widen.Spec, seed uint64, with With,
	progress func(done int64)) (Result, error) {
	j, r, err := newJob(ctx, in, spec, seed, with, progress)
	if err != nil {
		return r, err
	}
	f, err := j.forecast(r, with)
	if err != nil {
		return r, err
	}
	err = checkpoint.Build(out, func(dir string) error {
		if err := CheckDisk(out, f); err != nil {
			return err
		}
		for k, set := range in.Sets() {
			if err := j.set(dir, set, k); err != nil {
				return err
			}
		}
		if err := j.with(dir, with, &r); err != nil {
			return err
		}
		if err := j.growth(dir, with.Recipe != nil); err != nil {
			return err
		}
		if err := durable.WriteBytes(filepath.Join(dir, checkpoint.ConfigName), in.Config(j.to.Config)); err != nil {
			return err
		}
		own := with.names()
		if j.grown {
			own = append(own, checkpoint.GrowthName)
		}
		others, err := copyOthers(ctx, in, dir, own)
		r.LeftOut, r.Linked = others.leftOut, others.linked
		return err
	})
	r.NotFinite = j.bad
	return r, err
}

// newJob is a widening before it reads a tensor, and what is known by then of what it writes. What is refused by then
// is refused by [Foresee] too.
func newJob(ctx context.Context, in *checkpoint.Folder, spec widen.Spec, seed uint64, with With,
	progress func(done int64)) (*job, Result, error) {
	plan, err := widen.New(spec, in.Table, seed)
	if err != nil {
		return nil, Result{}, err
	}
	j := &job{ctx: ctx, in: in, plan: plan, to: plan.To, layout: with.Layout, progress: progress}
	r := Result{Config: plan.To.Config, States: len(in.States)}
	if mult := plan.To.Config.LogitMult; mult != 1 {
		apart := in.Table.Config
		apart.Untied = true
		if j.untied, err = widen.New(spec, model.NewTable(apart), seed); err != nil {
			return nil, r, err
		}
		j.to = j.untied.To
		r.Config, r.HeadFactor = j.to.Config, mult
	}
	bare := in.Weights.Names.Bare()
	j.old, j.now = bare.Stored(in.Table), bare.Stored(j.to)
	if with.Layout != "" {
		if _, err := bare.In(j.to, with.Layout); err != nil {
			return nil, r, err // before a file of states is called wrong for it
		}
	}
	if with.States != nil {
		if j.states, err = j.optimizerFile(with.States, bare); err != nil {
			return nil, r, fmt.Errorf("%s: %w", with.States.File.Path(), err)
		}
	}
	return j, r, nil
}

// growth says of the new rows and columns at which widening they came, where the folder says it of the old ones, or
// new parameters shall be marked.
func (j *job) growth(dir string, mark bool) error {
	g, err := j.in.Growth(j.ctx)
	if errors.Is(err, checkpoint.ErrNoGrowth) {
		if !mark {
			return nil
		}
	} else if err != nil {
		return err
	}
	j.grown = true
	g = g.Widen(j.to.Config)
	err = checkpoint.WriteGrowth(j.ctx, dir, j.to, g)
	if err == nil && mark {
		err = j.newParameters(dir, g)
	}
	return err
}

// with leaves what else was asked for.
func (j *job) with(dir string, with With, r *Result) error {
	if with.States != nil {
		if err := j.optimizer(dir, j.states); err != nil {
			return err
		}
		r.Optimizer = with.States.Names()
		if with.States.Numbered() {
			if err := writeNames(dir, r.Optimizer); err != nil {
				return err
			}
		}
	}
	if with.Recipe != nil {
		return with.Recipe.write(dir)
	}
	return nil
}

// names are those of the files that are left.
func (w With) names() (names []string) {
	if w.States != nil {
		names = append(names, filepath.Base(w.States.File.Path()), NamesName)
	}
	if w.Recipe != nil {
		names = append(names, RecipeName, checkpoint.NewParametersName)
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
	files, err := j.arrange(set)
	if err != nil {
		return err
	}
	wide := make([]checkpoint.Shard, len(files))
	for i, f := range files {
		wide[i].Name, wide[i].Meta = f.shard.Name, checkpoint.Loadable(f.shard.Meta)
		wide[i].Entries = f.written()
		if power == 0 {
			for _, e := range wide[i].Entries {
				j.written = append(j.written, e.Name)
			}
		}
		if err := j.file(filepath.Join(dir, f.shard.Name), f, wide[i].Header, power); err != nil {
			return err
		}
	}
	if set.Index == nil {
		return nil
	}
	return durable.WriteBytes(filepath.Join(dir, set.IndexName()), set.Index.For(wide))
}

// file widens one file. It reads others too where experts come together that lay apart.
func (j *job) file(path string, f newFile, wide checkpoint.Header, power int) error {
	in := sources{folder: j.in, open: map[string]*checkpoint.File{}}
	defer in.close()
	out, err := checkpoint.Create(path, wide)
	if err != nil {
		return err
	}
	for _, x := range f.tensors {
		if err = j.tensor(in, x, out, power); err != nil {
			out.Abandon()
			return err
		}
		j.done += x.done
		j.progress(j.done)
	}
	return out.Close()
}

// tensor widens one tensor of a file, matrix by matrix. What is none of the network's is copied: it depends on no width
// that changes.
func (j *job) tensor(in sources, x newTensor, out *checkpoint.Writer, power int) error {
	for _, s := range x.from {
		file, err := in.file(s.shard)
		if err != nil {
			return err
		}
		if x.copied {
			return out.Copy(j.ctx, file, s.entry)
		}
		old, wide := j.in.Table.Tensors[s.matrix.Tensor], j.to.Tensors[s.matrix.Tensor]
		j.src = sized(j.src, old.Rows.Size*old.Cols.Size)
		if err := file.Matrix(j.ctx, j.src, s.entry, s.i); err != nil {
			return err
		}
		if j.bad == "" && !model.AllFinite(j.src) {
			j.bad = fmt.Sprintf("%s in %s", s.entry.Name, s.shard.Name)
		}
		j.dst = fit(j.dst, wide.Rows.Size*wide.Cols.Size)
		j.matrix(s.matrix, power)
		if x.head {
			j.head(power)
		}
		if err := out.Write(j.ctx, j.dst); err != nil {
			return err
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

// head makes dst what becomes of a tied head that needs a factor: src is the embedding's, and dst what that became.
func (j *job) head(power int) {
	if power == 0 {
		factor := float32(j.plan.To.Config.LogitMult)
		for i := range j.dst {
			j.dst[i] *= factor
		}
		return
	}
	clear(j.dst)
	j.untied.State(j.to.Find(model.Head, -1), j.dst, j.src, power)
}

// sized is a slice of n elements that reuses memory; what is in it is not told.
func sized(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}

// fit is [sized], of zeros.
func fit(x []float32, n int) []float32 {
	x = sized(x, n)
	clear(x)
	return x
}
