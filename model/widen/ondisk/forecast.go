package ondisk

import (
	"context"
	"errors"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Forecast is what a widening would read, write and hold, in bytes, before it begins.
type Forecast struct {
	Config     model.Config // of the widened network, as the new folder would hold it
	HeadFactor float64      // see [Result]
	Read       int64        // of all tensors, those of an optimizer's file of PyTorch's too
	Write      int64        // of all tensors, those that say how the network has grown too
	Memory     int64        // of the largest matrix, old and new, in float32: what is held of the network at once
}

// Foresee counts what [WidenWith] would do. It errs where that would err before it reads a tensor, but for the place of
// the new folder: see [checkpoint.Vacant].
func Foresee(ctx context.Context, in *checkpoint.Folder, spec widen.Spec, with With) (Forecast, error) {
	j, r, err := newJob(ctx, in, spec, 1, with, nil)
	if err != nil {
		return Forecast{}, err
	}
	f := Forecast{Config: r.Config, HeadFactor: r.HeadFactor, Read: Total(in)}
	if j.states != nil {
		f.Read += with.States.Bytes()
		f.Write += j.states.bytes()
	}
	for i, t := range in.Table.Tensors {
		wide := j.to.Tensors[i]
		f.Memory = max(f.Memory, 4*int64(t.Rows.Size*t.Cols.Size+wide.Rows.Size*wide.Cols.Size))
	}
	for k, set := range in.Sets() {
		files, err := j.arrange(set)
		if err != nil {
			return Forecast{}, err
		}
		for _, file := range files {
			for _, e := range file.written() {
				f.Write += e.Bytes()
				if k == 0 {
					j.written = append(j.written, e.Name)
				}
			}
		}
	}
	if _, err := in.Growth(ctx); err == nil || with.Recipe != nil && errors.Is(err, checkpoint.ErrNoGrowth) {
		f.Write += checkpoint.GrowthBytes(j.to)
	} else if !errors.Is(err, checkpoint.ErrNoGrowth) {
		return Forecast{}, err
	}
	if with.Recipe != nil {
		f.Write += checkpoint.NewParametersBytes(j.marked(), j.to)
	}
	return f, nil
}
