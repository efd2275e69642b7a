package torch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// align is what a storage's place in the file is a multiple of, so that programs may map it into memory.
const align = 64

// Write writes a file as torch.save does, of which every tensor has a storage of its own: tensors are filled one after
// the other, in the order in which the tree has them. fill writes all bytes of one. The pickle has protocol 2 and only
// what torch.load reads with weights_only=True.
func Write(path string, root any, fill func(t *Tensor, w io.Writer) error) error {
	p := &pickler{}
	p.op(opProto, 2)
	if err := p.value(root, 0); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	p.op(opStop)
	f, err := durable.Create(path)
	if err != nil {
		return err
	}
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	a := &archive{to: f, folder: stem}
	a.zip = zip.NewWriter(a)
	err = a.all(p, fill)
	if err == nil {
		err = a.zip.Close()
	}
	if err != nil {
		f.Abandon()
		return err
	}
	return f.Close()
}

// archive counts what is written, so that storages can be aligned.
type archive struct {
	to     io.Writer
	zip    *zip.Writer
	at     int64
	folder string
}

func (a *archive) Write(p []byte) (int, error) {
	n, err := a.to.Write(p)
	a.at += int64(n)
	return n, err
}

// all writes every entry.
func (a *archive) all(p *pickler, fill func(t *Tensor, w io.Writer) error) error {
	if err := a.entry("data.pkl", p.Bytes()); err != nil {
		return err
	}
	if err := a.entry("byteorder", []byte("little")); err != nil {
		return err
	}
	for i, t := range p.tensors {
		w, err := a.begin("data/" + strconv.Itoa(i))
		if err != nil {
			return err
		}
		c := &counted{w: w}
		if err := fill(t, c); err != nil {
			return err
		}
		if c.n != t.Bytes() {
			return fmt.Errorf("tensor %d has %d bytes, and %d were written", i, t.Bytes(), c.n)
		}
	}
	return a.entry("version", []byte("3\n"))
}

func (a *archive) entry(name string, data []byte) error {
	w, err := a.begin(name)
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

// begin begins an entry whose data begin at a multiple of [align].
func (a *archive) begin(name string) (io.Writer, error) {
	// the description of the entry before comes with the next header
	const descriptor, header, field = 16, 30, 4
	if err := a.zip.Flush(); err != nil {
		return nil, err
	}
	name = a.folder + "/" + name
	at := a.at + header + int64(len(name)) + field
	if a.at > 0 {
		at += descriptor
	}
	pad := int((align - at%align) % align)
	extra := append([]byte{'F', 'B', byte(pad), 0}, make([]byte, pad)...)
	return a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Extra: extra})
}

// counted counts bytes.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// pickler writes a tree as a pickle, and finds the tensors in it.
type pickler struct {
	bytes.Buffer
	tensors []*Tensor
}

// op writes an operation and what belongs to it.
func (p *pickler) op(op byte, rest ...byte) {
	p.WriteByte(op)
	p.Write(rest)
}

// name writes a global.
func (p *pickler) name(full Name) {
	dot := strings.LastIndexByte(string(full), '.')
	p.op(opGlobal, []byte(string(full[:dot])+"\n"+string(full[dot+1:])+"\n")...)
}

// value writes a value and all that is in it. What holds itself has no end, and is found by its depth.
func (p *pickler) value(x any, depth int) error {
	if depth > maxDepth || p.Len() > maxPickle {
		return errors.New("what it holds is nested too deeply, or too large")
	}
	switch x := x.(type) {
	case nil:
		p.op(opNone)
	case bool:
		p.op(map[bool]byte{true: opTrue, false: opFalse}[x])
	case int64:
		p.integer(x)
	case float64:
		p.op(opFloat, binary.BigEndian.AppendUint64(nil, math.Float64bits(x))...)
	case string:
		p.op(opText, append(binary.LittleEndian.AppendUint32(nil, uint32(len(x))), x...)...)
	case Name:
		p.name(x)
	case Tuple:
		return p.items(x, depth, opMark, opTuple)
	case *List:
		p.op(opList)
		return p.items(x.Items, depth, opMark, opAppends)
	case *Dict:
		return p.dict(x, depth)
	case *Tensor:
		p.tensor(x)
	default:
		return fmt.Errorf("%s cannot be written", describe(x))
	}
	return nil
}

// integer writes a whole number in the fewest bytes, as Python does.
func (p *pickler) integer(x int64) {
	switch {
	case x >= 0 && x < 1<<8:
		p.op(opInt1, byte(x))
	case x >= 0 && x < 1<<16:
		p.op(opInt2, byte(x), byte(x>>8))
	case x >= math.MinInt32 && x <= math.MaxInt32:
		p.op(opInt, binary.LittleEndian.AppendUint32(nil, uint32(x))...)
	default:
		p.op(opLong1, append([]byte{8}, binary.LittleEndian.AppendUint64(nil, uint64(x))...)...)
	}
}

func (p *pickler) items(items []any, depth int, before, after byte) error {
	p.op(before)
	for _, x := range items {
		if err := p.value(x, depth+1); err != nil {
			return err
		}
	}
	p.op(after)
	return nil
}

func (p *pickler) dict(d *Dict, depth int) error {
	if d.Ordered {
		p.name(orderedDict)
		p.op(opTuple0)
		p.op(opReduce)
	} else {
		p.op(opDict)
	}
	p.op(opMark)
	for _, key := range d.Keys {
		for _, x := range []any{key, d.values[key]} {
			if err := p.value(x, depth+1); err != nil {
				return err
			}
		}
	}
	p.op(opSetItems)
	return nil
}

// storageOf is the type of a storage of elements of a type.
func storageOf(dtype checkpoint.DType) Name {
	for name, t := range storageTypes {
		if t == dtype {
			return name
		}
	}
	panic("torch: no storage holds " + string(dtype)) // tensors have types of that table
}

// tensor writes how a tensor is made of its storage.
func (p *pickler) tensor(t *Tensor) {
	p.name(rebuildTensor)
	p.op(opMark)
	p.op(opMark)
	elements := int64(t.Len())
	for _, x := range []any{"storage", storageOf(t.DType), strconv.Itoa(len(p.tensors)), "cpu", elements} {
		_ = p.value(x, 0) // numbers, names and texts can be written
	}
	p.op(opTuple)
	p.op(opPid)
	p.integer(0)
	strides, n := make([]int64, len(t.Shape)), int64(1)
	for i := len(t.Shape) - 1; i >= 0; i-- {
		strides[i] = n
		n *= int64(t.Shape[i])
	}
	p.op(opMark)
	for _, d := range t.Shape {
		p.integer(int64(d))
	}
	p.op(opTuple)
	p.op(opMark)
	for _, s := range strides {
		p.integer(s)
	}
	p.op(opTuple)
	p.op(opFalse)
	p.name(orderedDict)
	p.op(opTuple0)
	p.op(opReduce)
	p.op(opTuple)
	p.op(opReduce)
	p.tensors = append(p.tensors, t)
}
