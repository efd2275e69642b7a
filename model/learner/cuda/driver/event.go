package driver

import (
	"time"
	"unsafe"
)

// Event is an instant of what the device does.
type Event struct {
	device *Device
	handle uintptr
}

// Event is an instant to be recorded.
func (d *Device) Event() *Event {
	d.call(cuEventCreate, uintptr(unsafe.Pointer(&d.handle)), 0)
	return &Event{d, d.handle}
}

// Record makes it the instant when all that was asked for so far is done.
func (e *Event) Record() { e.device.call(cuEventRecord, e.handle, e.device.stream) }

// Since waits for both events, and returns the time from the earlier one to this.
func (e *Event) Since(earlier *Event) time.Duration {
	d := e.device
	d.span = 0
	d.call(cuEventSynchronize, e.handle)
	d.call(cuEventElapsedTime, uintptr(unsafe.Pointer(&d.span)), earlier.handle, e.handle)
	return time.Duration(float64(d.span) * float64(time.Millisecond))
}

// Close gives it back.
func (e *Event) Close() { e.device.call(cuEventDestroy, e.handle) }
