//go:build linux || darwin

package learnertest

import "syscall"

// allocate is memory that Go's collector does not know; what touches it after release faults.
func allocate(bytes int) ([]byte, error) {
	return syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
}

func release(b []byte) error { return syscall.Munmap(b) }
