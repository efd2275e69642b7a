package driver

import (
	"errors"
	"fmt"
	"math"
	"unsafe"
)

// Module is kernels on a device, of one image.
type Module struct {
	device *Device
	handle uintptr
}

// Load brings an image of kernels to the device: PTX or a cubin.
func (d *Device) Load(image []byte) (*Module, error) {
	if d.err != nil {
		return nil, d.err
	}
	d.text = append(append([]byte(nil), image...), 0)
	switch code := d.lib.call(cuModuleLoadData, uintptr(unsafe.Pointer(&d.handle)),
		uintptr(unsafe.Pointer(&d.text[0]))); code {
	case 0:
	case unsupportedPTX:
		d.err = tooOld("it does not know the PTX version of the kernels")
	case invalidPTX:
		d.err = errors.New("the CUDA driver does not compile the kernels: their PTX is not valid")
	default:
		d.err = fmt.Errorf("the kernels cannot be loaded: %w", d.failure(cuModuleLoadData, code))
	}
	d.text = nil
	return &Module{d, d.handle}, d.err
}

// Unload takes the kernels from the device.
func (m *Module) Unload() { m.device.call(cuModuleUnload, m.handle) }

// Kernel is a function that runs on the device. It belongs to the device's goroutine, as the device does.
type Kernel struct {
	Name   string
	handle uintptr
	shared int // bytes of dynamic shared memory that it may use
}

// usual is how much dynamic shared memory a kernel may use that did not ask for more, in bytes.
const usual = 48 << 10

// Kernel finds a kernel by its name. Where there is none, that becomes the device's error.
func (m *Module) Kernel(name string) *Kernel {
	d, k := m.device, &Kernel{Name: name, shared: usual}
	if d.err != nil {
		return k
	}
	d.text = append([]byte(name), 0)
	switch code := d.lib.call(cuModuleGetFunction, uintptr(unsafe.Pointer(&d.handle)), m.handle,
		uintptr(unsafe.Pointer(&d.text[0]))); code {
	case notFound:
		d.err = fmt.Errorf("the image has no kernel %s", name)
	default:
		d.err = d.failure(cuModuleGetFunction, code)
	}
	k.handle = d.handle
	return k
}

// Registers is how many registers a thread of the kernel has, and how many bytes of memory of its own besides: 0 where
// none were spilled there.
func (d *Device) Registers(k *Kernel) (registers, local int) {
	const localBytes, registersOf = 3, 4
	return d.ask(cuFuncGetAttribute, registersOf, k.handle), d.ask(cuFuncGetAttribute, localBytes, k.handle)
}

// Grid is how many blocks of threads a launch has, along x, y and z.
type Grid [3]int

// Over is a grid of one dimension, of blocks that do each many of n; one block where n is 0.
func Over(n, each int) Grid { return Grid{max((n+each-1)/each, 1), 1, 1} }

// Launch starts a kernel on a grid of blocks of threads along x, with dynamic shared memory in bytes. args are those of
// [Device.Args]. It allocates nothing.
func (d *Device) Launch(k *Kernel, grid Grid, threads, shared int, args *Args) {
	if shared > k.shared {
		const dynamicShared = 8
		d.call(cuFuncSetAttribute, k.handle, dynamicShared, uintptr(shared))
		k.shared = shared
	}
	args.end()
	if d.err != nil {
		return
	}
	code := d.lib.call(cuLaunchKernel, k.handle, uintptr(grid[0]), uintptr(grid[1]), uintptr(grid[2]),
		uintptr(threads), 1, 1, uintptr(shared), d.stream, uintptr(unsafe.Pointer(&d.args.at[0])), 0)
	if code != 0 {
		d.err = fmt.Errorf("kernel %s, %v blocks of %d threads, %d bytes of shared memory: %w", k.Name, grid, threads,
			shared, d.failure(cuLaunchKernel, code))
	}
}

// The most arguments that a kernel may have, and how many words of 8 bytes they may take together.
const (
	mostArgs  = 40
	mostWords = 128
)

// Args are the arguments of one launch, in the order of the kernel's parameters.
type Args struct {
	words [mostWords]uint64
	at    [mostArgs + 1]unsafe.Pointer // where each argument lies, then nil
	n     int
	used  int // words
}

// end puts a nil behind the last argument.
func (a *Args) end() { a.at[a.n] = nil }

// Args begins the arguments of the next launch. There is one set of them a device.
func (d *Device) Args() *Args {
	d.args.n, d.args.used = 0, 0
	return &d.args
}

// take is room for an argument of so many words.
func (a *Args) take(words int) []uint64 {
	to := a.words[a.used:][:words]
	a.at[a.n] = unsafe.Pointer(&to[0])
	a.n++
	a.used += words
	return to
}

func (a *Args) add(word uint64) *Args {
	a.take(1)[0] = word
	return a
}

// Buf adds pointers to the first elements of buffers, null for zero Buffers.
func (a *Args) Buf(of ...Buffer) *Args {
	for _, b := range of {
		a.add(b.at)
	}
	return a
}

// Int adds parameters of the type int.
func (a *Args) Int(of ...int) *Args {
	for _, x := range of {
		if x != int(int32(x)) {
			panic(fmt.Sprintf("%d is no int of a kernel", x))
		}
		a.add(uint64(uint32(x)))
	}
	return a
}

// Wide adds parameters of the type long long.
func (a *Args) Wide(of ...int64) *Args {
	for _, x := range of {
		a.add(uint64(x))
	}
	return a
}

// Float adds parameters of the type float.
func (a *Args) Float(of ...float32) *Args {
	for _, x := range of {
		a.add(uint64(math.Float32bits(x)))
	}
	return a
}

// Struct adds a parameter that is a struct, of the same bytes as x.
func Struct[T any](a *Args, x *T) *Args {
	const word = int(unsafe.Sizeof(a.words[0]))
	to := a.take((int(unsafe.Sizeof(*x)) + word - 1) / word)
	*(*T)(unsafe.Pointer(&to[0])) = *x
	return a
}
