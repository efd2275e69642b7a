package driver

import (
	"fmt"
	"unsafe"
)

// Error is a call of the driver that failed.
type Error struct {
	Call string
	Code int32  // a CUresult
	Text string // what the driver says of it
}

func (e *Error) Error() string {
	return fmt.Sprintf("the GPU failed at %s: %s (CUDA error %d)", e.Call, e.Text, e.Code)
}

// MemoryError says that the device has less memory than was asked for. Sizes are in bytes.
type MemoryError struct {
	Asked, Free, Total int64
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("the GPU has too little memory: %d bytes more were asked for, and %d of its %d are free",
		e.Asked, e.Free, e.Total)
}

// The codes that have a sentence of their own.
const (
	outOfMemory    = 2
	noDevice       = 100
	invalidPTX     = 218
	unsupportedPTX = 222
	notFound       = 500
)

func tooOld(why string) error { return fmt.Errorf("the CUDA driver is too old: %s", why) }

// failure is what a code of a call means, nil for success.
func (d *Device) failure(c call, code int32) error {
	if code == 0 {
		return nil
	}
	d.message = nil
	d.lib.call(cuGetErrorString, uintptr(code), uintptr(unsafe.Pointer(&d.message)))
	text := "an error that the driver has no words for"
	if d.message != nil {
		text = cString(unsafe.Slice(d.message, longest))
	}
	return &Error{c.String(), code, text}
}

// longest is the most of an error's text that is read, in bytes.
const longest = 256

// cString is the text up to a zero byte. No byte behind it is read.
func cString(b []byte) string {
	for i := range b {
		if b[i] == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
