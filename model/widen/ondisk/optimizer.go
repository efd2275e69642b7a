package ondisk

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// The two uses of a tied embedding, as every family calls them.
const embedName, headName = "model.embed_tokens.weight", "lm_head.weight"

// optimizerFile is what becomes of an optimizer's file: the parameters, group by group, and where the elements of every
// tensor come from.
type optimizerFile struct {
	of      *torch.States
	groups  [][]*torch.Param
	sources map[*torch.Tensor]from
}

// from is where the elements of a tensor that is written come from: matrix by matrix, or, of a count, from the first of
// those that have one value.
type from struct {
	power  int // of the gradient; 0 is a count, which is copied
	pieces []piece
	head   bool // what becomes of a tied head that needs a factor
	again  bool // the same elements are read for another tensor too, which is counted
}

// piece is matrix i of those of a tensor of the old file.
type piece struct {
	param  string
	old    *torch.Tensor
	matrix checkpoint.MatrixRef
	i      int
}

// optimizerFile says what becomes of the states of a file, and errs where they do not fit, or cannot have the layout
// that is asked for. Parameters keep their order, but for experts that are put together or taken apart. A tied head
// that is written apart gets a state of its own, made from the embedding's, and stands last in the embedding's group.
func (j *job) optimizerFile(s *torch.States, names checkpoint.Naming) (*optimizerFile, error) {
	if err := s.Fit(j.old); err != nil {
		return nil, err
	}
	f := &optimizerFile{of: s, sources: map[*torch.Tensor]from{}}
	blocks, err := j.blocks(s, names)
	if err != nil {
		return nil, err
	}
	stored := slices.ContainsFunc(s.Params, func(p *torch.Param) bool { return j.old[torch.Bare(p.Name)].Redundant })
	for g, group := range s.Groups() {
		var all []*torch.Param
		apart := false
		for _, p := range group {
			name := torch.Bare(p.Name)
			if layer, changes := blocks.changes(j.old[name]); changes {
				now, err := blocks.take(f, g, layer, strings.TrimSuffix(p.Name, name))
				if err != nil {
					return nil, err
				}
				all = append(all, now...)
				continue
			}
			x := target{name: p.Name, shape: j.now[name].Shape, head: j.old[name].Redundant && j.untied != nil}
			all = append(all, f.param(x, whole(p, j.old[name])))
			apart = apart || name == embedName && j.untied != nil && !stored
		}
		if apart {
			at := slices.IndexFunc(group, func(p *torch.Param) bool { return torch.Bare(p.Name) == embedName })
			embed := group[at]
			x := target{strings.TrimSuffix(embed.Name, embedName) + headName, j.now[headName].Shape, true, true}
			all = append(all, f.param(x, whole(embed, j.old[embedName])))
		}
		f.groups = append(f.groups, all)
	}
	return f, nil
}

// target is a parameter of the new file.
type target struct {
	name        string
	shape       []int
	head, again bool // see from
}

// part is matrix i of a parameter of the old file.
type part struct {
	of     *torch.Param
	matrix checkpoint.MatrixRef
	i      int
}

// whole are all matrices of a parameter.
func whole(p *torch.Param, tensor checkpoint.StoredTensor) (all []part) {
	for i, m := range tensor.Matrices {
		all = append(all, part{p, m, i})
	}
	return all
}

// param is a parameter made of parts of old ones, whose states are alike.
func (f *optimizerFile) param(x target, parts []part) *torch.Param {
	p := &torch.Param{Name: x.name}
	like := parts[0].of.State
	if like == nil {
		return p
	}
	p.State = torch.NewDict()
	for _, t := range parts[0].of.Tensors() {
		source := from{power: t.Power, head: x.head, again: x.again}
		seen := map[*torch.Tensor]bool{}
		for _, part := range parts {
			old := part.of.State.Get(t.Key).(*torch.Tensor)
			if t.Power > 0 || !seen[old] {
				source.pieces = append(source.pieces, piece{part.of.Name, old, part.matrix, part.i})
			}
			seen[old] = true
		}
		now := torch.NewTensor(t.DType, t.Shape)
		if t.Power > 0 {
			now.Shape = slices.Clone(x.shape)
		} else if parts[0].i > 0 {
			source.again = true // a count of what is taken apart goes to all parts
		}
		p.State.Set(t.Key, now)
		f.sources[now] = source
	}
	ordered := torch.NewDict()
	ordered.Ordered = like.Ordered
	for _, key := range like.Keys { // a step may be a plain number
		if now := p.State.Get(key); now != nil {
			ordered.Set(key, now)
		} else {
			ordered.Set(key, like.Get(key))
		}
	}
	p.State = ordered
	return p
}

// bytes is the size of all tensors of the new file.
func (f *optimizerFile) bytes() (n int64) {
	for t := range f.sources {
		n += t.Bytes()
	}
	return n
}

// optimizer writes the states of a file of PyTorch's, tensor by tensor, into one of the same name and kind.
func (j *job) optimizer(dir string, f *optimizerFile) error {
	f.of.Arrange(f.groups)
	in := readers{file: f.of.File, open: map[*torch.Tensor]*reading{}}
	defer in.close()
	return torch.Write(filepath.Join(dir, filepath.Base(f.of.File.Path())), f.of.Root(), func(t *torch.Tensor,
		w io.Writer) error {
		return j.stream(in, t, f.sources[t], w)
	})
}

// stream writes the elements of a tensor.
func (j *job) stream(in readers, t *torch.Tensor, f from, w io.Writer) error {
	if f.power == 0 {
		r, err := in.file.Reader(f.pieces[0].old)
		if err != nil {
			return err
		}
		defer r.Close()
		if err := r.Copy(j.ctx, w); err != nil {
			return err
		}
		for _, p := range f.pieces {
			j.read(p.old.Bytes(), f.again)
		}
		return nil
	}
	for _, p := range f.pieces {
		old, wide := j.in.Table.Tensors[p.matrix.Tensor], j.to.Tensors[p.matrix.Tensor]
		n := old.Rows.Size * old.Cols.Size
		j.src = sized(j.src, n)
		if err := in.matrix(j.ctx, j.src, p); err != nil {
			return err
		}
		if j.bad == "" && !model.AllFinite(j.src) {
			j.bad = fmt.Sprintf("the state of %s in %s", torch.Bare(p.param), filepath.Base(in.file.Path()))
		}
		j.dst = fit(j.dst, wide.Rows.Size*wide.Cols.Size)
		if f.head {
			j.untied.State(j.to.Find(model.Head, -1), j.dst, j.src, f.power)
		} else {
			j.matrix(p.matrix, f.power)
		}
		if err := j.elements(w, t.DType); err != nil {
			return err
		}
		j.read(int64(n*t.DType.Size()), f.again)
	}
	return nil
}

// read counts bytes of the old file that are done, each once.
func (j *job) read(bytes int64, again bool) {
	if !again {
		j.done += bytes
		j.progress(j.done)
	}
}

// elements writes dst in a type.
func (j *job) elements(w io.Writer, dtype checkpoint.DType) error {
	const piece = 1 << 16
	var buf [4 * piece]byte
	for x := j.dst; len(x) > 0; {
		n := min(len(x), piece)
		checkpoint.Encode(buf[:], x[:n], dtype)
		if _, err := w.Write(buf[:n*dtype.Size()]); err != nil {
			return err
		}
		if err := j.ctx.Err(); err != nil {
			return err
		}
		x = x[n:]
	}
	return nil
}
