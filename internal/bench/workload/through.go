//go:build !wasm

package workload

// blocks are how many numbers of one array are moved before it is the next one's turn. Memory likes few, so that it sees all arrays being gone
// through at once; caches like many, which are called for less often.
var blocks = []int{128, 2048, 16384}

// through is going through arrays block after block, and where the machine can write past its caches, so too.
func through(read, written, updated [][]float32) []func() {
	n := 0
	for _, all := range [][][]float32{read, written, updated} {
		for _, x := range all {
			n = len(x)
		}
	}
	stream := func(block int, put func([]float32)) func() {
		return func() {
			for from := 0; from < n; from += block {
				to := min(from+block, n)
				for _, x := range read {
					take(x[from:to])
				}
				for _, x := range updated {
					change(x[from:to])
				}
				for _, x := range written {
					put(x[from:to])
				}
			}
		}
	}
	var ways []func()
	for _, block := range blocks {
		ways = append(ways, stream(block, put))
		if len(written) > 0 && putPast != nil {
			ways = append(ways, stream(block, putPast))
		}
	}
	return ways
}
