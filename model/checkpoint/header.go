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
	"unicode/utf8"
)

// maxHeader bounds the header of a file, in bytes: room for some 300,000 tensors.
const maxHeader = 48 << 20

// maxField bounds what a header says of one tensor under one key, in bytes: room for more dimensions than any program
// has.
const maxField = 512

// DType is the type of a tensor's elements, as safetensors files spell it.
type DType string

// The types that are read here. Weights and states are F32 or BF16, token ids I64 or I32.
const (
	F32  DType = "F32"
	BF16 DType = "BF16"
	F16  DType = "F16"
	I64  DType = "I64"
	I32  DType = "I32"
)

// sizes are the bytes of one element of each type that a file may hold.
var sizes = map[DType]int64{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, F16: 2, BF16: 2, I32: 4, "U32": 4,
	F32: 4, "F64": 8, I64: 8, "U64": 8,
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

// part is n elements of the tensor from element at on.
func (e Entry) part(at, n int) Entry {
	size := sizes[e.DType]
	e.from += int64(at) * size
	e.to = e.from + int64(n)*size
	e.Shape = []int{n}
	return e
}

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

// parseHeader reads the JSON of a header whose file holds data bytes after it. Tensors must cover these bytes without
// gap or overlap, as the format demands, so that no two share memory and nothing is hidden in between. No name and no
// key may be there twice: of two entries one would be passed over.
func parseHeader(text []byte, data int64) (Header, error) {
	var h Header
	if !utf8.Valid(text) {
		return h, errors.New("its header is not text in UTF-8")
	}
	err := eachKey(text, func(name string, value json.RawMessage) error {
		if name == metaKey {
			var err error
			if h.Meta, err = parseMeta(value); err != nil {
				return fmt.Errorf("%s is not text by key: %w", metaKey, err)
			}
			return nil
		}
		e, err := parseEntry(name, value)
		if err != nil {
			return fmt.Errorf("tensor %q: %w%s", short(name), err, similar(name, slices.Values([]string{metaKey})))
		}
		h.Entries = append(h.Entries, e)
		return nil
	})
	if err != nil {
		return h, fmt.Errorf("its header: %w", err)
	}
	return h, h.fill(data)
}

// fill puts the entries in the order of their data, and errs unless they fill all of it.
func (h Header) fill(data int64) error {
	slices.SortFunc(h.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.Name, b.Name))
	})
	var at int64
	for i, e := range h.Entries {
		switch {
		case e.from < at:
			return fmt.Errorf("tensor %q overlaps the one before it, %q", short(e.Name), short(h.Entries[i-1].Name))
		case e.from > at:
			return fmt.Errorf("tensor %q begins at byte %d, after a gap of %d", short(e.Name), e.from, e.from-at)
		}
		at = e.to
	}
	for _, e := range h.Entries {
		if e.to > data {
			return fmt.Errorf("tensor %q ends at byte %d of the data, but the file has only %d: it was cut short, "+
				"and %d bytes are missing", short(e.Name), e.to, data, at-data)
		}
	}
	if at != data {
		return fmt.Errorf("%d bytes after the last tensor belong to none", data-at)
	}
	return nil
}

func parseMeta(value []byte) (map[string]string, error) {
	if string(value) == "null" {
		return nil, nil
	}
	doc, err := parseDocument(value)
	if err != nil {
		return nil, err
	}
	meta := map[string]string{}
	for _, key := range doc.keys {
		var text *string
		if err := json.Unmarshal(doc.values[key], &text); err != nil || text == nil {
			return nil, fmt.Errorf("%s is %s", brief(key), brief(string(doc.values[key])))
		}
		meta[key] = *text
	}
	return meta, nil
}

func parseEntry(name string, value []byte) (Entry, error) {
	e := Entry{Name: name}
	var offsets []int64
	keys := 0
	err := eachKey(value, func(key string, value json.RawMessage) error {
		var into any
		switch key {
		case "dtype":
			into = &e.DType
		case "shape":
			into = &e.Shape
		case "data_offsets":
			into = &offsets
		default:
			return fmt.Errorf("%s is no key of the format%s", brief(key),
				similar(key, slices.Values([]string{"dtype", "shape", "data_offsets"})))
		}
		keys++
		if len(value) > maxField || bytes.Contains(value, []byte("null")) || json.Unmarshal(value, into) != nil {
			return fmt.Errorf("%s is %s, which is not a value of its kind", key, brief(string(value)))
		}
		return nil
	})
	if err == nil && (keys != 3 || len(offsets) != 2) {
		err = errors.New("dtype, shape and two data_offsets are needed")
	}
	if err != nil {
		return e, err
	}
	e.from, e.to = offsets[0], offsets[1]
	size, known := sizes[e.DType]
	if !known {
		return e, fmt.Errorf("its dtype %q is not known here", short(string(e.DType)))
	}
	n := size
	for _, dim := range e.Shape {
		if dim < 0 || dim > 0 && n > math.MaxInt64/int64(dim) {
			return e, fmt.Errorf("its shape %v cannot be", e.Shape)
		}
		n *= int64(dim)
	}
	if e.from < 0 || e.to < e.from || e.to-e.from != n {
		return e, fmt.Errorf("its data_offsets are %d and %d, but shape %v of %s takes %d bytes", e.from, e.to, e.Shape,
			e.DType, n)
	}
	return e, nil
}

// encode is the header as a file begins with it: its length, its JSON, and spaces up to a multiple of 8. Data follows
// in the order of the entries.
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
