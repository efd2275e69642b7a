package ondisk

import (
	"encoding/json"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// NamesName is the file of the names of an optimizer's parameters, in the order in which its file numbers them.
const NamesName = "optimizer.names.json"

// writeNames puts them into a folder.
func writeNames(dir string, names []string) error {
	text, err := json.MarshalIndent(names, "", " ")
	if err != nil {
		return err
	}
	return durable.WriteBytes(filepath.Join(dir, NamesName), append(text, '\n'))
}

// newParameters marks what came with this widening.
func (j *job) newParameters(dir string, now model.Growth) error {
	return checkpoint.WriteNewParameters(j.ctx, dir, j.marked(), j.to, now)
}

// marked are the weights that are written of which it is said what is new.
func (j *job) marked() (layout []checkpoint.StoredTensor) {
	stored := j.in.Weights.Names.Stored(j.to)
	for _, name := range j.written {
		if s, ok := stored[name]; ok && !s.Redundant {
			layout = append(layout, s)
		}
	}
	return layout
}
