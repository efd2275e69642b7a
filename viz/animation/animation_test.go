package animation

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kettek/apng"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/facts"
	"github.com/sparkling-lab/sparkling/viz/figure"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// asked is a record in which facts are counted at some steps: of the trunk until its arms part, and then of all.
func asked(t *testing.T, letters int, steps ...int) *record.Record {
	t.Helper()
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e.Task.Letters = letters
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	nan := float32(math.NaN())
	for _, step := range steps {
		for i := range e.Arms {
			if i != e.Trunk() && step <= e.Fork() {
				continue
			}
			f := record.ArmFrame{Arm: i, Step: step, Asked: letters * letters, ValLoss: 2, FullValLoss: nan}
			rng := rand.New(rand.NewPCG(uint64(i), uint64(step)))
			for range f.Asked {
				a := record.Answer{Sure: uint8(rng.IntN(256)), Right: rng.IntN(1500) < step}
				if f.Answers = append(f.Answers, a); a.Right {
					f.Right++
				}
			}
			if step == e.Steps {
				f.FullValLoss = 2
			}
			r.Tracks[i] = append(r.Tracks[i], f)
		}
	}
	return r
}

// played are the pictures that an animated PNG shows one after another.
func played(t *testing.T, a Animation) (out []*image.RGBA, of apng.APNG) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, a.APNG(&b))
	of, err := apng.DecodeAll(&b)
	require.NoError(t, err)
	for i, f := range of.Frames {
		at := f.Image.Bounds()
		now := image.NewRGBA(of.Frames[0].Image.Bounds())
		if i > 0 {
			require.Equal(t, byte(apng.BLEND_OP_OVER), f.BlendOp)
			copy(now.Pix, out[i-1].Pix)
		}
		require.Equal(t, byte(apng.DISPOSE_OP_NONE), f.DisposeOp)
		to := at.Add(image.Pt(f.XOffset, f.YOffset))
		require.True(t, to.In(now.Rect), "picture %d", i)
		draw.Draw(now, to, f.Image, at.Min, draw.Over)
		out = append(out, now)
	}
	return out, of
}

// coloured is how many cells of a table are in a picture as those that are known.
func (f *filling) coloured(m image.Image, x, y float64) (n int) {
	side := f.rec.Experiment.Task.Side()
	for fact := range side * side {
		at := func(v float64, k int) int { return int((v + f.pitch*(float64(k)+0.4)) * density) }
		if color.RGBAModel.Convert(m.At(at(x, fact%side), at(y+naming, fact/side))) != style.Hole {
			n++
		}
	}
	return n
}

// Who counts the cells of a picture finds what was measured.
func TestAPictureHasACellInColourForEachFactThatIsKnown(t *testing.T) {
	r := asked(t, 9, 0, 100, 300, 325, 1000)
	a, ok := Facts(r)
	require.True(t, ok)
	pictures, of := played(t, a)
	assert.Equal(t, uint(1), of.LoopCount, "it is played once")
	require.Len(t, pictures, 3+slides+2)
	w, h := a.Size()
	assert.Equal(t, image.Rect(0, 0, w*density, h*density), pictures[0].Rect)
	f := newFilling(r, counted(r))
	for k, step := range map[int]int{0: 0, 1: 100, 2: 300, 3 + slides: 325, 4 + slides: 1000} {
		for _, table := range facts.Tables(r, step) {
			x, y := f.place(table.Arms[0])
			if table.Shared() {
				x, y = f.middle()
			}
			assert.Equal(t, table.Known, f.coloured(pictures[k], x, y), "step %d, arms %v", step, table.Arms)
		}
	}
	for arm := range r.Experiment.Arms { // where they part all are alike
		x, y := f.place(arm)
		assert.Equal(t, f.coloured(pictures[2], first(f.middle()), second(f.middle())),
			f.coloured(pictures[2+slides], x, y))
	}
}

func first(x, _ float64) float64  { return x }
func second(_, y float64) float64 { return y }

// The still is the last picture, moves nothing, and has the size of the animation.
func TestTheStillIsTheEnd(t *testing.T) {
	for _, r := range []*record.Record{asked(t, 6, 0, 300, 325), parted(t, 3)} {
		for _, theme := range figure.Themes {
			for _, a := range All(r, theme) {
				var b bytes.Buffer
				require.NoError(t, a.Still(&b))
				assert.NotContains(t, b.String(), "acTL", "no animation")
				m, err := png.Decode(&b)
				require.NoError(t, err)
				pictures, _ := played(t, a)
				still := image.NewRGBA(m.Bounds())
				draw.Draw(still, still.Rect, m, image.Point{}, draw.Src)
				assert.True(t, bytes.Equal(pictures[len(pictures)-1].Pix, still.Pix), "%s, %s", a.Name, theme)
				assert.Zero(t, still.RGBAAt(0, 0).A, "a card with round corners")
			}
		}
	}
}

