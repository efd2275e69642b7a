package trial

import (
	"os/exec"
	"syscall"
	"time"
)

// together makes a command end with all that it has started: the sanitizer starts the program that it watches, which
// would go on with the device, and with the pipe that is read to its end.
func together(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = time.Second
}
