//go:build linux && (amd64 || arm64)

package nvrtc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/sparkling-lab/sparkling/internal/debian"
)

// Compiler is the library, loaded.
type Compiler struct {
	Version string // as "11.8"

	create  func(program *uintptr, text, name string, headers int32, _, _ unsafe.Pointer) int32
	compile func(program uintptr, n int32, options []*byte) int32
	destroy func(program *uintptr) int32
	results map[string]result
	says    func(code int32) string
}

// result is a pair of functions: how long something is, and what it is.
type result struct {
	size func(program uintptr, n *uintptr) int32
	get  func(program uintptr, into []byte) int32
}

// What a compilation gives, as the library's functions are called.
const (
	ptx = "PTX"
	log = "ProgramLog"
)

// Open loads the compiler, once. It errs where it is not there and cannot be fetched, and says what is missing.
func Open(ctx context.Context) (*Compiler, error) {
	loaded.Lock()
	defer loaded.Unlock()
	if loaded.compiler != nil {
		return loaded.compiler, nil
	}
	// The second has the first one's name only, and finds it where it is loaded already.
	builtins, err := debian.Library(ctx, "libnvrtc-builtins11.8", "libnvrtc-builtins.so.11.8")
	if err != nil {
		return nil, err
	}
	path, err := debian.Library(ctx, "libnvrtc11.2", "libnvrtc.so.11.2")
	if err != nil {
		return nil, err
	}
	if _, err := purego.Dlopen(builtins, purego.RTLD_NOW|purego.RTLD_GLOBAL); err != nil {
		return nil, err
	}
	lib, err := purego.Dlopen(path, purego.RTLD_NOW)
	if err != nil {
		return nil, err
	}
	c := &Compiler{results: map[string]result{}}
	var version func(major, minor *int32) int32
	purego.RegisterLibFunc(&version, lib, "nvrtcVersion")
	purego.RegisterLibFunc(&c.create, lib, "nvrtcCreateProgram")
	purego.RegisterLibFunc(&c.compile, lib, "nvrtcCompileProgram")
	purego.RegisterLibFunc(&c.destroy, lib, "nvrtcDestroyProgram")
	purego.RegisterLibFunc(&c.says, lib, "nvrtcGetErrorString")
	for _, of := range []string{ptx, log} {
		var r result
		purego.RegisterLibFunc(&r.size, lib, "nvrtcGet"+of+"Size")
		purego.RegisterLibFunc(&r.get, lib, "nvrtcGet"+of)
		c.results[of] = r
	}
	var major, minor int32
	if err := c.failed(version(&major, &minor)); err != nil {
		return nil, err
	}
	c.Version = fmt.Sprintf("%d.%d", major, minor)
	loaded.compiler = c
	return c, nil
}

// loaded is the compiler of this program: a library stays where it is loaded.
var loaded struct {
	sync.Mutex
	compiler *Compiler
}

// CompileAll compiles a text for all architectures.
func (c *Compiler) CompileAll(text string) (map[string]*Compiled, error) {
	all := map[string]*Compiled{}
	for _, arch := range Architectures {
		compiled, err := c.Compile(text, arch)
		if err != nil {
			return nil, err
		}
		all[arch] = compiled
	}
	return all, nil
}

// Compile compiles a text for an architecture, as "sm_80". Its error is what the compiler says.
func (c *Compiler) Compile(text, arch string) (*Compiled, error) {
	var program uintptr
	if err := c.failed(c.create(&program, text, "kernels.cu", 0, nil, nil)); err != nil {
		return nil, err
	}
	defer c.destroy(&program)
	var options []*byte
	for _, o := range []string{"--gpu-architecture=" + arch, "--std=c++17", "--ptxas-options=-v"} {
		options = append(options, unsafe.StringData(o+"\x00"))
	}
	err := c.failed(c.compile(program, int32(len(options)), options))
	said, e := c.take(program, log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("for %s: %w", arch, err), errors.New(strings.TrimSpace(string(said))))
	}
	if e != nil {
		return nil, e
	}
	compiled := &Compiled{Kernels: reported(string(said))}
	compiled.PTX, err = c.take(program, ptx)
	return compiled, err
}

// take is something that a compilation gave: a text, without the zero that ends it.
func (c *Compiler) take(program uintptr, what string) ([]byte, error) {
	var size uintptr
	r := c.results[what]
	if err := c.failed(r.size(program, &size)); err != nil || size == 0 {
		return nil, err
	}
	data := make([]byte, size)
	if err := c.failed(r.get(program, data)); err != nil {
		return nil, err
	}
	return data[:size-1], nil
}

func (c *Compiler) failed(code int32) error {
	if code == 0 {
		return nil
	}
	return fmt.Errorf("NVRTC: %s", c.says(code))
}
