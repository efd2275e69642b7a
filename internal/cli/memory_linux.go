package cli

import "syscall"

// memory is that of this machine, in bytes.
func memory() float64 {
	var s syscall.Sysinfo_t
	if syscall.Sysinfo(&s) != nil {
		return most
	}
	return float64(s.Totalram) * float64(s.Unit)
}
