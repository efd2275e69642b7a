// Package disk times the widening of a checkpoint folder on the disk beside a plain copy of the same folder, both until
// all of it lies there. It knows neither a good result nor any other peer.
package disk

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// Result is what was measured: of every repetition the bytes read and written in a second, all of them together.
type Result struct {
	Bytes       int64 // of the folder
	Wider       int64 // of the widened one
	Largest     int64 // of the largest matrix, old and new, in float32
	Memory      int64 // at most in use while it was widened, beyond what was before
	Widen, Copy []float64
}

// Network is the shape that is measured, of about 60 MB a set; small is one of less than 1 MB.
func Network(small bool) model.Config {
	c := model.Config{Vocab: 4096, Hidden: 512, Layers: 3, Heads: 8, KVHeads: 4, HeadDim: 64, Experts: 8, TopK: 2,
		Inner: 256, NormEps: 1e-6, RopeBase: 10000, AuxLossCoef: 0.01, ZLossCoef: 0.001, InitStd: 0.02, LogitMult: 1}
	if small {
		c.Vocab, c.Hidden, c.Layers, c.Inner = 256, 64, 1, 32
	}
	return c
}

// Measure makes a folder of the network and two states, and widens and copies it in turns, along an axis by 2.
func Measure(ctx context.Context, repetitions int, c model.Config, axis model.Axis) (r Result, err error) {
	dir, err := os.MkdirTemp("", "sparkling-disk")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	from := filepath.Join(dir, "from")
	if err := checkpoint.Save(ctx, from, nil, model.Init(c, 1), model.Init(c, 2), model.Init(c, 3)); err != nil {
		return r, err
	}
	in, err := checkpoint.ReadFolder(ctx, from)
	if err != nil {
		return r, err
	}
	r.Bytes = ondisk.Total(in)
	spec := widen.Spec{Axis: axis, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
		NormWeights: widen.CopyNormWeights, OptState: widen.Asymmetric}
	if err := r.sizes(in, spec); err != nil {
		return r, err
	}
	to := filepath.Join(dir, "to")
	progress := r.watch()
	widened := func() error {
		_, err := ondisk.Widen(ctx, in, to, spec, 1, progress)
		progress = func(int64) {} // looking at memory takes time; the first round is not timed
		return err
	}
	times, err := measure.Interleaved(ctx, repetitions, fresh(to, widened),
		fresh(to, func() error { return copyFolder(to, from) }))
	if err != nil {
		return r, err
	}
	for i := range times[0] {
		r.Widen = append(r.Widen, float64(r.Bytes+r.Wider)/times[0][i])
		r.Copy = append(r.Copy, float64(2*r.Bytes)/times[1][i])
	}
	return r, nil
}

// Ratio is how fast the widening is beside the copy: the median over the repetitions of what each pair of neighbours
// gives, which what disturbs the machine has disturbed alike.
func (r Result) Ratio() float64 {
	var all []float64
	for i := range r.Widen {
		all = append(all, r.Widen[i]/r.Copy[i])
	}
	return measure.Median(all)
}

// sizes counts what the widened folder holds, and the largest matrix.
func (r *Result) sizes(in *checkpoint.Folder, spec widen.Spec) error {
	plan, err := widen.New(spec, in.Table, 1)
	if err != nil {
		return err
	}
	r.Wider = 4 * int64(plan.To.Size) * int64(len(in.Sets()))
	if plan.To.Config.LogitMult != 1 { // the head is written besides
		r.Wider += 4 * int64(plan.To.Tensors[0].Len()) * int64(len(in.Sets()))
	}
	for i, t := range plan.To.Tensors {
		old := in.Table.Tensors[i]
		r.Largest = max(r.Largest, 4*int64(t.Rows.Size*t.Cols.Size+old.Rows.Size*old.Cols.Size))
	}
	return nil
}

// watch is a progress that keeps the most memory in use.
func (r *Result) watch() func(int64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := int64(m.HeapAlloc)
	return func(int64) {
		runtime.ReadMemStats(&m)
		r.Memory = max(r.Memory, int64(m.HeapAlloc)-before)
	}
}

// fresh is a run that fills a folder anew.
func fresh(dir string, fill func() error) measure.Run {
	return func() (float64, error) {
		if err := os.RemoveAll(dir); err != nil {
			return 0, err
		}
		begin := time.Now()
		if err := fill(); err != nil {
			return 0, err
		}
		return time.Since(begin).Seconds(), nil
	}
}

// copyFolder copies the files of a folder one after the other, each until it lies on the disk, in pieces of the size
// that was quickest.
func copyFolder(to, from string) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := copyFile(filepath.Join(to, e.Name()), filepath.Join(from, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 1<<16)); err != nil {
		return err
	}
	return out.Sync()
}
