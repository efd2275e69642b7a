package record

import "fmt"

// Foreign says what is to be known before a run goes on where something else computes than it was begun with; it is
// empty where that is the same. Both are names of engines.
func Foreign(was, here string) string {
	if was == here {
		return ""
	}
	return fmt.Sprintf("The run was begun where %q computes, and here it is %q: what follows may differ in its last "+
		"digits from a run that was never interrupted.", was, here)
}
