package main

import (
	"fmt"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

const gb = 1 << 30

// memoryBudget is how many bytes the arms may take together: an eighth of what the browser says the device has. The
// page is not alone on it, and takes several times as much where the arms part: a snapshot is handed to each, and a
// worker's memory never shrinks. No worker can have more than 4 GB. Browsers that do not say are taken for those of a
// phone.
func memoryBudget() float64 {
	device := 4.0
	if m := js.Global().Get("navigator").Get("deviceMemory"); m.Type() == js.TypeNumber {
		device = min(m.Float(), 16)
	}
	return device / 8 * gb
}

// fits errs where an experiment takes more memory than this page may have: its workers would be ended in the middle of
// something.
func fits(e experiment.Experiment) error {
	if need, have := e.Memory(), memoryBudget(); need > have {
		return fmt.Errorf("the experiment would take about %.3g GB of memory, and this page may take %.3g GB; a "+
			"narrower network, or one with fewer layers or experts, takes less", need/gb, have/gb)
	}
	return nil
}
