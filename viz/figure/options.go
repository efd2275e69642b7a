package figure

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// For is what a figure is drawn for. It decides how large the figure is and how large its type.
type For string

// What figures are drawn for.
const (
	Page      For = "page"      // a page on screen: up to 1200 CSS pixels wide, type of 12 and more
	Column    For = "column"    // a column of a paper: 3.25 inches wide, type of 7 points and more
	Projector For = "projector" // a slide of 1920 x 1080 CSS pixels: 1600 of them wide, type of 24 and more
)

// Fors are all that figures are drawn for.
var Fors = []For{Page, Column, Projector}

// Theme is what a figure is drawn on.
type Theme string

// The themes.
const (
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Themes are all themes.
var Themes = []Theme{Light, Dark}

// Options say how a figure is drawn. The zero value is a light one for a page, with its title and caption.
type Options struct {
	For   For
	Theme Theme
	// Bare leaves title and caption to whoever shows the figure; they are in its description all the same. A figure for
	// a column is always bare: there the paper has them.
	Bare bool
	// Width and Height are those of a figure for a projector, in CSS pixels of the slide; 0 is what is usual. A smaller
	// figure has type of the same size, and less room.
	Width, Height int
}

// Validate says which option is none of those that there are.
func (o Options) Validate() error {
	if err := among("for", o.For, Fors); err != nil {
		return err
	}
	for _, x := range []int{o.Width, o.Height} {
		if x != 0 && (o.For != Projector || x < leastSlide || x > mostSlide) {
			return fmt.Errorf("figure: a side has %d CSS pixels; allowed are %d to %d, for a projector", x, leastSlide,
				mostSlide)
		}
	}
	return among("theme", o.Theme, Themes)
}

// The least and the most of a side that a figure for a projector can be given, in CSS pixels.
const leastSlide, mostSlide = 200, 1920

func among[T ~string](what string, x T, all []T) error {
	var names []string
	for _, a := range all {
		if x == "" || x == a {
			return nil
		}
		names = append(names, string(a))
	}
	return fmt.Errorf("figure: %s is %q; allowed are %s", what, string(x), strings.Join(names, ", "))
}

// What makes the type of a figure as large as it has to be; at 96 pixels an inch no pixel is broken.
const (
	columnScale = vg.Length(0.75)    // 7.1 points and more
	slideScale  = vg.Length(1.90625) // 24.1 CSS pixels and more
)

// Sizes of finished figures.
const (
	columnWidth = 3.25 * vg.Inch
	pixel       = vg.Inch / 96 // of CSS
	slideWidth  = 1600 * pixel
	slideHeight = 800 * pixel // of a bare figure,
	slideTitled = 900 * pixel // and of one with title and caption
)

// room is what a figure is laid out in. Lengths are those of a page, whose type has one size everywhere: a figure for
// something else is laid out in more or less room and then made larger or smaller as a whole.
type room struct {
	Options
	width vg.Length // that there is; a page's figures may be less wide, or wider
	scale vg.Length // from the room to the finished figure
}

// room is where a figure with these options is laid out.
func (o Options) room() room {
	switch o.For {
	case Column:
		o.Bare = true
		return room{o, columnWidth / columnScale, columnScale}
	case Projector:
		wide := slideWidth
		if o.Width > 0 {
			wide = vg.Length(o.Width) * pixel
		}
		return room{o, wide / slideScale, slideScale}
	}
	return room{o, rowWidth, 1}
}

// canvas is where a figure is drawn, on one of the sizes of its room.
func (r room) canvas(c vg.CanvasSizer) draw.Canvas {
	w, h := c.Size()
	if r.Theme == Dark {
		return draw.NewCanvas(night{c}, w, h)
	}
	return draw.New(c)
}

// tall is how tall a figure is: as a page or a column has it, and for a projector always the same.
func (r room) tall(page, column vg.Length) vg.Length {
	switch {
	case r.page():
		return page
	case r.For == Column:
		return column
	case r.Height > 0:
		return vg.Length(r.Height) * pixel / r.scale
	}
	if r.Bare {
		return slideHeight / r.scale
	}
	return slideTitled / r.scale
}

// page reports whether a figure takes the room that it wants.
func (r room) page() bool { return r.For != Column && r.For != Projector }

// panel is a set of axes in the room. Where that is small, what the y axis shows stands above it, and there are fewer
// ticks: columns are how many panels stand side by side, and tall is how much height each has.
func (r room) panel(title string, p *plot.Plot, columns int, tall vg.Length) panel {
	if r.page() {
		return panel{title, p}
	}
	if p.Y.Label.Text != "" {
		title += "\n" + p.Y.Label.Text
		p.Y.Label.Text = ""
	}
	wide := r.width/vg.Length(max(columns, 1)) - ticksWide - 2*margin
	p.X.Label.Text = strings.Join(wrap(tickText, p.X.Label.Text, wide), "\n")
	if p.X.Tick.Marker == plot.Ticker(usual) {
		p.X.Tick.Marker = round(min(max(r.width/vg.Length(max(columns, 1))/42, 2), 8))
	}
	if p.Y.Tick.Marker == plot.Ticker(usual) {
		p.Y.Tick.Marker = round(min(max(tall/22, 3), 6))
	}
	return panel{title, p}
}

// fitted is a layout for a page, made for what the room is for.
func (l layout) fitted(r room) layout {
	if r.page() {
		return l
	}
	l.width, l.height, l.wrapped = r.width, r.tall(0, l.height), true
	return l
}
