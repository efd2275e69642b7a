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

// from is where the elements of a tensor that is written come from.
type from struct {
	old    *torch.Tensor
	power  int // of the gradient; 0 is a count, which is copied
	tensor checkpoint.StoredTensor
	head   bool // what becomes of a tied head that needs a factor
	again  bool // the same elements have been read for another tensor
}

// optimizer widens the states of a file of PyTorch's, tensor by tensor, into one of the same name and kind: the
// parameters that are numbered keep their order. A tied head that is written apart gets a state of its own, made from
// the embedding's, and stands last in the group of the embedding.
func (j *job) optimizer(dir string, s *torch.States) error {
	sources := map[*torch.Tensor]from{}
	var embed *torch.Param
	stored := false // the file has a state of the tied head under its own name
	for _, p := range s.Params {
		old := j.old[bare(p.Name)]
		stored = stored || old.Redundant
		if bare(p.Name) == embedName {
			embed = p
		}
		j.param(p, p.State, j.now[bare(p.Name)].Shape, old, old.Redundant && j.untied != nil, sources)
	}
	if j.untied != nil && !stored && embed != nil {
		j.apart(s, embed, sources)
	}
	return torch.Write(filepath.Join(dir, filepath.Base(s.File.Path())), s.Root(), func(t *torch.Tensor,
		w io.Writer) error {
		return j.stream(s.File, t, sources[t], w)
	})
}

// param puts wide tensors into a parameter's state, and says where the elements of each come from.
func (j *job) param(p *torch.Param, into *torch.Dict, shape []int, tensor checkpoint.StoredTensor, head bool,
	sources map[*torch.Tensor]from) {
	for _, t := range p.Tensors() {
		old := t.Tensor
		known, wide := sources[old]
		if wide {
			old = known.old
		}
		now := torch.NewTensor(old.DType, old.Shape)
		if t.Power > 0 {
			now.Shape = slices.Clone(shape)
		}
		into.Set(t.Key, now)
		sources[now] = from{old, t.Power, tensor, head, wide}
	}
}

// apart adds the state of a head that is written apart from the embedding.
func (j *job) apart(s *torch.States, embed *torch.Param, sources map[*torch.Tensor]from) {
	prefix := strings.TrimSuffix(embed.Name, embedName)
	var state *torch.Dict
	if embed.State != nil {
		state = torch.NewDict()
		for _, key := range embed.State.Keys {
			state.Set(key, embed.State.Get(key)) // a step that is a plain number too
		}
		j.param(embed, state, j.now[headName].Shape, j.old[embedName], true, sources)
	}
	s.Insert(embed, prefix+headName, state)
}

// stream writes the elements of a tensor.
func (j *job) stream(file *torch.File, t *torch.Tensor, f from, w io.Writer) error {
	r, err := file.Reader(f.old)
	if err != nil {
		return err
	}
	defer r.Close()
	defer func() {
		if !f.again {
			j.done += f.old.Bytes()
			j.progress(j.done)
		}
	}()
	if f.power == 0 {
		return r.Copy(j.ctx, w)
	}
	for _, p := range f.tensor.Matrices {
		old, wide := j.in.Table.Tensors[p.Tensor], j.to.Tensors[p.Tensor]
		j.src = fit(j.src, old.Rows.Size*old.Cols.Size)
		if err := r.Floats(j.ctx, j.src); err != nil {
			return err
		}
		if j.bad == "" && !model.AllFinite(j.src) {
			j.bad = fmt.Sprintf("the state of %s in %s", f.tensor.Name, filepath.Base(file.Path()))
		}
		j.dst = fit(j.dst, wide.Rows.Size*wide.Cols.Size)
		if f.head {
			j.untied.State(j.to.Find(model.Head, -1), j.dst, j.src, f.power)
		} else {
			j.matrix(p, f.power)
		}
		if err := j.elements(w, t.DType); err != nil {
			return err
		}
	}
	return nil
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

// wrappers are what programs put before the names of a network that they wrap.
var wrappers = []string{"module.", "_orig_mod.", "_fsdp_wrapped_module."}

// bare is a parameter's name without what wraps it.
func bare(name string) string {
	for {
		short := name
		for _, w := range wrappers {
			short = strings.TrimPrefix(short, w)
		}
		if short == name {
			return name
		}
		name = short
	}
}

// fits errs unless the states of a file are of parameters of the network, each once and in its shape.
func fits(s *torch.States, stored map[string]checkpoint.StoredTensor) error {
	seen := map[checkpoint.MatrixRef]string{}
	for _, p := range s.Params {
		tensor, ok := stored[bare(p.Name)]
		if !ok {
			return fmt.Errorf("it has a state of %q, which the network of %s does not have", p.Name,
				checkpoint.ConfigName)
		}
		for _, m := range tensor.Matrices {
			if tensor.Redundant {
				break // a tied head that has a state besides
			}
			if other := seen[m]; other != "" {
				return fmt.Errorf("it has two states of one matrix, under %q and %q", other, p.Name)
			}
			seen[m] = p.Name
		}
		for _, t := range p.Tensors() {
			if t.Power > 0 && !slices.Equal(t.Shape, tensor.Shape) {
				return fmt.Errorf("the %s of %q has shape %v; %s asks for %v: the names may be in another order than "+
					"the states", t.Key, p.Name, t.Shape, checkpoint.ConfigName, tensor.Shape)
			}
		}
	}
	return nil
}

// takes errs unless the states are the network's, under the names that they have in the layout which is asked for:
// states are neither put together nor taken apart.
func (j *job) takes(s *torch.States, names checkpoint.Naming) error {
	if err := fits(s, j.old); err != nil {
		return err
	}
	into, err := j.regrouped(names)
	if err != nil {
		return err
	}
	for _, p := range s.Params {
		tensor := j.old[bare(p.Name)]
		for _, m := range tensor.Matrices {
			if name, ok := into[m]; ok && name != tensor.Name && !tensor.Redundant {
				return fmt.Errorf("it has a state of %q, which is a part of %q in the layout %q, and states that "+
					"PyTorch saved keep their names: leave --layout out, or the states behind with --optimizer none",
					p.Name, name, string(j.layout))
			}
		}
	}
	return nil
}
