//go:build linux && (amd64 || arm64)

package driver

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ebitengine/purego"
)

// library is the driver's library in this program.
type library struct {
	at   [calls]uintptr
	args [mostParameters]uintptr
}

// mostParameters is how many a function of the driver has, at most.
const mostParameters = 11

// load opens the library of a path, or of a name that the system looks for.
func load(path string) (*library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		_, here := os.Stat(path)
		if strings.Contains(err.Error(), "cannot open shared object file") && here != nil {
			return nil, fmt.Errorf("there is no CUDA driver on this machine: %s was not found; it comes with NVIDIA's "+
				"driver for the GPU", path)
		}
		return nil, fmt.Errorf("the CUDA driver cannot be loaded: %w", err)
	}
	l := &library{}
	for c, name := range symbols {
		if l.at[c], err = purego.Dlsym(handle, name); err != nil || l.at[c] == 0 {
			return nil, errors.Join(tooOld(fmt.Sprintf("it has no %s", name)), purego.Dlclose(handle))
		}
	}
	return l, nil
}

// call calls a function. Pointers among the arguments are to what lies on the heap and lives on: fields of a Device.
func (l *library) call(c call, args ...uintptr) int32 {
	n := copy(l.args[:], args) // what a variadic call of another package is given would be allocated anew
	r, _, _ := purego.SyscallN(l.at[c], l.args[:n]...)
	return int32(r)
}
