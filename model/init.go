package model

import "math/rand/v2"

// Init draws fresh weights: normal with standard deviation InitStd, norm weights 1, biases 0. The same seed gives the
// same bits.
func Init(c Config, seed uint64) Values {
	v := NewValues(NewTable(c))
	rng := rand.New(rand.NewPCG(seed, 0x1417))
	for i, t := range v.Table.Tensors {
		data := v.Tensor(i)
		for j := range data {
			switch t.Kind {
			case NormWeight:
				data[j] = 1
			case Bias:
			default:
				data[j] = float32(rng.NormFloat64() * c.InitStd)
			}
		}
	}
	return v
}
