package pairs

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/widen"
)

func TestProbesMeasureFewerPairsWhereTheyWouldCostTooMuch(t *testing.T) {
	c := model.Config{
		Vocab: 80, Hidden: 32, Layers: 2, Heads: 4, KVHeads: 2, HeadDim: 8, Experts: 4, TopK: 2, Inner: 16,
	}
	// both axes
	cost := func(c model.Config, batch, seq int) float64 { return model.Count(c, batch, seq).FLOPs * share / 2 }
	for _, axis := range []model.Axis{model.Inner, model.Hidden} {
		table := model.NewTable(c)
		assert.GreaterOrEqual(t, affordable(table, axis, cost(c, 8, 64)), 32,
			"all pairs of the default experiment, axis %s", axis)
		wide := c
		wide.Hidden, wide.Inner, wide.Experts = 256, 256, 64
		table = model.NewTable(wide)
		assert.Equal(t, few, affordable(table, axis, cost(wide, 1, 16)), "many experts and few tokens, axis %s", axis)
		assert.Equal(t, Most, affordable(table, axis, cost(wide, 64, 256)), "the same with many tokens, axis %s", axis)
	}
	pairs := make([]widen.Pair, 40)
	for i := range pairs {
		pairs[i] = widen.Pair{Orig: i, Copy: 40 + i}
	}
	some := evenly(pairs, 16)
	assert.Len(t, some, 16)
	assert.Equal(t, 0, some[0].Orig)
	assert.Greater(t, some[15].Orig, 35, "spread evenly")
	assert.Equal(t, pairs, evenly(pairs, 64))
}

func TestPairsAreComparedInAllTheirParts(t *testing.T) {
	a, b := []float32{1, -2, 3, 4, 0.5}, []float32{2, -2, 1, 0, 0.25}
	var want Sums
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		want = Sums{want.AA + x*x, want.BB + y*y, want.AB + x*y, want.DD + (x-y)*(x-y), true}
	}
	var row, column, same Sums
	row.add(a, b, 5, 1)
	assert.Equal(t, want, row, "whole numbers and halves: no sum is rounded")
	matrix := make([]float32, 15) // a and b are columns 0 and 2
	for i := range a {
		matrix[3*i], matrix[3*i+2] = a[i], b[i]
	}
	column.add(matrix, matrix[2:], 2, 3)
	column.add(matrix[6:], matrix[8:], 3, 3)
	assert.Equal(t, want, column)
	same.add(a, a, 5, 1)
	assert.Equal(t, Stat{1, 0, Locked}, same.Stat())
}

