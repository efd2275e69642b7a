package torch

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// storages are PyTorch's types of storages, with the type of their elements.
var storageTypes = map[Name]checkpoint.DType{
	"torch.FloatStorage": checkpoint.F32, "torch.BFloat16Storage": checkpoint.BF16, "torch.HalfStorage": checkpoint.F16,
	"torch.DoubleStorage": "F64", "torch.LongStorage": checkpoint.I64, "torch.IntStorage": checkpoint.I32,
	"torch.ShortStorage": "I16", "torch.CharStorage": "I8", "torch.ByteStorage": "U8", "torch.BoolStorage": "BOOL",
}

// The names that may be applied to something: each stands for what [machine.reduce] makes of it, and nothing is called.
const (
	rebuildTensor    Name = "torch._utils._rebuild_tensor_v2"
	rebuildParameter Name = "torch._utils._rebuild_parameter"
	orderedDict      Name = "collections.OrderedDict"
	torchSize        Name = "torch.Size"
)

// dtypes are values that stand in some files and are only passed on.
var dtypes = map[Name]bool{"torch.float32": true, "torch.bfloat16": true, "torch.float16": true, "torch.float64": true,
	"torch.int64": true, "torch.int32": true, "torch.bool": true}

// global pushes a name, if it is one of those that are known.
func (m *machine) global(op byte) error {
	var module, name string
	var err error
	if op == opGlobal {
		if module, err = m.line(); err == nil {
			name, err = m.line()
		}
	} else {
		var x [2]any
		for i := range x {
			if x[1-i], err = m.pop(); err != nil {
				return err
			}
		}
		var is [2]bool
		module, is[0] = x[0].(string)
		name, is[1] = x[1].(string)
		if !is[0] || !is[1] {
			err = errors.New("a name is no text")
		}
	}
	if err != nil {
		return err
	}
	full := Name(module + "." + name)
	switch {
	case storageTypes[full] != "", dtypes[full], full == rebuildTensor, full == rebuildParameter, full == orderedDict,
		full == torchSize:
		m.push(full)
		return nil
	}
	return refused(full)
}

// refused says why a name is not read.
func refused(full Name) error {
	is := fmt.Sprintf("it names %s", short(string(full)))
	for _, part := range []string{"DTensor", "ShardedTensor", "sharded_tensor", "_dtensor"} {
		if strings.Contains(string(full), part) {
			return fmt.Errorf("%s: its tensors are shards of one process. %s", is, gatherFSDP)
		}
	}
	switch {
	case strings.HasPrefix(string(full), "deepspeed."):
		return fmt.Errorf("%s: it is DeepSpeed's. %s", is, gatherDeepSpeed)
	case strings.HasPrefix(string(full), "torchao.") || strings.HasPrefix(string(full), "bitsandbytes."):
		return fmt.Errorf("%s: states of 8 bits and fewer are not read", is)
	}
	return fmt.Errorf("%s, which is not among what a file of tensors needs; nothing that a file names is run here", is)
}

// reduce makes of a name and its arguments what it stands for.
func (m *machine) reduce() error {
	x, err := m.pop()
	if err != nil {
		return err
	}
	f, err := m.pop()
	if err != nil {
		return err
	}
	args, ok := x.(Tuple)
	name, known := f.(Name)
	if !ok || !known {
		return fmt.Errorf("it applies %s to %s", describe(f), describe(x))
	}
	if err := m.container(); err != nil {
		return err
	}
	var made any
	switch {
	case name == orderedDict && len(args) == 0:
		d := NewDict()
		d.Ordered = true
		made = d
	case name == torchSize && len(args) == 1:
		made, ok = args[0].(Tuple)
	case name == rebuildParameter && len(args) >= 1:
		made, ok = args[0].(*Tensor)
	case name == rebuildTensor && (len(args) == 6 || len(args) == 7):
		made, err = tensorOf(args)
	default:
		ok = false
	}
	if err == nil && !ok {
		err = fmt.Errorf("it applies %s to what it cannot be applied to", name)
	}
	m.push(made)
	return err
}

// build passes over attributes of an OrderedDict, as the versions that a module leaves with its weights.
func (m *machine) build() error {
	if _, err := m.pop(); err != nil {
		return err
	}
	x, err := m.pop()
	if d, ok := x.(*Dict); err == nil && (!ok || !d.Ordered) {
		err = fmt.Errorf("it sets attributes of %s", describe(x))
	}
	m.push(x)
	return err
}

// persistent makes a storage of what says where it lies: ("storage", type, key, device, elements).
func (m *machine) persistent() error {
	x, err := m.pop()
	if err != nil {
		return err
	}
	id, ok := x.(Tuple)
	if !ok || len(id) != 5 || id[0] != "storage" {
		return fmt.Errorf("it takes %s from elsewhere; read are storages", describe(x))
	}
	kind, _ := id[1].(Name)
	key, isKey := id[2].(string)
	n, isNumber := id[4].(int64)
	dtype := storageTypes[kind]
	if dtype == "" || !isKey || !isNumber || n < 0 || n > math.MaxInt64/8 {
		return fmt.Errorf("a storage of type %s and %s elements is not one that is read", describe(id[1]),
			describe(id[4]))
	}
	s := m.storages[key]
	if s == nil {
		if err := m.container(); err != nil {
			return err
		}
		s = &storage{dtype, key, n}
		m.storages[key] = s
	}
	if s.dtype != dtype || s.elements != n {
		return fmt.Errorf("storage %q has two types or sizes", short(key))
	}
	m.push(s)
	return nil
}

// tensorOf is the tensor of a storage, the first of its elements, its shape and its strides.
func tensorOf(args Tuple) (*Tensor, error) {
	s, isStorage := args[0].(*storage)
	first, isFirst := args[1].(int64)
	shape, isShape := args[2].(Tuple)
	strides, isStrides := args[3].(Tuple)
	if !isStorage || !isFirst || !isShape || !isStrides || len(shape) != len(strides) || len(shape) > 8 || first < 0 {
		return nil, errors.New("a tensor is not made of a storage, a place, a shape and strides")
	}
	t := &Tensor{DType: s.dtype, from: s, first: first, Shape: make([]int, len(shape))}
	n := int64(1)
	for i := len(shape) - 1; i >= 0; i-- {
		size, isSize := shape[i].(int64)
		stride, isStride := strides[i].(int64)
		if !isSize || !isStride || size < 0 || size > 0 && n > s.elements/size {
			return nil, fmt.Errorf("a tensor with a side of %s does not fit into its storage of %d elements",
				describe(shape[i]), s.elements)
		}
		if size > 1 && stride != max(n, 1) {
			return nil, fmt.Errorf("a tensor's stride is %d where its elements lie row by row with %d: a transposed "+
				"or cut one is not read; save it as tensor.contiguous()", stride, n)
		}
		t.Shape[i] = int(size)
		n *= size
	}
	if first > s.elements-n {
		return nil, fmt.Errorf("a tensor of %d elements from element %d on does not fit into its storage of %d", n,
			first, s.elements)
	}
	return t, nil
}
