package ondisk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
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
	Disk       int64        // about what the new folder takes, with headers and the files that are copied
	Memory     int64        // of the largest matrix, old and new, in float32: what is held of the network at once
}

// Foresee counts what [WidenWith] would do. It errs where that would err before it reads a tensor, but for the place of
// the new folder: see [checkpoint.Vacant] and [CheckDisk].
func Foresee(ctx context.Context, in *checkpoint.Folder, spec widen.Spec, with With) (Forecast, error) {
	j, r, err := newJob(ctx, in, spec, 1, with, nil)
	if err != nil {
		return Forecast{}, err
	}
	return j.forecast(r, with)
}

// forecast is [Foresee] of a job that has read no tensor yet.
func (j *job) forecast(r Result, with With) (Forecast, error) {
	in := j.in
	f := Forecast{Config: r.Config, HeadFactor: r.HeadFactor, Read: Total(in)}
	if j.states != nil {
		f.Read += with.States.Bytes()
		f.Write += j.states.bytes()
	}
	for i, t := range in.Table.Tensors {
		wide := j.to.Tensors[i]
		f.Memory = max(f.Memory, 4*int64(t.Rows.Size*t.Cols.Size+wide.Rows.Size*wide.Cols.Size))
	}
	tensors := 0
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
				tensors++
			}
		}
	}
	if _, err := in.Growth(j.ctx); err == nil || with.Recipe != nil && errors.Is(err, checkpoint.ErrNoGrowth) {
		f.Write += checkpoint.GrowthBytes(j.to)
	} else if !errors.Is(err, checkpoint.ErrNoGrowth) {
		return Forecast{}, err
	}
	if with.Recipe != nil {
		f.Write += checkpoint.NewParametersBytes(j.marked(), j.to)
	}
	j.written = nil
	others, err := othersOf(j.ctx, in, nil, append(with.names(), checkpoint.GrowthName))
	if err != nil {
		return Forecast{}, err
	}
	if j.states != nil {
		tensors += len(j.states.sources)
	}
	const entry, rest = 1000, 1 << 20 // what headers, indexes and masks say of a tensor; the small files
	f.Disk = f.Write + int64(tensors)*entry + rest
	for _, x := range others.copied {
		f.Disk += x.Size()
	}
	return f, nil
}

// free is the room of a disk; tests put another in its place.
var free = durable.Free

// CheckDisk errs where the disk of a folder that is to be made has less room than it takes. The folder is
// [checkpoint.Vacant]: what a widening that was killed left in it is room, for the next one removes it.
func CheckDisk(out string, f Forecast) error {
	left, ok := free(out)
	_ = filepath.WalkDir(out, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // it is not there, or went meanwhile
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			left += info.Size()
		}
		return nil
	})
	if ok && left < f.Disk {
		return fmt.Errorf("%s would take %.1f MB, and its disk has %.1f MB left; nothing was written", out,
			float64(f.Disk)/1e6, float64(left)/1e6)
	}
	return nil
}
