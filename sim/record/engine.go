package record

import (
	"fmt"
	"strings"
)

// Foreign says what is to be known before a run goes on where something else computes than it was begun with; it is
// empty where that is the same. Both are names of engines.
func Foreign(was, here string) string {
	if was == here {
		return ""
	}
	from := "its last digits"
	if strings.Contains(was, "bf16") != strings.Contains(here, "bf16") {
		from = "the third digit, since products in bf16 read no more"
	}
	return fmt.Sprintf("The run was begun where %q computes, and here it is %q: what follows may differ from a run "+
		"that was never interrupted, at first in %s, and more as it trains on.", was, here, from)
}
