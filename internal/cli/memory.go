package cli

import "fmt"

const (
	gib = 1 << 30
	// most is the memory that is taken for granted where a system does not say how much it has.
	most = 256 * gib
)

// fits errs where something would take more bytes of memory than this machine has: it would be ended without a word.
func fits(what string, need float64) error {
	if have := memory(); need > have {
		return fmt.Errorf("%s would take about %.3g GiB of memory; there are %.3g", what, need/gib, have/gib)
	}
	return nil
}
