package deck

import (
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/site"
)

// handoutFolder is where the handout lies in the page, among what teachers read.
const handoutFolder = "teach"

// writeHandout puts the handout into a folder, with the style of its formulas, which are set with those of the slides.
func (d *deck) writeHandout(dir string) error {
	page, err := site.Handout(d.root, d.prints, d.formulas.of)
	if err != nil {
		return err
	}
	if err := durable.MkdirAll(dir); err != nil {
		return err
	}
	if err := durable.WriteBytes(filepath.Join(dir, "handout.html"), page); err != nil {
		return err
	}
	return durable.WriteBytes(filepath.Join(dir, "math.css"), []byte(d.formulas.sheet()))
}
