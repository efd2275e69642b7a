package viz

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// grids are the rows of so many layers and experts with n pairs each.
func grids(layers, experts, n int) (out []row) {
	for k := range layers * experts {
		out = append(out, row{k / experts, k % experts, experts, n})
	}
	return out
}

func TestRowsFitTheirColumnWhateverTheNetwork(t *testing.T) {
	for _, c := range []struct {
		name       string
		rows       []row
		w, h       float64
		columns    int
		cells      bool
		least      float64 // width of a pair
		leastLines int
	}{
		{"the default experiment", grids(2, 4, 16), 107, 318, 3, false, 6, 1},
		{"six init pairs", grids(2, 4, 16), 65, 304, 6, false, 4, 1},
		{"six init pairs on a phone", grids(2, 4, 16), 46, 250, 6, false, 4, 2},
		{"one row", []row{{-1, -1, 1, 32}}, 225, 318, 2, false, 15, 4},
		{"a dense network", grids(2, 1, 32), 225, 318, 2, false, 15, 3},
		{"6 layers x 8 experts", grids(6, 8, 16), 143, 318, 3, true, 6, 1},
		{"12 x 32", grids(12, 32, 16), 143, 318, 3, true, 6, 1},
		{"24 x 64, 64 pairs each", grids(24, 64, 64), 143, 318, 8, true, 1, 1},
		{"hardly a window", grids(2, 4, 16), -20, -40, 3, true, 0, 1},
		{"a phone", grids(12, 32, 16), 106, 240, 3, true, 4, 1},
	} {
		l := layOut(c.w, c.h, c.rows, c.columns)
		assert.Equal(t, c.cells, l.cells, c.name)
		shown, pairs := 0, 0
		for k := 0; k < len(c.rows); k += l.every {
			shown, pairs = shown+1, pairs+c.rows[k].n*c.columns
		}
		assert.LessOrEqual(t, float64(shown)*l.slot, max(c.h, 1)+1e-9, "%s: rows stay inside", c.name)
		assert.LessOrEqual(t, pairs, mostCells+c.columns*64, "%s: the picture stays cheap", c.name)
		if !l.cells {
			assert.LessOrEqual(t, pairs, mostDots, c.name)
		}
		lines := l.lines(c.rows[0].n)
		assert.GreaterOrEqual(t, lines, c.leastLines, c.name)
		assert.GreaterOrEqual(t, l.width*float64(lines)/float64(c.rows[0].n), c.least, c.name)
		if l.named == 0 {
			assert.GreaterOrEqual(t, l.slot, float64(nameHeight), "%s: names do not cover each other", c.name)
		} else {
			layer := l.slot * float64(max(c.rows[0].experts/l.every, 1)) * float64(l.named)
			assert.GreaterOrEqual(t, layer, float64(nameHeight)-1e-9,
				"%s: names of layers do not cover each other", c.name)
		}
		assert.Equal(t, l.every > 1, fmt.Sprintf(" One of %d experts is shown.", l.every) == suffix(l.how("x", "y"),
			l.every), c.name)
	}
}

func suffix(s string, every int) string {
	return s[max(0, len(s)-len(fmt.Sprintf(" One of %d experts is shown.", every))):]
}

func TestCaptionsSayWhatIsPaired(t *testing.T) {
	for name, want := range map[string]string{
		"default":      "a neuron and its copy",
		"norm-weights": "a residual channel and its copy",
		"signal":       "a neuron or residual channel and its copy, or the new one beside it",
		"pairs":        "a neuron and its copy, or the new one beside it",
		"dynamics":     "a neuron and its copy, or the new one beside it",
	} {
		e, err := experiment.Named(name)
		require.NoError(t, err)
		assert.Equal(t, want, members(e), name)
	}
	random, err := experiment.Named("pairs")
	require.NoError(t, err)
	random.Arms = random.Arms[1:3]
	assert.Equal(t, "a neuron and the new one beside it", members(random))
	assert.Equal(t, "stream", row{layer: -1}.name())
	assert.Equal(t, "L2", row{layer: 1, experts: 1}.name())
	assert.Equal(t, "L2 E3", row{layer: 1, expert: 2, experts: 4}.name())
}

func TestHeadsThatDifferAreToldApart(t *testing.T) {
	measure := func(s string) float64 { return 6 * float64(utf8.RuneCountInString(s)) }
	for _, b := range experiment.Builtins() {
		var names []string
		for _, a := range b.Arms {
			names = append(names, a.Name)
		}
		for width := 44.0; width < 200; width += 3 {
			heads, seen := headings(names, width-headIndent, width, measure), map[[2]string]string{}
			for i, h := range heads {
				assert.Equal(t, heads[0][0] == "", h[0] == "", "names stand beside all marks, or beside none")
				assert.True(t, h[0] == "" || seen[h] == "", "%s and %s at %v", seen[h], names[i], width)
				seen[h] = names[i]
				assert.LessOrEqual(t, measure(h[0]), width-headIndent, names[i])
				assert.LessOrEqual(t, measure(h[1]), width, names[i])
				if h[0] == "" {
					continue
				}
				begin := strings.TrimSuffix(strings.TrimSpace(h[0]+" "+h[1]), "…")
				assert.Regexp(t, "^"+regexp.QuoteMeta(begin)+"(,|$| )", names[i], "words are whole")
			}
		}
	}
	assert.Equal(t, [][2]string{{"Asymmetric", "reset"}, {"Copy", ""}},
		headings([]string{"Asymmetric reset", "Copy"}, 60, 73, measure))
	assert.Equal(t, [][2]string{{"Asymmetric…", ""}, {"Copy", ""}},
		headings([]string{"Asymmetric everythings", "Copy"}, 66, 62, measure))
	assert.Equal(t, [][2]string{{}, {}}, headings([]string{"Random-random", "Copy"}, 48, 60, measure), "marks only")
	assert.Equal(t, [][2]string{{}, {}},
		headings([]string{"Faster decaying, 25 %", "Faster decaying, 50 %"}, 44, 57, measure), "not told apart")
}

func TestTheWideningIsToldOfTheShownStep(t *testing.T) {
	r := recorded(t)
	first, ok := r.ReportAt(1, 30)
	require.True(t, ok)
	r.Reports = append(r.Reports, record.Report{Arm: 1, Step: 40, ValLossAfter: 9})
	now, _ := r.ReportAt(1, 50)
	assert.Equal(t, float32(9), now.ValLossAfter)
	then, _ := r.ReportAt(1, 39)
	assert.Equal(t, first, then, "scrubbed back between two widenings the first one is shown")
	_, ok = r.ReportAt(1, first.Step-1)
	assert.False(t, ok)
}

func TestADifferenceThatIsNoneHasNoSign(t *testing.T) {
	assert.Equal(t, []string{"0.000", "0.000", "-0.001", "+0.061"},
		[]string{signed(-0.0004), signed(0.0004), signed(-0.0006), signed(0.061)})
}
