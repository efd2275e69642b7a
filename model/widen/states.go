package widen

import "github.com/sparkling-lab/sparkling/model"

// States are the optimizer's states after the widening, old ones in the order of [m, v]: [Plan.State] of every matrix.
func (p *Plan) States(old ...model.Values) []model.Values {
	now := make([]model.Values, len(old))
	for k, s := range old {
		now[k] = model.NewValues(p.To)
		for i, t := range p.From.Tensors {
			for e := range t.Experts {
				p.State(i, now[k].Expert(i, e), s.Expert(i, e), k+1)
			}
		}
	}
	return now
}

// State widens the optimizer's state of one matrix of a tensor of the table from src to dst, which is all zeros at
// first. Scaled treatments multiply by the factor of the weight to the given power: 1 for m, 2 for v.
func (p *Plan) State(tensor int, dst, src []float32, power int) {
	from, to := p.From.Tensors[tensor], p.To.Tensors[tensor]
	switch p.Spec.OptState {
	case Asymmetric, AsymmetricScaled:
		asymmetricReset(dst, src, to.Cols.Size, from.Cols.Size)
	case Copy, CopyScaled:
		copyState(dst, src, to.Cols.Size, from.Cols.Size, p.axes[from.Rows.Axis])
	}
	scaled := p.Spec.OptState == CopyScaled || p.Spec.OptState == AsymmetricScaled
	if scaled && from.Kind == model.Matrix && to.Cols.Size > from.Cols.Size {
		scaleState(dst, p.axes[from.Cols.Axis].factor, power)
	}
}

// asymmetricReset is S' = [S, 0]: the old block of dst, whose rows have wide elements, gets the state src, whose rows
// have cols, and all new rows and columns stay zero (Eq. 24). Originals and copies then get different updates from
// equal gradients.
func asymmetricReset(dst, src []float32, wide, cols int) {
	for i := range len(src) / cols {
		copy(dst[i*wide:], src[i*cols:(i+1)*cols])
	}
}

// copyState is S' = [S, S]: every new coordinate has the state of its original.
func copyState(dst, src []float32, wide, cols int, up axisPlan) {
	old := len(src) / cols
	for i := range len(dst) / wide {
		o := i
		if i >= old {
			o = up.origin[i]
		}
		row, from := dst[i*wide:(i+1)*wide], src[o*cols:(o+1)*cols]
		for at := 0; at < wide; at += cols {
			copy(row[at:], from) // copies are cyclic
		}
	}
}

// scaleState multiplies every column by its weights' factor, power times.
func scaleState(state, factor []float32, power int) {
	for at := 0; at < len(state); at += len(factor) {
		for j, f := range factor {
			for range power {
				state[at+j] *= f
			}
		}
	}
}
