package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
)

// GrowthName is the file that says of every row and column of every matrix at which widening it came: 0 with the
// network, 1 with its first widening. Of a tensor NAME it holds NAME.rows and, but for vectors, NAME.cols, as U8; an
// element is as young as the younger of the two.
const GrowthName = "growth_stages" + suffix

// What a run leaves in its checkpoints besides: where it was, and the hash of every file. Both are true of the folder
// that they were written into, and of no other.
const (
	PositionName = "position.json"
	SumsName     = "SHA256SUMS"
)

// What marks the file as one of these, and the ends of its names.
const (
	growthKey, growthFormat = "growth_stages", "growth stage of rows and columns, version 1"
	rowsEnd, colsEnd        = ".rows", ".cols"
	stageType               = DType("U8")
)

// maxStage bounds the stages that the type of the file can tell apart.
const maxStage = 255

// side is the rows or the columns of a matrix.
type side struct {
	name string
	dim  model.Dim
}

// sides are those of all matrices, under the names that the folder has for them, in table order. A vector has rows
// alone.
func sides(t *model.Table) (all []side) {
	for _, s := range Split(t) {
		x := t.Tensors[s.Matrices[0].Tensor]
		if len(s.Shape) == 1 {
			all = append(all, side{s.Name + rowsEnd, x.Cols})
			continue
		}
		all = append(all, side{s.Name + rowsEnd, x.Rows}, side{s.Name + colsEnd, x.Cols})
	}
	return all
}

// ages are the stages of all coordinates of a side.
func (s side) ages(g model.Growth) []byte {
	ages := make([]byte, s.dim.Size)
	for i := range ages {
		ages[i] = byte(g.Stage(s.dim.Axis, i))
	}
	return ages
}

// WriteGrowth writes the file of a network that has grown so, in a folder that is being made; the table is that of the
// folder, which may have a head of its own. It errs after more widenings than the file can tell apart.
func WriteGrowth(ctx context.Context, dir string, t *model.Table, g model.Growth, also ...io.Writer) error {
	if g.Stages() > maxStage+1 {
		return fmt.Errorf("%s can tell %d widenings apart, and the network has had %d", GrowthName, maxStage,
			g.Stages()-1)
	}
	h, all := growthHeader(t)
	w, err := Create(filepath.Join(dir, GrowthName), h, also...)
	if err != nil {
		return err
	}
	for _, s := range all {
		if err == nil {
			err = w.bytes(ctx, s.ages(g))
		}
	}
	if err != nil {
		w.Abandon()
		return err
	}
	return w.Close()
}

// growthHeader is that of the file, of these sides.
func growthHeader(t *model.Table) (Header, []side) {
	h, all := Header{Meta: Loadable(map[string]string{growthKey: growthFormat})}, sides(t)
	for _, s := range all {
		h.Entries = append(h.Entries, Entry{Name: s.name, DType: stageType, Shape: []int{s.dim.Size}})
	}
	return h, all
}

// GrowthBytes is how many bytes the tensors of the file take.
func GrowthBytes(t *model.Table) int64 {
	h, _ := growthHeader(t)
	return h.bytes()
}

// ErrNoGrowth is of a folder that does not say how old its rows and columns are.
var ErrNoGrowth = errors.New("it holds no " + GrowthName)

// Growth reads how the network of a folder has grown, and requires that every row and column of every matrix says the
// same. It is [ErrNoGrowth] where the folder holds no such file; one of that name that is somebody else's is none.
func (f *Folder) Growth(ctx context.Context) (model.Growth, error) {
	g := model.NewGrowth(f.Table.Config)
	file, err := Open(filepath.Join(f.Dir, GrowthName))
	if errors.Is(err, fs.ErrNotExist) {
		return g, ErrNoGrowth
	} else if err != nil {
		return g, err
	}
	defer file.Close()
	if file.Meta[growthKey] != growthFormat {
		return g, ErrNoGrowth
	}
	g, err = file.growth(ctx, f.Table)
	if err != nil {
		err = fmt.Errorf("%s: %w", file.Path(), err)
	}
	return g, err
}

// growth is that which all sides of a table agree upon.
func (f *File) growth(ctx context.Context, t *model.Table) (g model.Growth, err error) {
	there := map[string]Entry{}
	for _, e := range f.Entries {
		there[e.Name] = e
	}
	seen := map[model.Axis][]byte{}
	for _, s := range sides(t) {
		ages, err := f.side(ctx, s, there)
		if err != nil {
			return g, err
		}
		delete(there, s.name)
		axis := s.dim.Axis
		first, known := seen[axis]
		switch {
		case axis != model.Inner && axis != model.Hidden:
			if slices.Max(ages) > 0 {
				return g, fmt.Errorf("%s is not 0 everywhere, and that side of the matrix does not grow", s.name)
			}
		case known && !slices.Equal(first, ages):
			return g, fmt.Errorf("%s is not as old as other rows and columns on the %s axis", s.name, axis)
		case !slices.IsSorted(ages):
			return g, fmt.Errorf("%s has younger coordinates before older ones", s.name)
		}
		seen[axis] = ages
	}
	for name := range there {
		return g, fmt.Errorf("%s is of no matrix of the network", brief(name))
	}
	return grown(seen[model.Inner], seen[model.Hidden])
}

// side reads the stages of one side.
func (f *File) side(ctx context.Context, s side, there map[string]Entry) ([]byte, error) {
	e, ok := there[s.name]
	if !ok {
		return nil, fmt.Errorf("%s is missing", s.name)
	}
	if e.DType != stageType || !slices.Equal(e.Shape, []int{s.dim.Size}) {
		return nil, fmt.Errorf("%s is %s of shape %v; %s asks for %s of shape [%d]", s.name, e.DType, e.Shape,
			ConfigName, stageType, s.dim.Size)
	}
	ages := make([]byte, 0, s.dim.Size)
	err := f.each(ctx, e, func(piece []byte) { ages = append(ages, piece...) })
	return ages, err
}

// grown is the growth of a network whose coordinates have these stages.
func grown(inner, hidden []byte) (g model.Growth, err error) {
	if inner[0] != 0 || hidden[0] != 0 {
		return g, errors.New("no coordinate came with the network")
	}
	upTo := func(ages []byte, stage byte) (n int) {
		for n < len(ages) && ages[n] <= stage {
			n++
		}
		return n
	}
	last := max(inner[len(inner)-1], hidden[len(hidden)-1])
	for k := range int(last) + 1 {
		g.Inner = append(g.Inner, upTo(inner, byte(k)))
		g.Hidden = append(g.Hidden, upTo(hidden, byte(k)))
		if k > 0 && g.Inner[k] == g.Inner[k-1] && g.Hidden[k] == g.Hidden[k-1] {
			return g, fmt.Errorf("no coordinate came with widening %d of %d", k, last)
		}
	}
	return g, nil
}
