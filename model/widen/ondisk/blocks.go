package ondisk

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// blocks are the experts and routers of an optimizer's file whose parameters change with the layout, by layer. In place
// of the first of a layer stand all that the layer has in the same group then, in the order of a module of the new
// layout: an optimizer that is made of such a module numbers them so.
type blocks struct {
	job    *job
	names  checkpoint.Naming
	held   map[checkpoint.MatrixRef]part // where a matrix's states lie
	group  map[*torch.Param]int
	layers map[int]bool             // that change
	taken  map[[2]int]bool          // by group and layer: what stands there is made already
	steps  map[*torch.Param]float64 // what a parameter's step says, where it was asked
}

// leave is what is done where states cannot follow their weights.
const leave = "leave --layout out, or the states behind with --optimizer none"

// blocks finds what changes of a file, which is nothing where no layout is asked for or it has that one.
func (j *job) blocks(s *torch.States, names checkpoint.Naming) (*blocks, error) {
	b := &blocks{job: j, names: names, held: map[checkpoint.MatrixRef]part{}, group: map[*torch.Param]int{},
		layers: map[int]bool{}, taken: map[[2]int]bool{}, steps: map[*torch.Param]float64{}}
	into, err := j.regrouped(names)
	if err != nil {
		return nil, err
	}
	for g, group := range s.Groups() {
		for _, p := range group {
			tensor := j.old[torch.Bare(p.Name)]
			if tensor.Redundant {
				continue // a tied head that has a state besides
			}
			b.group[p] = g
			for _, x := range whole(p, tensor) {
				b.held[x.matrix] = x
				if name, ok := into[x.matrix]; ok && name != tensor.Name {
					b.layers[j.in.Table.Tensors[x.matrix.Tensor].Layer] = true
				}
			}
		}
	}
	return b, nil
}

// changes reports whether a tensor is of a block that changes, and of which layer.
func (b *blocks) changes(tensor checkpoint.StoredTensor) (layer int, changes bool) {
	t := b.job.in.Table.Tensors[tensor.Matrices[0].Tensor]
	switch t.Part {
	case model.Route, model.Gate, model.Up, model.Down:
		return t.Layer, b.layers[t.Layer]
	}
	return t.Layer, false
}

// take makes what a group has of a layer; nothing where that was done already.
func (b *blocks) take(f *optimizerFile, group, layer int, prefix string) (all []*torch.Param, err error) {
	if b.taken[[2]int{group, layer}] {
		return nil, nil
	}
	b.taken[[2]int{group, layer}] = true
	for _, now := range b.names.Block(b.job.to, b.job.layout, layer) {
		var parts []part
		in, missing := -1, ""
		for _, m := range now.Matrices {
			x, ok := b.held[m]
			if !ok {
				missing = b.names.Name(b.job.to.Tensors[m.Tensor].Part, layer, m.Expert)
				continue
			}
			parts = append(parts, x)
			if in < 0 {
				in = b.group[x.of]
			}
		}
		if in != group {
			continue // another group has it, or the file has nothing of it
		}
		if missing != "" {
			return nil, fmt.Errorf("it has no parameter %s, and has others that are one with it, %s, in the layout "+
				"%q (%s)", missing, now.Name, string(b.job.layout), leave)
		}
		for _, x := range parts[1:] {
			if err := b.alike(f.of.File, parts[0].of, x.of, now.Name); err != nil {
				return nil, err
			}
		}
		all = append(all, f.param(target{name: prefix + now.Name, shape: now.Shape}, parts))
	}
	return all, nil
}

// alike errs where the states of two parameters cannot be those of one.
func (b *blocks) alike(file *torch.File, p, q *torch.Param, name string) error {
	if p == q {
		return nil
	}
	differ := func(how string, values ...any) error {
		return fmt.Errorf("%s and %s are one parameter, %s, in the layout %q, and cannot be: %s (%s)", p.Name, q.Name,
			name, string(b.job.layout), fmt.Sprintf(how, values...), leave)
	}
	switch {
	case b.group[p] != b.group[q]:
		return differ("they are in two groups of the optimizer")
	case p.State == nil && q.State == nil:
		return nil
	case p.State == nil || q.State == nil:
		return differ("one has states, and the other none")
	case len(p.State.Keys) != len(q.State.Keys):
		return differ("one has %d states, and the other %d", len(p.State.Keys), len(q.State.Keys))
	}
	for _, key := range p.State.Keys {
		if !slices.Contains(q.State.Keys, key) {
			return differ("one has no %v", key)
		}
		x, y := p.State.Get(key), q.State.Get(key)
		t, isTensor := x.(*torch.Tensor)
		u, too := y.(*torch.Tensor)
		switch {
		case isTensor != too:
			return differ("their %v is a tensor of one and none of the other", key)
		case isTensor && t.DType != u.DType:
			return differ("their %v is %s and %s", key, t.DType, u.DType)
		case key == torch.Step:
			if err := b.counts(file, p, q, differ); err != nil {
				return err
			}
		case !isTensor && x != y:
			return differ("their %v is %v and %v", key, x, y)
		}
	}
	return nil
}

// counts errs where two parameters have had numbers of updates that differ.
func (b *blocks) counts(file *torch.File, p, q *torch.Param, differ func(string, ...any) error) error {
	for _, p := range []*torch.Param{p, q} {
		if _, known := b.steps[p]; known {
			continue
		}
		switch x := p.State.Get(torch.Step).(type) {
		case float64:
			b.steps[p] = x
		case int64:
			b.steps[p] = float64(x)
		case *torch.Tensor:
			n, err := file.Number(b.job.ctx, x)
			if err != nil {
				return err
			}
			b.steps[p] = n
		}
	}
	if b.steps[p] != b.steps[q] {
		return differ("their step is %v and %v", b.steps[p], b.steps[q])
	}
	return nil
}
