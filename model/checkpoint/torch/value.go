package torch

import (
	"fmt"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// What a file holds is a tree of these: nil, bool, int64, float64, string, [Tuple], *[List], *[Dict], *[Tensor], and
// [Name].
type (
	// Tuple is Python's.
	Tuple []any
	// List is Python's.
	List struct{ Items []any }
	// Name is a type or a value of PyTorch's that is only named, as torch.float32.
	Name string
)

// Dict is Python's dict or OrderedDict: keys are whole numbers (int64) and texts, in the order in which they came.
type Dict struct {
	Keys    []any
	Ordered bool // an OrderedDict
	values  map[any]any
}

// NewDict is an empty one.
func NewDict() *Dict { return &Dict{} }

// Get is the value of a key; nil where there is none.
func (d *Dict) Get(key any) any { return d.values[key] }

// Dict is the value of a key where that is a dict; nil else.
func (d *Dict) Dict(key any) *Dict {
	x, _ := d.values[key].(*Dict)
	return x
}

// List is the value of a key where that is a list; nil else.
func (d *Dict) List(key any) *List {
	x, _ := d.values[key].(*List)
	return x
}

// Set adds a key at the end, or changes its value.
func (d *Dict) Set(key, value any) {
	if _, there := d.values[key]; !there {
		d.Keys = append(d.Keys, key)
	}
	if d.values == nil {
		d.values = map[any]any{}
	}
	d.values[key] = value
}

// put adds a key of a file, which must be new.
func (d *Dict) put(key, value any) error {
	switch key.(type) {
	case int64, string:
	default:
		return fmt.Errorf("a key of a dict is %s; read are whole numbers and texts", describe(key))
	}
	if _, there := d.values[key]; there {
		return fmt.Errorf("a dict has the key %s twice", describe(key))
	}
	d.Set(key, value)
	return nil
}

// Tensor is a tensor of a file: its elements lie in one piece of a storage, row by row.
type Tensor struct {
	DType checkpoint.DType
	Shape []int
	from  *storage
	first int64 // element of the storage
}

// NewTensor is a tensor of a file that is to be written.
func NewTensor(dtype checkpoint.DType, shape []int) *Tensor {
	return &Tensor{DType: dtype, Shape: shape}
}

// Len is the number of elements.
func (t *Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Bytes is the size of its elements.
func (t *Tensor) Bytes() int64 { return int64(t.Len()) * int64(t.DType.Size()) }

// storage is where tensors of a file lie: an entry of the archive.
type storage struct {
	dtype    checkpoint.DType
	key      string
	elements int64
}

// describe names a value in a message.
func describe(x any) string {
	switch x := x.(type) {
	case nil:
		return "None"
	case string:
		return fmt.Sprintf("%q", short(x))
	case Name:
		return string(x)
	case Tuple:
		return fmt.Sprintf("a tuple of %d", len(x))
	case *List:
		return fmt.Sprintf("a list of %d", len(x.Items))
	case *Dict:
		return fmt.Sprintf("a dict of %d", len(x.Keys))
	case *Tensor:
		return fmt.Sprintf("a tensor %v of %s", x.Shape, x.DType)
	case bool, int64, float64:
		return fmt.Sprint(x)
	}
	return "something that cannot stand there"
}

// short keeps what a file says to one line in which nothing acts.
func short(text string) string {
	if len(text) > 80 {
		text = strings.ToValidUTF8(text[:80], "") + "…"
	}
	return plain.Line(text)
}
