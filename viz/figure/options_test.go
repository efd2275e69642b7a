package figure

import (
	"bytes"
	"fmt"
	"image/png"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/viz/style"
)

// twoCurves is a figure of two curves.
func twoCurves(t *testing.T) Figure {
	t.Helper()
	f, ok := Curves("x", "Title", "Caption.", Lines{X: "step", Y: "loss", Series: []Series{
		{Name: "Copy", Style: style.At(1), XYer: xys([]float64{1, 2, 3}, []float64{3, 2, 1}), Digits: 2},
		{Name: "SPARKLING", Style: style.At(3), XYer: xys([]float64{1, 3}, []float64{2, 2}), Digits: 2},
	}})
	require.True(t, ok)
	return f
}

var (
	sized   = regexp.MustCompile(`<svg width="([0-9.]+)pt" height="([0-9.]+)pt" viewBox="0 0 ([0-9.]+) ([0-9.]+)"`)
	typed   = regexp.MustCompile(`font-size:([0-9.]+)px`)
	figured = map[For]struct{ width, smallest float64 }{ // both in points
		Page: {720, 9.5}, Column: {234, 7}, Projector: {1200, 18},
	}
)

func TestFigureIsAsLargeAsItIsMeantToBeAndItsTypeToo(t *testing.T) {
	for _, to := range Fors {
		s := svg(t, twoCurves(t).In(Options{For: to}))
		at := sized.FindStringSubmatch(s)
		require.NotNil(t, at, to)
		var n [4]float64
		for i := range n {
			n[i], _ = strconv.ParseFloat(at[i+1], 64)
		}
		assert.InDelta(t, figured[to].width, n[0], 0.5, "width for a %s", to)
		assert.InDelta(t, n[0]/n[2], n[1]/n[3], 1e-3, "nothing is stretched for a %s", to)
		for _, m := range typed.FindAllStringSubmatch(s, -1) {
			size, err := strconv.ParseFloat(m[1], 64)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, size*n[0]/n[2], figured[to].smallest-0.01, "type for a %s", to)
		}
		var b bytes.Buffer
		require.NoError(t, twoCurves(t).In(Options{For: to}).PNG(&b, 96))
		m, err := png.Decode(&b)
		require.NoError(t, err)
		assert.InDelta(t, n[0]*96/72, m.Bounds().Dx(), 1, "the PNG for a %s is as large", to)
	}
}

func TestFigureLeavesItsCaptionToAPaper(t *testing.T) {
	for to, bare := range map[Options]bool{
		{}: false, {For: Projector}: false, {For: Projector, Bare: true}: true, {For: Column}: true,
	} {
		s := svg(t, twoCurves(t).In(to))
		assert.Equal(t, !bare, regexp.MustCompile(`<text[^>]*>Caption\.<`).MatchString(s), "%+v", to)
		assert.Contains(t, s, "<desc>Caption.</desc>", "%+v", to)
	}
}

func TestFigureForASlideIsAsLargeAsItIsToldAndItsTypeIsNot(t *testing.T) {
	small := Options{For: Projector, Bare: true, Width: 800, Height: 480}
	at := sized.FindStringSubmatch(svg(t, twoCurves(t).In(small)))
	require.NotNil(t, at)
	assert.Equal(t, []string{"600", "360"}, at[1:3], "in points")
	was := sized.FindStringSubmatch(svg(t, twoCurves(t).In(Options{For: Projector, Bare: true})))
	var n [4]float64
	for i, s := range []string{at[1], at[3], was[1], was[3]} {
		n[i], _ = strconv.ParseFloat(s, 64)
	}
	assert.InDelta(t, n[2]/n[3], n[0]/n[1], 1e-3, "the scale of the type")
}

func TestOptionThatThereIsNotIsRefusedByName(t *testing.T) {
	var b bytes.Buffer
	for _, o := range []Options{{For: Projector, Width: 199}, {For: Projector, Height: 1921}, {Width: 800}} {
		assert.ErrorContains(t, twoCurves(t).In(o).SVG(&b), "allowed are 200 to 1920, for a projector", "%+v", o)
	}
	err := twoCurves(t).In(Options{For: "wall"}).SVG(&b)
	assert.EqualError(t, err, `figure: for is "wall"; allowed are page, column, projector`)
	err = twoCurves(t).In(Options{Theme: "pink"}).PNG(&b, 96)
	assert.EqualError(t, err, `figure: theme is "pink"; allowed are light, dark`)
	assert.Zero(t, b.Len())
}

func TestWhatIsReadOnWhiteIsReadInTheDark(t *testing.T) {
	light, dark := svg(t, twoCurves(t)), svg(t, twoCurves(t).In(Options{Theme: Dark}))
	assert.Equal(t, len(typed.FindAllString(light, -1)), len(typed.FindAllString(dark, -1)), "nothing else is drawn")
	assert.NotContains(t, dark, "#FFFFFF")
	assert.Contains(t, dark, fmt.Sprintf("fill:#%02X", OnDark(paper).R))
}
