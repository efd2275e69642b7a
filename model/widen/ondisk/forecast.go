package ondisk

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// Forecast is what a widening would read, write and hold, in bytes, before it begins.
type Forecast struct {
	Config     model.Config // of the widened network, as the new folder would hold it
	HeadFactor float64      // see [Result]
	Read       int64        // of all tensors
	Write      int64        // of all tensors
	Memory     int64        // of the largest matrix, old and new, in float32: what is held of the network at once
}

// Foresee counts what [Widen] would do. It errs where that would err before it reads a tensor; a layout changes nothing
// of it.
func Foresee(in *checkpoint.Folder, spec widen.Spec) (Forecast, error) {
	plan, err := widen.New(spec, in.Table, 1)
	if err != nil {
		return Forecast{}, err
	}
	f := Forecast{Config: plan.To.Config, Read: Total(in)}
	to := plan.To
	if mult := plan.To.Config.LogitMult; mult != 1 {
		f.HeadFactor = mult
		f.Config.LogitMult, f.Config.Untied = 1, true
		to = model.NewTable(f.Config)
	}
	for i, t := range in.Table.Tensors {
		wide := to.Tensors[i]
		f.Memory = max(f.Memory, 4*int64(t.Rows.Size*t.Cols.Size+wide.Rows.Size*wide.Cols.Size))
	}
	for _, set := range in.Sets() {
		f.Write += written(in, set, to, f.HeadFactor != 0)
	}
	return f, nil
}

// written is the size of a set after its widening; head says that a tied head gets a tensor of its own.
func written(in *checkpoint.Folder, set checkpoint.Set, to *model.Table, head bool) (n int64) {
	stored, now := set.Names.Stored(in.Table), set.Names.Stored(to)
	embed, beside := set.Names.Name(model.Embed, -1, 0), set.Names.Name(model.Head, -1, 0)
	there := false
	var extra int64
	for _, shard := range set.Files {
		for _, e := range shard.Entries {
			if _, ok := stored[e.Name]; !ok || e.Len() == 0 {
				n += e.Bytes()
				continue
			}
			there = there || e.Name == beside
			e.Shape = now[e.Name].Shape
			n += e.Bytes()
			if e.Name == embed {
				extra = e.Bytes()
			}
		}
	}
	if head && !there {
		n += extra
	}
	return n
}
