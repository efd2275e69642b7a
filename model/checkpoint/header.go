package checkpoint

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// maxHeader bounds the header of a file, in bytes: room for some 300,000 tensors.
const maxHeader = 48 << 20

// DType is the type of a tensor's elements, as safetensors files spell it.
type DType string

// The types that are read here. Weights and states are F32 or BF16, token ids I64 or I32.
const (
	F32  DType = "F32"
	BF16 DType = "BF16"
	I64  DType = "I64"
	I32  DType = "I32"
)

// sizes are the bytes of one element of each type that a file may hold.
var sizes = map[DType]int64{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, BF16: 2, I32: 4, "U32": 4, F32: 4, "F64": 8, I64: 8, "U64": 8,
}

// Entry is one tensor of a file.
type Entry struct {
	Name     string
	DType    DType
	Shape    []int
	from, to int64 // bytes, counted from the end of the header
}

// Len is the number of elements.
func (e Entry) Len() int {
	n := 1
	for _, d := range e.Shape {
		n *= d
	}
	return n
}

// Bytes is the size of the tensor in the file.
func (e Entry) Bytes() int64 { return int64(e.Len()) * sizes[e.DType] }

// Header is what a file says about itself: its tensors in the order of their data, and free text by key.
type Header struct {
	Entries []Entry
	Meta    map[string]string
}

// Find is the entry of that name.
func (h Header) Find(name string) (Entry, bool) {
	for _, e := range h.Entries {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}

// bytes is the size of all data.
func (h Header) bytes() int64 {
	var n int64
	for _, e := range h.Entries {
		n += e.Bytes()
	}
	return n
}

const metaKey = "__metadata__"

// parseHeader reads the JSON of a header whose file holds data bytes after it. Tensors must cover these bytes without gap or overlap,
// as the format demands, so that no two share memory and nothing is hidden in between.
func parseHeader(text []byte, data int64) (Header, error) {
	var h Header
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return h, fmt.Errorf("the header is not valid JSON: %w", err)
	}
	for name, value := range raw {
		if name == metaKey {
			if err := json.Unmarshal(value, &h.Meta); err != nil {
				return h, fmt.Errorf("%s is not text by key: %w", metaKey, err)
			}
			continue
		}
		e, err := parseEntry(name, value)
		if err != nil {
			return h, fmt.Errorf("tensor %q: %w", name, err)
		}
		h.Entries = append(h.Entries, e)
	}
	slices.SortFunc(h.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.Name, b.Name))
	})
	var at int64
	for _, e := range h.Entries {
		switch {
		case e.from < at:
			return h, fmt.Errorf("tensor %q overlaps the one before it", e.Name)
		case e.from > at:
			return h, fmt.Errorf("tensor %q begins at byte %d, after a gap of %d", e.Name, e.from, e.from-at)
		case e.to > data:
			return h, fmt.Errorf("tensor %q ends at byte %d of the data, but the file has only %d", e.Name, e.to, data)
		}
		at = e.to
	}
	if at != data {
		return h, fmt.Errorf("%d bytes after the last tensor belong to none", data-at)
	}
	return h, nil
}

func parseEntry(name string, value []byte) (Entry, error) {
	var x struct {
		DType   *DType   `json:"dtype"`
		Shape   *[]int   `json:"shape"`
		Offsets *[]int64 `json:"data_offsets"`
	}
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		return Entry{}, err
	}
	if x.DType == nil || x.Shape == nil || x.Offsets == nil || len(*x.Offsets) != 2 {
		return Entry{}, errors.New("dtype, shape and two data_offsets are needed")
	}
	e := Entry{Name: name, DType: *x.DType, Shape: *x.Shape, from: (*x.Offsets)[0], to: (*x.Offsets)[1]}
	size, known := sizes[e.DType]
	if !known {
		return e, fmt.Errorf("its dtype %q is not known here", e.DType)
	}
	n := size
	for _, dim := range e.Shape {
		if dim < 0 || dim > 0 && n > math.MaxInt64/int64(dim) {
			return e, fmt.Errorf("its shape %v cannot be", e.Shape)
		}
		n *= int64(dim)
	}
	if e.from < 0 || e.to < e.from || e.to-e.from != n {
		return e, fmt.Errorf("its data_offsets are %d and %d, but shape %v of %s takes %d bytes", e.from, e.to, e.Shape, e.DType, n)
	}
	return e, nil
}

// encode is the header as a file begins with it: its length, its JSON, and spaces up to a multiple of 8. Data follows in the order of
// the entries.
func (h Header) encode() ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 8))
	b.WriteByte('{')
	field := func(name string, value any) error {
		if b.Len() > 9 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return err
		}
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(text)
		return nil
	}
	if len(h.Meta) > 0 {
		if err := field(metaKey, h.Meta); err != nil {
			return nil, err
		}
	}
	var at int64
	for _, e := range h.Entries {
		to := at + e.Bytes()
		if err := field(e.Name, struct {
			DType   DType    `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{e.DType, e.Shape, [2]int64{at, to}}); err != nil {
			return nil, err
		}
		at = to
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	data := b.Bytes()
	if len(data)-8 > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes is more than the %d allowed", len(data)-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(data, uint64(len(data)-8))
	return data, nil
}
