package model

import "math/rand/v2"

// Init draws fresh weights: normal with standard deviation InitStd, norm weights 1, biases 0. The same seed gives the
// same bits.
func Init(c Config, seed uint64) Values {
	v := NewValues(NewTable(c))
	_ = Draw(v.Table, seed, func(tensor, expert int, matrix []float32) error {
		copy(v.Expert(tensor, expert), matrix)
		return nil
	})
	return v
}

// Draw draws the weights of [Init] matrix by matrix, in the order of the table, and hands each to f, which does not
// keep it. It ends with the first error of f.
func Draw(t *Table, seed uint64, f func(tensor, expert int, matrix []float32) error) error {
	rng := rand.New(rand.NewPCG(seed, 0x1417))
	var matrix []float32
	for i, x := range t.Tensors {
		matrix = append(matrix[:0], make([]float32, x.Rows.Size*x.Cols.Size)...)
		for e := range x.Experts {
			for j := range matrix {
				switch x.Kind {
				case NormWeight:
					matrix[j] = 1
				case Bias:
				default:
					matrix[j] = float32(rng.NormFloat64() * t.Config.InitStd)
				}
			}
			if err := f(i, e, matrix); err != nil {
				return err
			}
		}
	}
	return nil
}
