package bench

import (
	"context"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/bench/disk"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/model"
)

// disk widens a checkpoint beside copies of it; the row has the axis that is slower.
func (r *Report) disk(ctx context.Context, o Options) error {
	for _, axis := range []model.Axis{model.Inner, model.Hidden} {
		got, err := disk.Measure(ctx, o.few(7), disk.Network(o.Quick), axis)
		if err != nil {
			return err
		}
		if row := r.row("disk-widen"); row.Measured != nil && *row.Measured <= got.Ratio() {
			continue
		}
		const mb = 1e6
		r.set("disk-widen", got.Ratio(), "along the %s axis, by 2, weights and two moments in float32, %.0f MB to "+
			"%.0f MB, read and written until they lie on the disk: %.0f MB/s (from %.0f to %.0f) against %.0f (from "+
			"%.0f to %.0f); the old folder is in the system's cache; %.1f MB of memory at most, where the largest "+
			"matrix has %.1f, old and new", axis, float64(got.Bytes)/mb, float64(got.Wider)/mb,
			measure.Median(got.Widen)/mb, slices.Min(got.Widen)/mb, slices.Max(got.Widen)/mb,
			measure.Median(got.Copy)/mb, slices.Min(got.Copy)/mb, slices.Max(got.Copy)/mb,
			float64(got.Memory)/mb, float64(got.Largest)/mb)
	}
	return nil
}
