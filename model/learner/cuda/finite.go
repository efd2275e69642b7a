package cuda

import (
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// named is numbers with the name that they have where one of them is not finite.
type named struct {
	name string
	driver.Buffer
}

// flagCount is how many matrices are looked through at once: all of a quantity.
func flagCount(t *model.Table) (n int) {
	for _, x := range t.Tensors {
		n += x.Experts
	}
	return max(n, t.Config.Layers+2)
}

// notFinite names what first holds a NaN or an infinity: of the weights; where the loss is no number of left, which is
// what the last forward pass left, in its order; of the gradients, which come into being from the last tensor on; and
// of the moments. It is empty where all is finite.
func (o *optimizer) notFinite(loss float64, left []named) (string, error) {
	if name, err := o.notFiniteIn(model.Weight); name != "" || err != nil {
		return name, err
	}
	if !model.Finite(loss) {
		name, err := o.firstNotFinite(left)
		if name == "" {
			name = "a loss"
		}
		return name, err
	}
	for _, q := range []model.Quantity{model.Gradient, model.Moment1, model.Moment2} {
		if name, err := o.notFiniteIn(q); name != "" || err != nil {
			return "the " + q.String() + " of " + name, err
		}
	}
	return "", nil
}

// notFiniteIn is the name of the first matrix of a quantity that is not finite.
func (o *optimizer) notFiniteIn(q model.Quantity) (string, error) {
	tensors := o.values.table.Tensors
	if q == model.Gradient {
		tensors = slices.Clone(tensors)
		slices.Reverse(tensors)
	}
	at := 0
	o.dev.Zero(o.flags)
	for _, x := range tensors {
		if o.values.there(q, x.Index) {
			o.look(at, o.values.whole(q, x.Index), x.Experts)
		}
		at += x.Experts
	}
	flags := make([]int32, at)
	if err := driver.Get(o.dev, flags, o.flags); err != nil {
		return "", err
	}
	at = slices.Index(flags, 1)
	for _, x := range tensors {
		if at >= 0 && at < x.Experts {
			return x.Name(at), nil
		}
		at -= x.Experts
	}
	return "", nil
}

// firstNotFinite is the name of the first that is not finite, of no more than there are layers and two.
func (o *optimizer) firstNotFinite(of []named) (string, error) {
	o.dev.Zero(o.flags)
	for i, x := range of {
		o.look(i, x.Buffer, 1)
	}
	flags := make([]int32, len(of))
	if err := driver.Get(o.dev, flags, o.flags); err != nil {
		return "", err
	}
	if i := slices.Index(flags, 1); i >= 0 {
		return of[i].name, nil
	}
	return "", nil
}

// look sets flags, from one on, of matrices that are not finite.
func (o *optimizer) look(flag int, x driver.Buffer, matrices int) {
	n := x.Len() / matrices
	o.launch("not_finite", driver.Grid{partsOf(n, squaresPart), matrices, 1}, 256, 0,
		o.dev.Args().Buf(o.flags.From(flag), x).Wide(int64(n)))
}
