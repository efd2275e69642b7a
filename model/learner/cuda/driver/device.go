package driver

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"
)

// Library is the name of the driver's library where it is installed.
const Library = "libcuda.so.1"

// Device is a GPU. It belongs to one goroutine that is locked to its thread; [Device.Do] runs functions there, and all
// else may be called only in them. The first error stays: after it nothing more is done, and every call that has an
// error to return returns that one.
type Device struct {
	Name         string
	Major, Minor int   // compute capability
	SMs          int   // streaming multiprocessors
	Shared       int   // bytes of shared memory that a block may have where its kernel asks for more than usual
	Memory       int64 // bytes in all
	Driver       int   // the newest CUDA that the driver knows, 1000·major + 10·minor

	lib     *library
	device  int32
	stream  uintptr
	staging staging
	err     error
	args    Args
	held    bool // the context
	closed  bool

	work chan func() error
	done chan error

	// Where the driver reads and writes what has no other place. It must not move, as what lies on a stack does.
	message *byte
	text    []byte
	number  int32
	size    [2]uint64
	handle  uintptr
	span    float32
}

// Open opens the first GPU of a driver's library, [Library] or a path, that knows the CUDA version that kernels need,
// 11080 for 11.8. Its error is one sentence that says what is missing.
func Open(library string, needs int) (*Device, error) {
	lib, err := load(library)
	if err != nil {
		return nil, err
	}
	d := &Device{lib: lib, work: make(chan func() error), done: make(chan error)}
	go d.serve()
	err = d.Do(func() error {
		err := d.open(needs)
		if err != nil {
			d.release()
		}
		return err
	})
	if err != nil {
		close(d.work)
		return nil, err
	}
	return d, nil
}

// serve runs what [Device.Do] is given. A function that ends its goroutine, as a failed test does, ends the device.
func (d *Device) serve() {
	runtime.LockOSThread()
	defer close(d.done)
	for f := range d.work {
		err := f()
		if d.err != nil {
			err = d.err
		}
		d.done <- err
	}
}

// Do runs f on the goroutine and thread of the device, and returns the first error of the device, or f's. Goroutines
// may call it at once; their functions run one after the other.
func (d *Device) Do(f func() error) error {
	if d.closed {
		return errors.New("the device is closed")
	}
	d.work <- f
	err, lives := <-d.done
	if !lives {
		panic("a function that was given to a device ended its goroutine")
	}
	return err
}

// Err is the first error.
func (d *Device) Err() error { return d.err }

func (d *Device) open(needs int) error {
	if code := d.lib.call(cuInit, 0); code == noDevice {
		return errors.New("the CUDA driver finds no GPU on this machine")
	} else if code != 0 {
		return fmt.Errorf("the CUDA driver does not start: %w", d.failure(cuInit, code))
	}
	d.Driver = d.ask(cuDriverGetVersion)
	if n := d.ask(cuDeviceGetCount); d.err == nil && n == 0 {
		return errors.New("the CUDA driver finds no GPU on this machine")
	}
	if d.err == nil && d.Driver < needs {
		return tooOld(fmt.Sprintf("it knows CUDA up to %s, and the kernels need %s", version(d.Driver), version(needs)))
	}
	d.call(cuDeviceGet, uintptr(unsafe.Pointer(&d.device)), 0)
	d.text = make([]byte, longest)
	d.call(cuDeviceGetName, uintptr(unsafe.Pointer(&d.text[0])), uintptr(len(d.text)), uintptr(d.device))
	d.Name = cString(d.text)
	const sms, major, minor, shared = 16, 75, 76, 97
	d.SMs, d.Major, d.Minor = d.attribute(sms), d.attribute(major), d.attribute(minor)
	d.Shared = d.attribute(shared)
	d.call(cuDevicePrimaryCtxRetain, uintptr(unsafe.Pointer(&d.handle)), uintptr(d.device))
	d.held = d.err == nil
	d.call(cuCtxSetCurrent, d.handle)
	_, d.Memory = d.memory()
	const nonBlocking = 1
	d.call(cuStreamCreate, uintptr(unsafe.Pointer(&d.stream)), nonBlocking)
	d.staging.open(d)
	return d.err
}

// version is a CUDA version as people write it.
func version(v int) string { return fmt.Sprintf("%d.%d", v/1000, v%1000/10) }

// Free is how much memory nobody uses at present, in bytes.
func (d *Device) Free() int64 {
	free, _ := d.memory()
	return free
}

func (d *Device) memory() (free, total int64) {
	d.size = [2]uint64{}
	d.call(cuMemGetInfo, uintptr(unsafe.Pointer(&d.size[0])), uintptr(unsafe.Pointer(&d.size[1])))
	return int64(d.size[0]), int64(d.size[1])
}

func (d *Device) attribute(which uintptr) int {
	return d.ask(cuDeviceGetAttribute, which, uintptr(d.device))
}

// ask is the number that a call writes where its first argument points.
func (d *Device) ask(c call, args ...uintptr) int {
	d.number = 0
	d.call(c, append([]uintptr{uintptr(unsafe.Pointer(&d.number))}, args...)...)
	return int(d.number)
}

// call calls a function of the driver, unless something failed before.
func (d *Device) call(c call, args ...uintptr) {
	if d.err == nil {
		d.err = d.failure(c, d.lib.call(c, args...))
	}
}

// Close gives back all that the device holds but the memory of a [Memory], and ends its goroutine. The device is of no
// use afterwards; to close it again does nothing.
func (d *Device) Close() error {
	if d.closed {
		return d.err
	}
	err := d.Do(func() error {
		d.staging.close()
		d.call(cuStreamDestroy, d.stream)
		d.release()
		return nil
	})
	d.closed = true
	close(d.work)
	return err
}

// release gives the context back, even after an error: with it goes all that is left. It is all devices' of this
// program, and there as long as one of them holds it.
func (d *Device) release() {
	if d.held {
		d.lib.call(cuDevicePrimaryCtxRelease, uintptr(d.device))
		d.held = false
	}
}
