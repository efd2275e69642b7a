package trial

import (
	"context"
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// How far a device may be from the CPU, as fractions: of the loss, and of the L2 norm of a tensor's first gradient. In
// bf16 every operand of a product is rounded to 8 bits, 0.4 % at most.
var tolerances = [...]struct{ loss, gradient float64 }{
	cuda.Float32: {1e-4, 1e-3}, cuda.BF16: {1e-2, 5e-2},
}

const (
	checkUpdates = 3
	checkRate    = 1e-3
)

// check holds a device against the plain engine of the CPU, from the same weights on the same data.
func (t *trial) check(ctx context.Context, p *Part) error {
	for _, precision := range precisions {
		for _, kind := range optim.Kinds {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.compare(p, precision, kind); err != nil {
				return fmt.Errorf("%s, %s: %w", precision, kind, err)
			}
		}
	}
	return nil
}

func (t *trial) compare(p *Part, precision cuda.Precision, kind optim.Kind) (err error) {
	n := t.Sizes.Small
	if precision == cuda.BF16 {
		n.TopK = n.Experts // so that no rounding chooses another expert
	}
	want, err := begin(cpu.Factory{}, n, kind, checkRate)
	if err != nil {
		return err
	}
	defer closed(want, &err)
	got, err := begin(t.engines[precision], n, kind, checkRate)
	if err != nil {
		return err
	}
	defer closed(got, &err)
	worst := struct{ loss, gradient float64 }{}
	tensor := ""
	for i := range checkUpdates {
		a, err := want.update()
		if err != nil {
			return err
		}
		b, err := got.update()
		if err != nil {
			return err
		}
		for _, x := range [][2]float64{{b.CE, a.CE}, {b.Aux, a.Aux}, {b.ZLoss, a.ZLoss}, {b.GradNorm, a.GradNorm}} {
			worst.loss = max(worst.loss, off(x[0], x[1])) // not a number where one is none
		}
		if i > 0 {
			continue // later ones part through the optimizer's start
		}
		if worst.gradient, tensor, err = gradients(got, want); err != nil {
			return err
		}
	}
	of, allowed := fmt.Sprintf("%s, %s", precision, kind), tolerances[precision]
	p.add(Row{What: of + ": losses off", Value: worst.loss, Note: fmt.Sprintf("allowed %g", allowed.loss)})
	p.add(Row{What: of + ": first gradients off", Value: worst.gradient,
		Note: fmt.Sprintf("allowed %g; most in %s", allowed.gradient, tensor)})
	if !(worst.loss <= allowed.loss && worst.gradient <= allowed.gradient) {
		return fmt.Errorf("the device is further from the CPU than allowed: losses %.2g of %g, gradients %.2g of %g",
			worst.loss, allowed.loss, worst.gradient, allowed.gradient)
	}
	return nil
}

// gradients is how far those of a learner are from another's, and in which tensor most.
func gradients(got, want learner.Learner) (worst float64, tensor string, err error) {
	a, err := read(want, model.Gradient)
	if err != nil {
		return 0, "", err
	}
	b, err := read(got, model.Gradient)
	if err != nil {
		return 0, "", err
	}
	for i, x := range a.Table.Tensors {
		if off := away(b.Tensor(i), a.Tensor(i)); !(off <= worst) {
			if worst, tensor = off, x.Name(0); math.IsNaN(off) {
				break
			}
		}
	}
	return worst, tensor, nil
}

// off is how far a number is from another, as a fraction of that.
func off(got, want float64) float64 {
	if got == want {
		return 0
	}
	return max(got-want, want-got) / max(want, -want)
}

// closed closes a learner, and makes its error that of the function, unless there is one.
func closed(l learner.Learner, err *error) {
	if e := l.Close(); *err == nil {
		*err = e
	}
}
