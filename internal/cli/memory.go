package cli

import (
	"fmt"
	"runtime/debug"
	"runtime/metrics"
)

const (
	mib = 1 << 20
	gib = 1 << 30
	// most is the memory that is taken for granted where a system does not say how much is free.
	most = 256 * gib
	// spare is the share of the free memory that is left to others, and to what an estimate does not know.
	spare = 0.1
	// itself is what the program takes before it holds anything.
	itself = 64 * mib
)

// limit is what whoever started the program allows it, if anything.
var limit = debug.SetMemoryLimit(-1)

// fits errs where something would take more bytes of memory than this machine has left: it would be ended without a
// word. Where it fits, what is no longer held is collected before the machine runs out of memory.
func fits(what string, need float64) error { return within(what, need, available()+held()) }

// held is the memory that the program has already, in bytes: what it holds for one run it gives up for the next.
func held() float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64()) - float64(sample[1].Value.Uint64())
}

func within(what string, need, free float64) error {
	may := (1 - spare) * free
	if need+itself > may {
		return fmt.Errorf("%s would take about %s of memory; %s are free, and %.0f %% of that are left to others", what,
			size(need+itself), size(free), 100*spare)
	}
	debug.SetMemoryLimit(min(int64(may), limit))
	return nil
}

// size is a number of bytes in the unit that fits.
func size(bytes float64) string {
	unit, name := 1024.0, "KiB"
	switch {
	case bytes >= gib:
		unit, name = gib, "GiB"
	case bytes >= mib:
		unit, name = mib, "MiB"
	}
	if n := bytes / unit; n < 99.95 {
		return fmt.Sprintf("%.3g %s", n, name)
	}
	return fmt.Sprintf("%.0f %s", bytes/unit, name)
}
