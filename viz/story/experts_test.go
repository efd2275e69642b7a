package story

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// routings are a run of the languages that is over, in which every expert of an arm gets a share of half of the
// languages, in thousandths, and the rest of the others.
func routings(t *testing.T, thousandths ...int32) (panel.State, *record.Record) {
	t.Helper()
	s, r := counts(t, "languages", 1000)
	c, classes := r.Experiment.Model, len(r.Experiment.Task.Classes())
	for arm, share := range thousandths {
		f := record.ArmFrame{Step: s.Step, Router: make([]float32, c.Layers*c.Experts)}
		for i := range c.Layers * c.Experts {
			for class := range classes {
				n := share
				if class%2 != i%2 {
					n = 1000 - share
				}
				f.Gets = append(f.Gets, n)
			}
		}
		r.Tracks[arm] = []record.ArmFrame{f}
		s.Arms[arm].FullValLoss = "1"
	}
	return s, r
}

// The lesson says that experts divide the languages only where they do, and that they hardly do only where they hardly
// do; never both, and of what was not measured neither.
func TestTheLessonOfExpertsSaysWhatWasMeasured(t *testing.T) {
	const hardly, does, nearer, few = "hardly divide the languages", "do divide the languages",
		"“Much of some” is nearer", "“Half of every one” is nearer"
	l := Named("experts")
	for _, x := range []struct {
		shares        []int32
		number        string
		divided, copy bool
	}{
		{[]int32{500, 500, 500, 500}, "0.00", false, false},
		{[]int32{600, 600, 600, 600}, "0.03", false, false},
		{[]int32{745, 745, 745, 745}, "0.18", false, false},
		{[]int32{755, 755, 755, 755}, "0.20", true, true},
		{[]int32{600, 1000, 600, 600}, "1.00", true, true},
		{[]int32{600, 600, 600, 900}, "0.03", true, false},
	} {
		s, r := routings(t, x.shares...)
		end, gets := told(l, "end", s, r), told(l, "gets", s, r)
		assert.Contains(t, end, "Copy "+x.number)
		assert.Contains(t, gets, "is "+x.number+",")
		assert.Equal(t, []bool{x.divided, !x.divided, x.divided, !x.divided}, []bool{strings.Contains(end, does),
			strings.Contains(end, hardly), strings.Contains(end, nearer), strings.Contains(end, few)}, "%v", x)
		assert.Equal(t, []bool{x.copy, !x.copy}, []bool{strings.Contains(gets, does), strings.Contains(gets, hardly)},
			"%v", x)
	}
	s, r := routings(t, 1000, 1000, 1000) // the last was not measured
	for _, said := range []string{does, hardly, nearer, few} {
		assert.NotContains(t, told(l, "end", s, r), said)
	}
	s, r = routings(t, 1000)
	assert.NotContains(t, told(l, "gets", s, r), "divide the languages")
}
