package ondisk

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// newFile is what a file of the new folder will hold, in order.
type newFile struct {
	shard   checkpoint.Shard // of the old folder, whose name it keeps
	tensors []newTensor
}

// written are its tensors but those that only count what is done.
func (f newFile) written() (all []checkpoint.Entry) {
	for _, x := range f.tensors {
		if x.Name != "" {
			all = append(all, x.Entry)
		}
	}
	return all
}

// newTensor is one tensor of a new file, and where its matrices come from.
type newTensor struct {
	checkpoint.Entry
	from   []source
	copied bool  // as it lies there
	head   bool  // the embedding, as the head that carries the factor
	done   int64 // bytes of the old folder that are done with it
}

// source is where a matrix lies: number i of those of an entry.
type source struct {
	shard  checkpoint.Shard
	entry  checkpoint.Entry
	matrix checkpoint.MatrixRef
	i      int
}

// arrange says what becomes of a set's files. Tensors keep their places; where experts change their layout, what comes
// together stands where the first part of it lay.
func (j *job) arrange(set checkpoint.Set) ([]newFile, error) {
	names := set.Names
	old, now := names.Stored(j.in.Table), names.Stored(j.to)
	embed, head := names.Name(model.Embed, -1, 0), names.Name(model.Head, -1, 0)
	into, err := j.regrouped(names)
	if err != nil {
		return nil, err
	}
	at, stored := map[checkpoint.MatrixRef]source{}, false
	for _, shard := range set.Files {
		for _, e := range shard.Entries {
			stored = stored || e.Name == head && e.Len() > 0
			for i, p := range old[e.Name].Matrices {
				if _, twice := at[p]; !twice && e.Len() > 0 {
					at[p] = source{shard, e, p, i}
				}
			}
		}
	}
	beside := j.untied != nil && !stored // the head is written next to the embedding
	files, written := make([]newFile, len(set.Files)), map[string]bool{}
	for k, shard := range set.Files {
		files[k].shard = shard
		add := func(x newTensor) { files[k].tensors = append(files[k].tensors, x) }
		for _, e := range shard.Entries {
			tensor, ok := old[e.Name]
			switch {
			case beside && e.Name == head: // without elements; the one that has some takes its name
				continue
			case !ok || e.Len() == 0:
				add(newTensor{Entry: e, from: []source{{shard: shard, entry: e}}, copied: true, done: e.Bytes()})
				continue
			}
			done := e.Bytes()
			for i, p := range tensor.Matrices {
				name, from := e.Name, []source{}
				if i > 0 && into == nil {
					break
				}
				if target, ok := into[p]; ok && !tensor.Redundant {
					name = target
				}
				if written[name] {
					continue
				}
				written[name] = true
				for i, p := range old[name].Matrices {
					s := at[p]
					if name == e.Name {
						s = source{shard, e, p, i}
					}
					if s.entry.DType != e.DType {
						return nil, fmt.Errorf("%s is %s, and %s is %s; one tensor cannot hold both", e.Name, e.DType,
							s.entry.Name, s.entry.DType)
					}
					from = append(from, s)
				}
				add(newTensor{Entry: checkpoint.Entry{Name: name, DType: e.DType, Shape: now[name].Shape}, from: from,
					head: tensor.Redundant && j.untied != nil, done: done})
				done = 0
			}
			if done > 0 { // all of it was written before; nothing is left but to count it
				add(newTensor{done: done})
			}
			if beside && e.Name == embed {
				add(newTensor{Entry: checkpoint.Entry{Name: head, DType: e.DType, Shape: now[head].Shape},
					from: []source{{shard, e, tensor.Matrices[0], 0}}, head: true})
			}
		}
	}
	return files, nil
}

// regrouped is the name of every matrix's tensor in the layout of the new folder; nil where that is the old one's.
func (j *job) regrouped(names checkpoint.Naming) (map[checkpoint.MatrixRef]string, error) {
	if j.layout == "" {
		return nil, nil
	}
	all, err := names.In(j.in.Table, j.layout)
	if err != nil {
		return nil, err
	}
	into := map[checkpoint.MatrixRef]string{}
	for _, s := range all {
		for _, p := range s.Matrices {
			into[p] = s.Name
		}
	}
	return into, nil
}

// sources are files that are read for one new file.
type sources struct {
	folder *checkpoint.Folder
	open   map[string]*checkpoint.File
}

// file is an open file of the old folder.
func (s sources) file(shard checkpoint.Shard) (*checkpoint.File, error) {
	if f, ok := s.open[shard.Name]; ok {
		return f, nil
	}
	f, err := s.folder.Open(shard)
	if err == nil {
		s.open[shard.Name] = f
	}
	return f, err
}

func (s sources) close() {
	for _, f := range s.open {
		f.Close()
	}
}
