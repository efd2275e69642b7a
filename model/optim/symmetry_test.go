package optim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
)

// Eq. 21–23: Muon makes of a momentum whose halves are equal an update whose halves are equal, side by side and one
// under the other, also where the matrix is transposed on the way. Here that holds to the bit, so that Muon does not
// break the lock by rounding.
func TestMuonsStepOfEqualHalvesHasEqualHalves(t *testing.T) {
	for _, eng := range []compute.Engine{compute.Reference{}, compute.NewCPU()} {
		for _, shape := range [][2]int{{6, 5}, {16, 12}, {7, 40}, {40, 7}} {
			rows, cols := shape[0], shape[1]
			rng := rand.New(rand.NewPCG(1, uint64(rows)))
			half := make([]float32, rows*cols)
			for i := range half {
				half[i] = float32(rng.NormFloat64())
			}
			beside, under := make([]float32, 2*rows*cols), append(append([]float32(nil), half...), half...)
			for i := range rows {
				copy(beside[2*i*cols:], half[i*cols:(i+1)*cols])
				copy(beside[(2*i+1)*cols:], half[i*cols:(i+1)*cols])
			}
			var ns newtonSchulz
			ns.fit(2*rows, cols)
			ns.fit(rows, 2*cols)
			ns.orthogonalize(eng, beside, rows, 2*cols)
			ns.orthogonalize(eng, under, 2*rows, cols)
			for i := range rows {
				for j := range cols {
					what := fmt.Sprintf("%s, %d x %d, row %d, column %d", eng.Name(), rows, cols, i, j)
					equal(t, what+", [A, A]", beside[2*i*cols+j], beside[(2*i+1)*cols+j])
					equal(t, what+", [A; A]", under[i*cols+j], under[(rows+i)*cols+j])
				}
			}
		}
	}
}

// A whole update, of AdamW or of Muon, keeps equal halves of a weight equal where gradients and states have equal
// halves, and parts them where one half's state is empty.
func TestUpdateKeepsEqualHalvesEqualUnlessTheirStatesDiffer(t *testing.T) {
	c := model.Config{Vocab: 5, Hidden: 12, Layers: 1, Heads: 2, KVHeads: 1, HeadDim: 2, Experts: 2, TopK: 1, Inner: 16}
	table := model.NewTable(c)
	up := table.Tensors[table.Find(model.Up, 0)] // (16, 12): rows 8 and after are copies of rows 0 to 7
	size := c.Hidden * c.Inner / 2
	halves := func(seed uint64, copied bool) model.Values {
		rng, v := rand.New(rand.NewPCG(seed, 7)), model.NewValues(table)
		for e := range up.Experts {
			data := v.Expert(up.Index, e)
			for i := range size {
				data[i] = float32(rng.NormFloat64())
				data[size+i] = data[i]
				if !copied {
					data[size+i] = 0
				}
			}
		}
		return v
	}
	square := func(v model.Values) model.Values {
		for i, x := range v.Data {
			v.Data[i] = x * x
		}
		return v
	}
	for _, kind := range Kinds {
		for _, copied := range []bool{true, false} {
			weights, grads := halves(1, true), halves(2, true)
			m, v := halves(3, copied), square(halves(4, copied))
			conf := Config{Kind: kind, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95}
			o := New(conf, compute.NewCPU(), model.NewGrowth(c), m, v, 10)
			o.Step(weights, grads, []float64{0.01})
			parted := 0
			for i, x := range weights.Expert(up.Index, 1)[:size] {
				if y := weights.Expert(up.Index, 1)[size+i]; math.Float32bits(x) != math.Float32bits(y) {
					parted++
				}
			}
			switch {
			case copied && parted > 0:
				t.Errorf("%s: %d of %d elements differ from their copies although gradients and states were equal.",
					kind, parted, size)
			case !copied && parted < size*9/10:
				t.Errorf("%s: only %d of %d elements parted from copies whose states were empty.", kind, parted, size)
			}
		}
	}
}

func equal(t *testing.T, what string, a, b float32) {
	t.Helper()
	if math.Float32bits(a) != math.Float32bits(b) {
		t.Fatalf("%s: the halves of the update are %g and %g", what, a, b)
	}
}
