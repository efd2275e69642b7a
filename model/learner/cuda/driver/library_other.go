//go:build !linux || (!amd64 && !arm64)

package driver

import (
	"fmt"
	"runtime"
)

// library is the driver's library; no program of this platform has one.
type library struct{}

func load(string) (*library, error) {
	return nil, fmt.Errorf("GPUs are used on Linux, on amd64 and arm64; this is %s on %s", runtime.GOOS,
		runtime.GOARCH)
}

func (l *library) call(call, ...uintptr) int32 { panic("no library was loaded") }
