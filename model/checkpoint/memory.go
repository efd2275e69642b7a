package checkpoint

import "unsafe"

// little reports whether this machine stores numbers as the format does, the least byte first.
var little = func() bool {
	x := uint16(1)
	return *(*byte)(unsafe.Pointer(&x)) == 1
}()

// memory is where float32 numbers lie, as bytes of a file of type F32, so that they are read and written without being
// turned one by one; nil where there are none, or a machine stores them otherwise.
func memory(x []float32) []byte {
	if len(x) == 0 || !little {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*len(x))
}
