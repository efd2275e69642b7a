package cli

import (
	"encoding/json"
	"fmt"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// diverged is what a table says in place of a number where what was measured is none.
const diverged = "diverged"

// number is a result: null in JSON where it is NaN or infinite, and the word diverged in a table. What was not measured
// is a nil pointer to one: null too, and a dash.
type number float64

// MarshalJSON never errs: one result that is no number does not withhold the others.
func (x number) MarshalJSON() ([]byte, error) {
	if !record.Finite(float64(x)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(x))
}

// says is the number in a format of package fmt, or the word.
func (x number) says(format string) string {
	if !record.Finite(float64(x)) {
		return diverged
	}
	return fmt.Sprintf(format, float64(x))
}
