package cuda

import "github.com/sparkling-lab/sparkling/model/learner/cuda/driver"

// Precision is what the operands of matrix products are stored in. All else is float32: the weights that are updated,
// their moments and gradients, the residual stream, the losses, and every sum of a product.
type Precision int

// The precisions: Float32 for parity with the CPU, BF16 for speed.
const (
	Float32 Precision = iota
	BF16
)

func (p Precision) String() string { return [...]string{"float32", "bf16"}[p] }

func (p Precision) kind() driver.Kind { return [...]driver.Kind{driver.F32, driver.BF16}[p] }

// ld is how far apart the rows of an operand with so many columns begin, in elements: of bf16 at multiples of 16 bytes.
func (p Precision) ld(cols int) int {
	if p == BF16 {
		return (cols + 7) &^ 7
	}
	return cols
}

// kernel is the name of a kernel that reads or writes operands.
func (p Precision) kernel(name string) string {
	if p == BF16 {
		return bf16Kernels.of(name)
	}
	return name
}

// longer are names of kernels with something behind, made once: an update makes no string.
type longer map[string]string

func namesWith(suffix string, of ...string) longer {
	n := longer{}
	for _, name := range of {
		n[name] = name + suffix
	}
	return n
}

// of is the longer name of a kernel. There has to be one.
func (n longer) of(name string) string {
	long, ok := n[name]
	if !ok {
		panic("there is no other form of the kernel " + name)
	}
	return long
}

var (
	bf16Kernels = namesWith("_bf16", "dispatch", "combine_backward", "swiglu", "swiglu_backward", "cross_entropy")
	fourKernels = namesWith("_4", "adamw", "muon_scale")
)

// matrix is rows of numbers that begin ld elements apart.
type matrix struct {
	driver.Buffer
	ld int
}
