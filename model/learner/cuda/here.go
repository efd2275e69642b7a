package cuda

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// Precisions are all of them, the usual one first.
var Precisions = []Precision{BF16, Float32}

// PrecisionOf reads the name of one.
func PrecisionOf(name string) (Precision, error) {
	for _, p := range Precisions {
		if p.String() == name {
			return p, nil
		}
	}
	return 0, fmt.Errorf("precision is %q; allowed are bf16 and float32", name)
}

// Here opens the first GPU of this machine with the kernels that are compiled for it. Its error is one sentence that
// says what is missing.
func Here(p Precision) (*Factory, error) {
	return Open(driver.Library, nil, p)
}

// Name is the GPU's.
func (f *Factory) Name() string { return f.dev.Name }

// Memory is how many bytes of the GPU nobody uses at present, and how many it has.
func (f *Factory) Memory() (free, all int64, err error) {
	err = f.dev.Do(func() error {
		free, all = f.dev.Free(), f.dev.Memory
		return f.dev.Err()
	})
	return free, all, err
}

// Err is the first failure of the GPU, after which it computes nothing more; nil while it works.
func (f *Factory) Err() error { return f.dev.Do(f.dev.Err) }
