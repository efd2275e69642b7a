package viz

import (
	"strconv"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// noNumber is what is said of something measured that is none.
const noNumber = "no number"

// digits is a measured number with so many digits after the point, or says that it is none.
func digits[T float32 | float64](x T, n int) string {
	if !record.Finite(x) {
		return noNumber
	}
	return strconv.FormatFloat(float64(x), 'f', n, 64)
}

// lost says with which step an arm diverged, if it had at the shown one; empty otherwise.
func (v *View) lost(arm, step int) string {
	f, ok := v.rec.Diverged(arm, step)
	if !ok {
		return ""
	}
	return "diverged at step " + record.Thousands(f.Step)
}

// crossed says what a cross is, where there is one.
const crossed = " Red cross: no longer a number."

// cross draws what is no number: red, which nothing else is, and with a shape of its own.
func (v *View) cross(x, y, r float64) {
	v.pen.segment(point{x - r, y - r}, point{x + r, y + r}, 1.6, wrong)
	v.pen.segment(point{x - r, y + r}, point{x + r, y - r}, 1.6, wrong)
}

// lostAt is a label at the end of a curve, which says and marks where the arm has diverged there.
func (v *View) lostAt(arm, step int, at point, l label) label {
	l.end = at
	if v.lost(arm, step) != "" {
		v.cross(at.x, at.y, 5)
		l.value = record.Diverged.String()
	}
	return l
}
