package cli

import (
	"fmt"
	"io"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// widening is what a widening did to the signal: the mean RMS ratio of the blocks just before it and just after it, and
// as it would be after the same widening without its factor; and the largest change of a block's ratio, as a fraction.
type widening struct {
	Step   int     `json:"step"`
	Before *number `json:"rms_ratio_before"`
	After  *number `json:"rms_ratio_after"`
	// null where it was not measured, or there is nothing to leave out
	Unscaled   *number `json:"rms_ratio_if_unscaled"`
	Largest    *number `json:"rms_ratio_largest_change"`
	Factorless bool    `json:"without_factor"` // the widening itself has none
}

// wideningOf is what a report of the record says.
func wideningOf(r *record.Record, p record.Report) *widening {
	x := r.RMSRatios(p)
	of := func(x float64) *number { n := number(x); return &n }
	w := &widening{Step: p.Step, Before: of(x.Before), After: of(x.After), Largest: of(x.Largest),
		Factorless: x.Factorless}
	if x.Factorless || len(p.RMSUnscaled) > 0 {
		w.Unscaled = of(x.Unscaled)
	}
	return w
}

// printWidenings writes what the newest widening of every arm did to the mean RMS ratio; nothing where none was
// widened.
func printWidenings(w io.Writer, rows []result) error {
	t := &aligned{w: w}
	fmt.Fprintln(t, "widened\tat\tRMS ratio\tRMS ratio\tif not\tlargest")
	fmt.Fprintln(t, "\tstep\tbefore\tafter\tscaled\tchange")
	any := false
	for _, r := range rows {
		x := r.Widening
		if x == nil {
			continue
		}
		any = true
		unscaled := cell(x.Unscaled, "%.3f")
		if x.Factorless {
			unscaled = "not scaled"
		}
		largest := *x.Largest * 100
		name := wrap(plain.Line(r.Name), nameWidth)
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\n", name[0], x.Step, cell(x.Before, "%.3f"), cell(x.After, "%.3f"),
			unscaled, cell(&largest, "%.1f %%"))
		for _, rest := range name[1:] {
			fmt.Fprintf(t, "%s\t\t\t\t\t\n", rest)
		}
	}
	if !any {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return t.Flush()
}
