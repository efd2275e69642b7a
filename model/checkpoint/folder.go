package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
)

// maxConfig bounds config.json, in bytes.
const maxConfig = 1 << 20

// Folder is a checkpoint that was found to be whole and of a family; of its tensors only the headers were read.
type Folder struct {
	Dir     string
	Table   *model.Table
	Weights Set
	States  []Set // the optimizer's, none or in the order of [m, v]; those that are there hold every tensor
	config  described
}

// Family is the model_type of config.json.
func (f *Folder) Family() string { return f.config.family.model }

// Longest is the most tokens that a sequence may have for the network to be the one that is computed here; 0 where
// there is no limit. Beyond it, a rotary embedding whose scaling is dynamic turns otherwise.
func (f *Folder) Longest() int { return f.config.longest }

// HeadDimFollows reports whether other programs take the head_dim of the family's networks to be the hidden size over
// the heads, whatever config.json says: a wider hidden size is not one that they read.
func (f *Folder) HeadDimFollows() bool { return f.config.family.headDimFollows }

// ReadFolder reads config.json and every header of a folder, and checks them against each other. An error names the
// file, and the key or tensor that is wrong. What is stored twice is read too, and compared.
func ReadFolder(ctx context.Context, dir string) (*Folder, error) {
	data, err := readText(filepath.Join(dir, ConfigName), maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not the folder of a network: it holds no %s", dir, ConfigName)
	} else if err != nil {
		return nil, err
	}
	c, doc, err := parseConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, ConfigName), err)
	}
	f := &Folder{Dir: dir, Table: model.NewTable(c), config: doc}
	for i, name := range SetNames {
		s, err := readSet(dir, name)
		if err != nil {
			return nil, err
		}
		if len(s.Files) == 0 {
			continue
		}
		s.Names = Naming{doc.family, s.prefix()}
		err = s.check(f.Table)
		if err == nil {
			err = f.redundant(ctx, s)
		}
		if err == nil {
			err = f.twice(ctx, s)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		switch {
		case i == 0:
			f.Weights = s
		case i == 2 && len(f.States) == 0:
			return nil, fmt.Errorf("%s: there is %s without %s", dir, s.Name, SetNames[1])
		default:
			f.States = append(f.States, s)
		}
	}
	return f, nil
}

// Layout is the network's matrices under the names that the folder's weights have, in table order.
func (f *Folder) Layout() (all []StoredTensor) {
	stored, at := f.Weights.Names.Stored(f.Table), map[MatrixRef]string{}
	for _, shard := range f.Weights.Files {
		for _, e := range shard.Entries {
			for _, p := range stored[e.Name].Matrices {
				if !stored[e.Name].Redundant {
					at[p] = e.Name
				}
			}
		}
	}
	done := map[string]bool{}
	for _, s := range f.Weights.Names.Split(f.Table) {
		if name := at[s.Matrices[0]]; !done[name] {
			done[name] = true
			all = append(all, stored[name])
		}
	}
	return all
}

// NotFinite is the first name of a layout under which values hold a NaN or an infinity; empty where none does.
func NotFinite(layout []StoredTensor, v model.Values) string {
	for _, s := range layout {
		for _, p := range s.Matrices {
			if !model.AllFinite(v.Expert(p.Tensor, p.Expert)) {
				return s.Name
			}
		}
	}
	return ""
}

// Sets are all sets of the folder, weights first.
func (f *Folder) Sets() []Set { return append([]Set{f.Weights}, f.States...) }

// Load reads a set into memory. After every tensor progress is told the bytes read so far, of [Set.Bytes].
func (f *Folder) Load(ctx context.Context, s Set, progress func(done int64)) (model.Values, error) {
	v, stored := model.NewValues(f.Table), s.Names.Stored(f.Table)
	var done int64
	for _, shard := range s.Files {
		if err := f.load(ctx, shard, stored, v, func(n int64) { done += n; progress(done) }); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (f *Folder) load(ctx context.Context, shard Shard, stored map[string]StoredTensor, v model.Values,
	read func(n int64)) error {
	file, err := f.Open(shard)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, e := range shard.Entries {
		if tensor := stored[e.Name]; !tensor.Redundant {
			for i, p := range tensor.Matrices {
				if err := file.Matrix(ctx, v.Expert(p.Tensor, p.Expert), e, i); err != nil {
					return err
				}
			}
		}
		read(e.Bytes())
	}
	return nil
}

// Open opens a file of the folder to read tensors. It errs where the file is no longer the one whose header was
// checked.
func (f *Folder) Open(shard Shard) (*File, error) {
	file, err := Open(filepath.Join(f.Dir, shard.Name))
	if err != nil {
		return nil, err
	}
	same := len(file.Entries) == len(shard.Entries)
	for i := 0; same && i < len(shard.Entries); i++ {
		a, b := file.Entries[i], shard.Entries[i]
		same = a.Name == b.Name && a.from == b.from && a.to == b.to && a.DType == b.DType
	}
	if !same {
		file.Close()
		return nil, fmt.Errorf("%s was changed while it was read", shard.Name)
	}
	return file, nil
}

// Config is config.json for the same network in another shape: keys of the shape are changed, all others are kept as
// they are.
func (f *Folder) Config(to model.Config) []byte { return f.config.reshape(f.Table.Config, to).encode() }

// Build fills a folder, which must be empty or not there, with all that write leaves in the one it is given, or with
// nothing. config.json comes last: without it a folder is no network.
func Build(dir string, write func(dir string) error) error {
	return durable.Tree(dir, ConfigName, write)
}

// Vacant errs where [Build] would because the folder holds something. It changes nothing.
func Vacant(dir string) error { return durable.Vacant(dir) }
