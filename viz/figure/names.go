package figure

import (
	"fmt"
	"strings"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// covers reports whether the type of the figures has every letter of a name.
func covers(name string) bool {
	face := font.DefaultCache.Lookup(labelText.Font, labelText.Font.Size).Face
	var b sfnt.Buffer
	for _, r := range name {
		if i, err := face.GlyphIndex(&b, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// names are what the arms are called in a figure: by their number where the type lacks a letter of their name.
func names(e experiment.Experiment) []string { return style.Names(e, covers) }

// told is the figure with a caption that says which arms have diverged and what the numbers of arms stand for, and with
// their names where a reader of the file finds them.
func (f Figure) told(rs runs) Figure {
	e := rs.first().Experiment
	var list []string
	for i, name := range names(e) {
		for _, r := range rs {
			lost, ok := r.Diverged(i, e.Steps)
			if !ok {
				continue
			}
			f.Caption += fmt.Sprintf(" %s diverged at step %d", name, lost.Step)
			if len(rs) > 1 {
				f.Caption += fmt.Sprintf(" with seed %d", r.Experiment.Seed)
			}
			f.Caption += ": " + plain.Line(lost.Lost()) + "."
		}
		if own := plain.Line(e.Arms[i].Name); own != name {
			list = append(list, fmt.Sprintf("%s is “%s”.", name, own))
		}
	}
	if list != nil {
		f.Caption += " Arms whose names need letters that this type lacks bear their numbers in the experiment."
		f.aside = strings.Join(list, " ")
	}
	return f
}

// ArmNames are what the arms of an experiment are called where names are written in the type of the figures: by their
// number where it lacks a letter of their name.
func ArmNames(e experiment.Experiment) []string { return names(e) }
