package driver

import (
	"fmt"
	"unsafe"
)

// Kind is what the elements of a buffer are.
type Kind uint8

// The kinds.
const (
	F32 Kind = iota
	BF16
	I32
	U8
	F64
	kinds
)

// Size is that of an element in bytes.
func (k Kind) Size() int { return [kinds]int{4, 2, 4, 1, 8}[k] }

func (k Kind) String() string {
	return [kinds]string{"float32", "bfloat16", "int32", "byte", "float64"}[k]
}

// Buffer is memory of a device: elements of one kind, in order. The zero Buffer is none, a null pointer to a kernel.
type Buffer struct {
	at   uint64
	len  int
	kind Kind
}

// Len is the number of elements.
func (b Buffer) Len() int { return b.len }

// Kind is the kind of the elements.
func (b Buffer) Kind() Kind { return b.kind }

// Bytes is the size in bytes.
func (b Buffer) Bytes() int { return b.len * b.kind.Size() }

// Address is where the first element lies on the device, for a table of pointers that a kernel reads.
func (b Buffer) Address() uint64 { return b.at }

// Slice is the elements from one on and up to another, which it excludes.
func (b Buffer) Slice(from, to int) Buffer {
	if from < 0 || to < from || to > b.len {
		panic(fmt.Sprintf("elements %d to %d of a buffer of %d", from, to, b.len))
	}
	if b.at == 0 { // one of a Memory that counts
		return Buffer{len: to - from, kind: b.kind}
	}
	return Buffer{b.at + uint64(from*b.kind.Size()), to - from, b.kind}
}

// From is the elements from one on.
func (b Buffer) From(from int) Buffer { return b.Slice(from, b.len) }

// Memory is where buffers are taken from; it gives all of them back at once. One that only counts takes none, and knows
// how many bytes it would have taken.
type Memory struct {
	device *Device
	taken  []uint64
	bytes  int64
}

// NewMemory is memory of a device; nil for one that only counts.
func NewMemory(d *Device) *Memory { return &Memory{device: d} }

// align is what sizes are rounded up to, in bytes: vectors of elements do not reach out of a buffer.
const align = 16

// Take is a buffer of n elements, at least one, of any content. Where there is too little memory, a [MemoryError]
// becomes the device's.
func (m *Memory) Take(k Kind, n int) Buffer {
	size := (int64(max(n, 1))*int64(k.Size()) + align - 1) / align * align
	b := Buffer{len: n, kind: k}
	d := m.device
	if d == nil {
		m.bytes += size
		return b
	}
	if d.err != nil {
		return b
	}
	d.size[0] = 0
	switch code := d.lib.call(cuMemAlloc, uintptr(unsafe.Pointer(&d.size[0])), uintptr(size)); code {
	case 0:
		m.bytes += size
		b.at = d.size[0]
		m.taken = append(m.taken, b.at)
	case outOfMemory:
		e := &MemoryError{Asked: size, Total: d.Memory}
		if e.Free, _ = d.memory(); d.err == nil {
			d.err = e
		}
	default:
		d.err = d.failure(cuMemAlloc, code)
	}
	return b
}

// Bytes is how much has been taken.
func (m *Memory) Bytes() int64 { return m.bytes }

// Release gives everything back, after an error too. What was taken is of no use afterwards.
func (m *Memory) Release() {
	for _, at := range m.taken {
		if code := m.device.lib.call(cuMemFree, uintptr(at)); m.device.err == nil {
			m.device.err = m.device.failure(cuMemFree, code)
		}
	}
	m.taken, m.bytes = nil, 0
}
