package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
)

// optimizerName is how Hugging Face's Trainer calls an optimizer's states, and noOptimizer how the flag says that they
// stay behind.
const optimizerName, noOptimizer = "optimizer.pt", "none"

// maxNames bounds a list of names, in bytes: room for some 200,000 of them.
const maxNames = 16 << 20

// statesFlags are the flags of a widening about an optimizer's states as PyTorch saves them.
type statesFlags struct {
	Optimizer string `help:"File of the optimizer's states as PyTorch saves them, else optimizer.pt in the folder; none leaves it." placeholder:"FILE"`
	Names     string `help:"JSON list of the parameters' names in the order of an optimizer's file that numbers them." type:"path" placeholder:"FILE"`
}

// states opens the optimizer's file of a folder, or what the flag names; nil where there is none.
func (f statesFlags) states(dir string) (*torch.States, error) {
	var names []string
	if f.Names != "" {
		var err error
		if names, err = readNames(f.Names); err != nil {
			return nil, err
		}
	}
	path := f.Optimizer
	switch path {
	case noOptimizer:
		return nil, nil
	case "":
		path = filepath.Join(dir, optimizerName)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			if len(names) > 0 {
				return nil, fmt.Errorf("--names is given, and there is no %s in %s", optimizerName, dir)
			}
			return nil, torch.Shards(dir)
		}
	}
	file, err := torch.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := file.Read(names)
	if err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

// withoutStates says how a widening does without states that it cannot read.
func withoutStates(err error) error {
	return fmt.Errorf("%w (--optimizer none widens the weights alone)", err)
}

// readNames reads a JSON list of texts.
func readNames(path string) (names []string, err error) {
	data, err := input.Small(path, maxNames)
	if err != nil {
		return nil, err
	}
	if err = json.Unmarshal(data, &names); err == nil && len(names) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not a JSON list of names: %w", path, err)
	}
	return names, nil
}
