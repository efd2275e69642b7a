package driver

import (
	"fmt"
	"unsafe"
)

// Element is a number as the host has it, of a buffer's kind: bfloat16 as its 16 bits.
type Element interface {
	float32 | uint16 | int32 | byte | float64
}

// staging is memory of the host that the device reads and writes by itself. Each half is free again once its event has
// happened.
type staging struct {
	device *Device
	at     unsafe.Pointer
	events [2]uintptr
	used   [2]bool
	half   int
	fill   int // bytes of the present half that are taken
}

const halfStage = 4 << 20 // bytes

func (s *staging) open(d *Device) {
	s.device = d
	d.call(cuMemHostAlloc, uintptr(unsafe.Pointer(&s.at)), 2*halfStage, 0)
	const noTiming = 2
	for i := range s.events {
		d.call(cuEventCreate, uintptr(unsafe.Pointer(&s.events[i])), noTiming)
	}
}

func (s *staging) close() {
	for _, e := range s.events {
		s.device.call(cuEventDestroy, e)
	}
	s.device.call(cuMemFreeHost, uintptr(s.at))
}

// take is n bytes, at most half of all, that nothing on the device needs any more.
func (s *staging) take(n int) unsafe.Pointer {
	if s.fill+n > halfStage {
		s.device.call(cuEventRecord, s.events[s.half], s.device.stream)
		s.used[s.half] = true
		s.half, s.fill = 1-s.half, 0
		if s.used[s.half] {
			s.device.call(cuEventSynchronize, s.events[s.half])
		}
	}
	at := unsafe.Add(s.at, s.half*halfStage+s.fill)
	s.fill += (n + align - 1) / align * align
	return at
}

// check panics where numbers do not fit a buffer.
func check[T Element](b Buffer, x []T) {
	var one T
	fits := false
	switch any(one).(type) {
	case float32:
		fits = b.kind == F32
	case uint16:
		fits = b.kind == BF16
	case int32:
		fits = b.kind == I32
	case byte:
		fits = b.kind == U8
	case float64:
		fits = b.kind == F64
	}
	if !fits || len(x) > b.len {
		panic(fmt.Sprintf("%d elements of type %T for a buffer of %d of %s", len(x), one, b.len, b.kind))
	}
}

// bytes are the bytes of numbers.
func bytes[T Element](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(*new(T))))
}

// Put copies numbers of the host over the first elements of a buffer. It does not wait, and x may change at once.
func Put[T Element](d *Device, b Buffer, x []T) {
	check(b, x)
	from := bytes(x)
	for at := 0; at < len(from) && d.err == nil; at += halfStage {
		part := from[at:min(at+halfStage, len(from))]
		to := d.staging.take(len(part))
		if d.err != nil {
			return
		}
		copy(unsafe.Slice((*byte)(to), len(part)), part)
		d.call(cuMemcpyHtoDAsync, uintptr(b.at)+uintptr(at), uintptr(to), uintptr(len(part)), d.stream)
	}
}

// Get waits for all that was asked for, and copies the first elements of a buffer to the host. It returns the device's
// first error; x then holds anything.
func Get[T Element](d *Device, x []T, b Buffer) error {
	check(b, x)
	if d.Wait() != nil {
		return d.err
	}
	to := bytes(x)
	halves := [2][]byte{}
	for i := range halves {
		halves[i] = unsafe.Slice((*byte)(unsafe.Add(d.staging.at, i*halfStage)), halfStage)
	}
	// A piece is on its way while the one before it is taken from the other half.
	pieces := (len(to) + halfStage - 1) / halfStage
	for i := range pieces + 1 {
		if at := i * halfStage; i < pieces {
			d.call(cuMemcpyDtoHAsync, uintptr(unsafe.Pointer(&halves[i%2][0])), uintptr(b.at)+uintptr(at),
				uintptr(min(halfStage, len(to)-at)), d.stream)
			d.call(cuEventRecord, d.staging.events[i%2], d.stream)
		}
		if last := i - 1; last >= 0 {
			d.call(cuEventSynchronize, d.staging.events[last%2])
			if d.err != nil {
				return d.err
			}
			copy(to[last*halfStage:], halves[last%2])
		}
	}
	return nil
}

// Copy copies all of src over the first elements of dst, which has elements of the same size.
func (d *Device) Copy(dst, src Buffer) {
	if dst.kind.Size() != src.kind.Size() || src.len > dst.len {
		panic(fmt.Sprintf("%d elements of %s for a buffer of %d of %s", src.len, src.kind, dst.len, dst.kind))
	}
	if src.len > 0 {
		d.call(cuMemcpyDtoDAsync, uintptr(dst.at), uintptr(src.at), uintptr(src.Bytes()), d.stream)
	}
}

// Zero sets all elements to 0.
func (d *Device) Zero(b Buffer) {
	if b.len > 0 {
		d.call(cuMemsetD8Async, uintptr(b.at), 0, uintptr(b.Bytes()), d.stream)
	}
}

// Wait waits until all that was asked for is done, and returns the device's first error.
func (d *Device) Wait() error {
	d.call(cuStreamSynchronize, d.stream)
	d.staging.used, d.staging.fill = [2]bool{}, 0
	return d.err
}
