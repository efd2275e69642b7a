package workload

// throughArgs is what the assembly gets: pointers to arrays, first those that are read, then those updated, then those written. Distances
// are in bytes.
type throughArgs struct {
	arrays                 *(*float32)
	read, updated, written int // where among the pointers the last of each has been
	end                    int // of each array

	taken [4]float32 // what was read, so that it is
}

// throughLoop goes through the arrays, at least one part of 256 bytes.
//
//go:noescape
func throughLoop(a *throughArgs)

// through is going through arrays at once.
func through(read, written, updated [][]float32) []func() {
	var all []*float32
	var a throughArgs
	for _, of := range []struct {
		arrays [][]float32
		until  *int
	}{{read, &a.read}, {updated, &a.updated}, {written, &a.written}} {
		for _, x := range of.arrays {
			all, a.end = append(all, &x[0]), 4*len(x)/256*256
		}
		*of.until = 8 * len(all)
	}
	a.arrays = &all[0]
	return []func(){func() {
		if a.end > 0 {
			throughLoop(&a)
		}
	}}
}