func TestStateOfAPairIsWhatItsBitsSay(t *testing.T) {
	nan, inf, negative := float32(math.NaN()), float32(math.Inf(1)), float32(math.Copysign(0, -1))
	const tiny, huge = math.SmallestNonzeroFloat32, math.MaxFloat32
	for name, c := range map[string]struct {
		a, b      []float32
		want      State
		cos, dist bool // whether there is one
	}{
		"equal":                        {[]float32{1, -2, 3}, []float32{1, -2, 3}, Locked, true, true},
		"equal and as small as can be": {[]float32{tiny, 0, 0}, []float32{tiny, 0, 0}, Locked, true, true},
		"equal and as large as can be": {[]float32{huge, huge, -huge}, []float32{huge, huge, -huge}, Locked,
			true, true},
		"two vectors of zeros": {[]float32{0, 0, 0}, []float32{0, 0, 0}, Locked, false, false},
		"zeros of another sign": {[]float32{0, 0, 0}, []float32{0, negative, 0}, OneZero,
			false, false},
		"a zero of another sign": {[]float32{0, 1, 0}, []float32{negative, 1, 0}, Apart, true, true},
		"one bit": {[]float32{1, 2, 3}, []float32{1, 2, math.Nextafter32(3, 4)}, Apart,
			true, true},
		"a difference as small as can be": {[]float32{0, 1, tiny}, []float32{0, 1, 2 * tiny}, Apart,
			true, true},
		"one that no float32 distance can tell": {[]float32{huge, 0, tiny}, []float32{huge, 0, 0}, Apart, true, true},
		"opposite":                              {[]float32{1, 2, 3}, []float32{-1, -2, -3}, Apart, true, true},
		"one of them zero":                      {[]float32{1, 2, 3}, []float32{0, 0, 0}, OneZero, false, true},
		"the same NaN in both":                  {[]float32{1, nan, 3}, []float32{1, nan, 3}, Diverged, false, false},
		"NaN in all of both": {[]float32{nan, nan, nan}, []float32{nan, nan, nan}, Diverged,
			false, false},
		"NaN in one":                {[]float32{1, 2, 3}, []float32{1, 2, nan}, Diverged, false, false},
		"the same infinity in both": {[]float32{inf, 2, 3}, []float32{inf, 2, 3}, Diverged, false, false},
		"infinities that differ": {[]float32{inf, 2, 3}, []float32{-inf, 2, 3}, Diverged,
			false, false},
		"an infinity beside zeros, and only that": {[]float32{inf, 0, 0}, []float32{0, 0, 0}, Diverged, false, false},
	} {
		for _, swapped := range []bool{false, true} {
			if swapped {
				c.a, c.b = c.b, c.a
			}
			var row, column Sums
			row.add(c.a, c.b, 3, 1)
			matrix := make([]float32, 6)
			for i := range c.a {
				matrix[2*i], matrix[2*i+1] = c.a[i], c.b[i]
			}
			column.add(matrix, matrix[1:], 3, 2)
			for _, s := range []Sums{row, column} {
				st := s.Stat()
				assert.Equal(t, c.want, st.State, "%s: %v", name, st.State)
				assert.Equal(t, c.cos, model.Finite(st.Cos), "%s: cosine %v", name, st.Cos)
				assert.Equal(t, c.dist, model.Finite(st.Dist), "%s: distance %v", name, st.Dist)
			}
		}
	}
}

func TestSummaryMeansAreOfWhatIsFiniteAndItsWordsAreNeverNaN(t *testing.T) {
	nan := float32(math.NaN())
	f := func(stats ...Stat) []Group {
		g := Group{}
		g.Stats[model.Weight] = stats
		return []Group{g}
	}
	apart, zeros := Stat{0.5, 1, Apart}, Stat{nan, nan, Locked}
	bare, lost, old := Stat{nan, math.Sqrt2, OneZero}, Stat{nan, nan, Diverged}, Stat{nan, nan, Unknown}
	for _, c := range []struct {
		groups []Group
		cosine string
		all    State
	}{
		{f(apart, apart), "0.500", Apart}, {f(apart, zeros), "0.500", States}, {f(zeros, zeros), "none", Locked},
		{f(bare), "none", OneZero}, {f(Stat{1, 0, Locked}), "1.000", Locked},
		{f(Stat{0.9998, 0.1, Apart}), "0.9998", Apart}, {f(Stat{0.999999, 0.1, Apart}), "≈ 1", Apart},
		{f(apart, lost), "diverged", States}, {f(lost, lost), "diverged", Diverged}, {f(old), "not told", Unknown},
		{f(), "none", States},
	} {
		s := Summarize(c.groups, model.Weight)
		assert.Equal(t, c.cosine, s.Cosine(3))
		for state := range States {
			assert.Equal(t, state == c.all, s.All(state), "%v: all %v", c.groups, state)
		}
	}
	mixed := f(apart, Stat{float32(math.Inf(1)), nan, Diverged})
	s := Summarize(mixed, model.Weight)
	assert.Equal(t, []float64{0.5, 1}, []float64{s.Cos, s.Dist})
	assert.Equal(t, [States]int{Apart: 1, Diverged: 1}, s.In)
}
