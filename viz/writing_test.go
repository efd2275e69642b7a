package viz

import (
	"image"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// wrote lets an arm of a record have written something; how sure it was comes from a formula.
func wrote(r *record.Record, arm, step int, prompt, text string) {
	w := record.Writing{Arm: arm, Step: step, Written: text,
		Prompt: record.Prompt{Text: prompt, Temperature: 0.5, Seed: 1, Count: utf8.RuneCountInString(text)}}
	for i := range w.Count {
		w.Sure = append(w.Sure, float32(0.5+0.5*math.Sin(float64(i*i+3*arm))))
	}
	r.AddWriting(w)
}

// rays are what the arms of the default experiment wrote at its end, in part.
var rays = []string{
	"to the refraction of the that the denser, and at inth such ingstound and the ane other the dist the hate the " +
		"glard and t",
	"to the refraction of the that the denser, and at from the the wistios of the ane other the dist the hather mean " +
		"be blue",
	"treen the refraction of the some seam and and as be the set brows of all mo the of the the bringing in the make " +
		"blangle.\n",
	"to the refraction of the that the denser of that betwer the distion the some ane other the dist the mane the " +
		"glass and r",
}

// told is an experiment at its end whose arms have written; halfway their common network has.
func told() *record.Record {
	r := invented(experiment.Default().Rescale(200))
	wrote(r, 0, 60, "the rays of light ", strings.ReplaceAll(rays[0], "e", "a"))
	for arm, text := range rays {
		wrote(r, arm, 200, "the rays of light ", text)
	}
	return r
}

func TestWritingsLookAsTheyDid(t *testing.T) {
	testneed.Display(t)
	alone := func(v *View) { v.Pin(Writing) }
	for name, c := range map[string]struct {
		w, h int
		rec  func() *record.Record
		set  func(*View)
	}{
		"writing": {1000, 560, told, func(v *View) { v.SetStage(Stage{Main: Writing}) }},
		"writing-aside": {1000, 796, told, func(v *View) {
			v.SetStage(Stage{Main: Loss, Aside: []PaneID{Copies, Writing}})
		}},
		"writing-before":  {520, 420, told, func(v *View) { alone(v); v.SetStep(90) }},
		"writing-pointed": {520, 420, told, func(v *View) { alone(v); v.Point(200, 138, true) }},
		"writing-phone":   {390, 405, told, alone},
		"writing-none": {520, 420, func() *record.Record {
			return invented(experiment.Default().Rescale(200))
		}, alone},
		"writing-diverged": {520, 420, func() *record.Record {
			r := blown(experiment.Default().Rescale(200), 140)
			r.Writings = told().Writings
			return r
		}, alone},
	} {
		t.Run(name, func(t *testing.T) { testgame.Golden(t, name, drawn(t, c.rec(), c.w, c.h, 1, c.set)) })
	}
}

// A pointer over a character finds that one, and no other.
func TestPointerFindsTheCharacterThatItIsOn(t *testing.T) {
	testneed.Display(t)
	r := told()
	seen := map[string]bool{}
	var last image.Image
	for x := 130.0; x < 200; x += 4 {
		last = drawn(t, r, 520, 420, 1, func(v *View) { v.Pin(Writing); v.Point(x, 138, true) })
		seen[string(last.(*image.RGBA).Pix)] = true
	}
	assert.Greater(t, len(seen), 8)
	require.NotNil(t, last)
}
