// Package display says whether a window can be opened on this machine. It opens none.
package display

import (
	"os"
	"runtime"
)

// Available reports whether there is a display; on Linux the environment names it.
func Available() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