// In the dark the same is drawn: every colour becomes another one.
func TestADarkAnimationShowsTheSame(t *testing.T) {
	r := asked(t, 6, 0, 300, 325)
	light, _ := played(t, All(r, figure.Light)[0])
	dark, _ := played(t, All(r, figure.Dark)[0])
	require.Len(t, dark, len(light))
	for k := range light {
		becomes := map[color.RGBA]color.RGBA{}
		for at := 0; at < len(light[k].Pix); at += 4 {
			l, d := pixel(light[k].Pix[at:]), pixel(dark[k].Pix[at:])
			if old, there := becomes[l]; there && old != d {
				require.Fail(t, "one colour becomes two", "picture %d: %v becomes %v and %v", k, l, old, d)
			}
			becomes[l] = d
		}
		assert.Less(t, becomes[paper].R, uint8(0x40))
	}
}

func pixel(p []byte) color.RGBA { return color.RGBA{p[0], p[1], p[2], p[3]} }

// parted is a record of a widening at whose end the pairs of the first arm are locked and those of the second are not.
func parted(t *testing.T, each int) *record.Record {
	t.Helper()
	e, err := experiment.Named("lock")
	require.NoError(t, err)
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	for i := range e.Arms {
		for step := 501; step <= 520; step++ {
			g := record.PairGroup{Axis: string(model.Inner)}
			for k := range each {
				g.Orig, g.Copy = append(g.Orig, int32(k)), append(g.Copy, int32(each+k))
				st := record.PairStat{Cos: 1, State: record.Locked}
				if i == 2 {
					far := float32(step-500) * float32(k+1) / float32(20*each)
					st = record.PairStat{Cos: 1 - far/2, Dist: far, State: record.Apart}
				}
				for q := range g.Stats {
					g.Stats[q] = append(g.Stats[q], st)
				}
			}
			r.Tracks[i] = append(r.Tracks[i], record.ArmFrame{Arm: i, Step: step, Pairs: []record.PairGroup{g}})
		}
	}
	return r
}

// Locked pairs never move, and are grey; those that part stand the farther apart the farther they are.
func TestOnlyPairsThatPartMove(t *testing.T) {
	r := parted(t, 4)
	a, ok := Lock(r)
	require.True(t, ok)
	assert.Equal(t, "Pairs of dots, neurons and their copies, stay together or come apart. Locked after 520 steps: "+
		"Copy 4 of 4, Drop 4 of 4, Asymmetric reset 0 of 4.", a.Alt)
	pictures, _ := played(t, a)
	end := pictures[len(pictures)-1]
	column := image.Rect(0, (top+naming)*density, wide*density/3-20, (top+naming+pairsTall)*density)
	assert.True(t, same(pictures[0], end, column), "locked")
	assert.False(t, same(pictures[0], end, column.Add(image.Pt(2*wide*density/3, 0))), "apart")
	for y := column.Min.Y; y < column.Max.Y; y++ {
		for x := column.Min.X; x < column.Max.X; x++ {
			c := end.RGBAAt(x, y)
			if max(c.R, c.G, c.B)-min(c.R, c.G, c.B) > 24 {
				require.Fail(t, "a colour among locked pairs", "%v at %d, %d", c, x, y)
			}
		}
	}
}

func same(a, b *image.RGBA, in image.Rectangle) bool {
	for y := in.Min.Y; y < in.Max.Y; y++ {
		if !bytes.Equal(a.Pix[a.PixOffset(in.Min.X, y):a.PixOffset(in.Max.X, y)],
			b.Pix[b.PixOffset(in.Min.X, y):b.PixOffset(in.Max.X, y)]) {
			return false
		}
	}
	return true
}

// Whatever the run, an animation has no more pictures than somebody wants to wait for, and ends at its end.
func TestLongRunsAreThinnedOut(t *testing.T) {
	var steps []int
	for step := range 1001 {
		steps = append(steps, step)
	}
	out := thinned(steps, 48, 300)
	assert.LessOrEqual(t, len(out), 49)
	assert.Equal(t, 1000, out[len(out)-1])
	assert.Contains(t, out, 300)
	assert.Equal(t, []int{1, 2, 5}, thinned([]int{1, 2, 5}, 48, 0), "what is short is shown whole")
	for _, pairs := range []int{1, 7, 64, 97, 128, 509, 4096} {
		cols, rows := grid(pairs, 240, pairsTall)
		assert.GreaterOrEqual(t, pairsTall/float64(rows), leastPair, "%d pairs", pairs)
		assert.GreaterOrEqual(t, 240/float64(cols), 1.5*leastPair, "%d pairs", pairs)
	}
}

// A network that has diverged says so instead of a count; a record in which nothing is counted has no animation.
func TestWhatIsNotThereIsNotDrawn(t *testing.T) {
	r := asked(t, 6, 0, 300, 325)
	last := &r.Tracks[1][len(r.Tracks[1])-1]
	last.NotFinite = "a loss"
	a, ok := Facts(r)
	require.True(t, ok)
	assert.Contains(t, a.Alt, "Copy has diverged")
	pictures, _ := played(t, a)
	f := newFilling(r, counted(r))
	x, y := f.place(1)
	assert.Zero(t, f.coloured(pictures[len(pictures)-1], x, y))

	assert.Empty(t, All(&record.Record{Experiment: experiment.Default(), Tracks: make([][]record.ArmFrame, 4)}, ""))
}
