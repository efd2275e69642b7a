package torch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// wrappers are what programs put before the names of a network that they wrap.
var wrappers = []string{"module.", "_orig_mod.", "_fsdp_wrapped_module."}

// Bare is a parameter's name without what wraps it.
func Bare(name string) string {
	for {
		short := name
		for _, w := range wrappers {
			short = strings.TrimPrefix(short, w)
		}
		if short == name {
			return name
		}
		name = short
	}
}

// Fit errs unless the states are of parameters of a network, each once and in its shape; stored are its tensors by
// names without a prefix.
func (s *States) Fit(stored map[string]checkpoint.StoredTensor) error {
	seen := map[checkpoint.MatrixRef]string{}
	for _, p := range s.Params {
		tensor, ok := stored[Bare(p.Name)]
		if !ok {
			return fmt.Errorf("it has a state of %q, which the network of %s does not have", p.Name,
				checkpoint.ConfigName)
		}
		for _, m := range tensor.Matrices {
			if tensor.Redundant {
				break // a tied head that has a state besides
			}
			if other := seen[m]; other != "" {
				return fmt.Errorf("it has two states of one matrix, under %q and %q", other, p.Name)
			}
			seen[m] = p.Name
		}
		for _, t := range p.Tensors() {
			if t.Power > 0 && !slices.Equal(t.Shape, tensor.Shape) {
				return fmt.Errorf("the %s of %q has shape %v; %s asks for %v: the names may be in another order than "+
					"the states", t.Key, p.Name, t.Shape, checkpoint.ConfigName, tensor.Shape)
			}
		}
	}
	return nil
}
