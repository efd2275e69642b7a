package viz

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// scripts are names of arms in letters that the type of the Lab lacks, in whole or in part.
var scripts = []string{"小さい", "复制 2", "نسخة ثانية", "Копия 🙂"}

func TestTypeHasTheLettersOfTheProgramsOwnWords(t *testing.T) {
	for _, b := range experiment.Builtins() {
		for _, a := range b.Arms {
			assert.True(t, Covers(a.Name+a.About), a.Name)
		}
		for _, k := range experiment.Knobs(b.Experiment) {
			assert.True(t, Covers(k.Label+k.Help), k.ID)
		}
	}
	for _, name := range append(scripts, "\u200b", "a\u202eb", "\xff", "\n") {
		assert.False(t, Covers(name), "%q", name)
	}
}

func TestStringIsPartedWhereItsLettersAreForeign(t *testing.T) {
	for s, want := range map[string][]string{
		"Copy 1.5":           {"Copy 1.5"},
		"小さい 1.5":            {"", "小さい", " 1.5"},
		"Minus نسخة ثانية: ": {"Minus ", "نسخة ثانية", ": "},
		"Копия 🙂!":           {"Копия ", "🙂", "!"},
	} {
		var got []string
		for rest := s; rest != ""; {
			own, other := parts(rest)
			got = append(got, rest[:own])
			if other > own {
				got = append(got, rest[own:other])
			}
			rest = rest[other:]
		}
		assert.Equal(t, want, got)
	}
}

// renamed is the recorded run with other names.
func renamed(t *testing.T, names []string) *record.Record {
	r := recorded(t)
	for i, name := range names {
		r.Experiment.Arms[i].Name = name
	}
	return r
}

func TestNameThatCannotBeReadIsTheArmsNumber(t *testing.T) {
	testneed.Display(t)
	got := drawn(t, renamed(t, scripts), 1040, 812, 1, func(*View) {})
	plain := drawn(t, renamed(t, []string{"Arm 1", "Arm 2", "Arm 3", "Arm 4"}), 1040, 812, 1, func(*View) {})
	assert.Equal(t, plain, got)
}

// pink writes everything as a pink block, but has no letters for one script.
type pink struct{ written *[]string }

var hue = color.RGBA{255, 0, 200, 255}

func (p pink) Has(text string) bool { return !strings.Contains(text, "小") }

func (p pink) Write(text string, _ float64, _ bool, c color.RGBA) Lettered {
	*p.written = append(*p.written, text)
	out := Lettered{Y: -10, Advance: 30}
	if c.A > 0 {
		out.Pixels = image.NewRGBA(image.Rect(0, 0, 30, 10))
		for i := range 300 {
			out.Pixels.SetRGBA(i%30, i/30, hue)
		}
	}
	return out
}

// Whoever has letters of any script writes the foreign parts of the names, in the colours in which they stand; what
// nobody has is a number still.
func TestForeignLettersAreWrittenByWhoeverHasThem(t *testing.T) {
	testneed.Display(t)
	var written []string
	got := drawn(t, renamed(t, scripts), 1040, 812, 1, func(v *View) { v.SetLettering(pink{&written}) })
	for _, want := range []string{"复制", "نسخة ثانية", "🙂"} {
		assert.Contains(t, written, want)
	}
	assert.NotContains(t, written, "小さい")
	assert.Less(t, len(written), 60, "each once a size and a colour: %q", written)
	count := 0
	for y := range 812 {
		for x := range 1040 {
			if r, g, b, _ := got.At(x, y).RGBA(); r>>8 == 255 && g == 0 && b>>8 == 200 {
				count++
			}
		}
	}
	assert.Greater(t, count, 6*300, "on every picture that names arms")
}
