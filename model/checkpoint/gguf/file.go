package gguf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// What a file begins with, and what its tensors' data begin at multiples of, in bytes.
const (
	magic     = "GGUF"
	version   = 3
	alignment = 32
)

// Types of values.
const (
	typeUint32  = 4
	typeInt32   = 5
	typeFloat32 = 6
	typeBool    = 7
	typeString  = 8
	typeArray   = 9
)

// ggmlType is the type of a tensor's elements, as ggml counts them.
type ggmlType uint32

// The types that are written.
const (
	ggmlF32  ggmlType = 0
	ggmlF16  ggmlType = 1
	ggmlBF16 ggmlType = 30
)

// size is the bytes of one element.
func (t ggmlType) size() int64 {
	if t == ggmlF32 {
		return 4
	}
	return 2
}

// fileTypes are what most of a file's tensors are, as llama.cpp counts that (general.file_type).
var fileTypes = map[ggmlType]uint32{ggmlF32: 0, ggmlF16: 1, ggmlBF16: 32}

// pair is a key of the file's metadata and its value.
type pair struct {
	key   string
	value any // uint32, float32, bool, string, []string or []int32
}

// info is a tensor of the file. Shape has the fastest dimension last, as everywhere here; the format wants it first.
type info struct {
	name  string
	shape []int
	kind  ggmlType
	heads int       // whose rows are interleaved; 0 where rows stay where they are
	data  []float32 // what it holds, where that is not a matrix of the folder
}

// bytes is the size of its data.
func (x info) bytes() int64 {
	n := x.kind.size()
	for _, d := range x.shape {
		n *= int64(d)
	}
	return n
}

// padding is what is missing at the n-th byte to the next multiple of the alignment.
func padding(n int64) int64 { return (alignment - n%alignment) % alignment }

// head is all that comes before the data.
func head(pairs []pair, tensors []info) ([]byte, error) {
	b := binary.LittleEndian.AppendUint32([]byte(magic), version)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(tensors)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(pairs)))
	for _, p := range pairs {
		var err error
		if b, err = appendValue(appendText(b, p.key), p.value); err != nil {
			return nil, fmt.Errorf("%s: %w", p.key, err)
		}
	}
	var at int64
	for _, x := range tensors {
		b = binary.LittleEndian.AppendUint32(appendText(b, x.name), uint32(len(x.shape)))
		for i := range x.shape {
			b = binary.LittleEndian.AppendUint64(b, uint64(x.shape[len(x.shape)-1-i]))
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(x.kind))
		b = binary.LittleEndian.AppendUint64(b, uint64(at))
		at += x.bytes()
		at += padding(at)
	}
	return append(b, make([]byte, padding(int64(len(b))))...), nil
}

func appendText(b []byte, text string) []byte {
	return append(binary.LittleEndian.AppendUint64(b, uint64(len(text))), text...)
}

// appendValue adds a value with its type.
func appendValue(b []byte, value any) ([]byte, error) {
	kind := func(k uint32) []byte { return binary.LittleEndian.AppendUint32(b, k) }
	array := func(of uint32, n int) []byte {
		return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(kind(typeArray), of), uint64(n))
	}
	switch x := value.(type) {
	case uint32:
		return binary.LittleEndian.AppendUint32(kind(typeUint32), x), nil
	case float32:
		return binary.LittleEndian.AppendUint32(kind(typeFloat32), math.Float32bits(x)), nil
	case bool:
		if x {
			return append(kind(typeBool), 1), nil
		}
		return append(kind(typeBool), 0), nil
	case string:
		return appendText(kind(typeString), x), nil
	case []string:
		b = array(typeString, len(x))
		for _, s := range x {
			b = appendText(b, s)
		}
		return b, nil
	case []int32:
		b = array(typeInt32, len(x))
		for _, n := range x {
			b = binary.LittleEndian.AppendUint32(b, uint32(n))
		}
		return b, nil
	}
	return nil, fmt.Errorf("a value of type %T is none of the format that is written here", value)
}
