package desktop

import (
	"image"
	"image/color"
	"strings"

	nine "github.com/ebitenui/ebitenui/image"
	"github.com/ebitenui/ebitenui/widget"
	"github.com/hajimehoshi/ebiten/v2/text/v2"

	"github.com/sparkling-lab/sparkling/viz"
)

// The colours are the page's.
var (
	paper  = color.RGBA{255, 255, 255, 255}
	ground = color.RGBA{246, 248, 248, 255}
	edge   = color.RGBA{195, 200, 206, 255}
	ink    = color.RGBA{27, 32, 39, 255}
	muted  = color.RGBA{91, 100, 110, 255}
	off    = color.RGBA{139, 147, 156, 255}
	green  = color.RGBA{0, 114, 82, 255}
	dark   = color.RGBA{0, 92, 66, 255}
	chosen = color.RGBA{223, 233, 229, 255}
	red    = color.RGBA{176, 32, 32, 255}
)

// theme is how the controls look at one scale. Lengths are in CSS pixels until px turns them into device pixels.
type theme struct {
	scale               float64
	title, strong, body text.Face
	small               text.Face
}

func newTheme(scale float64) theme {
	face := func(bold bool, size float64) text.Face { return text.NewGoXFace(viz.Font(bold, size*scale)) }
	return theme{scale, face(true, 20), face(true, 13), face(false, 13), face(false, 11.5)}
}

func (l theme) px(v float64) int { return int(v*l.scale + 0.5) }

func (l theme) inset(x, y float64) *widget.Insets {
	return &widget.Insets{Left: l.px(x), Right: l.px(x), Top: l.px(y), Bottom: l.px(y)}
}

// plain is a filled box with an edge.
func (l theme) plain(fill, line color.Color) *nine.NineSlice {
	return nine.NewBorderedNineSliceColor(fill, line, l.px(1))
}

// button is a quiet button; loud is the one that the eye should find first.
func (l theme) button() *widget.ButtonParams {
	return &widget.ButtonParams{
		Image: &widget.ButtonImage{
			Idle: l.plain(paper, edge), Hover: l.plain(color.RGBA{241, 243, 244, 255}, muted),
			Pressed:  l.plain(chosen, green),
			Disabled: l.plain(ground, color.RGBA{222, 226, 230, 255}),
		},
		TextFace:    &l.body,
		TextColor:   &widget.ButtonTextColor{Idle: ink, Disabled: off},
		TextPadding: l.inset(11, 7),
	}
}

func (l theme) loud() *widget.ButtonParams {
	b := l.button()
	b.Image.Idle, b.Image.Hover, b.Image.Pressed = l.plain(green, green), l.plain(dark, dark), l.plain(dark, ink)
	b.TextFace, b.TextColor = &l.strong, &widget.ButtonTextColor{Idle: paper, Disabled: off}
	return b
}

// current is the button of the choice that holds.
func (l theme) current() *widget.ButtonImage {
	on := l.plain(chosen, green)
	return &widget.ButtonImage{Idle: on, Hover: on, Pressed: on, Disabled: on}
}

func (l theme) slider() *widget.SliderParams {
	handle, size := l.plain(green, green), l.px(14)
	return &widget.SliderParams{
		TrackImage: &widget.SliderTrackImage{Idle: l.plain(color.RGBA{228, 232, 235, 255}, edge)},
		HandleImage: &widget.ButtonImage{Idle: handle, Hover: l.plain(dark, dark), Pressed: l.plain(dark, ink),
			Disabled: handle},
		FixedHandleSize: &size,
		TrackPadding:    l.inset(2, 2),
		PageSizeFunc:    func() int { return 10 },
	}
}

// bar is a slider that scrolls: quieter, for it is not what the panel is about.
func (l theme) bar() *widget.SliderParams {
	b := l.slider()
	b.FixedHandleSize = nil
	b.TrackImage = &widget.SliderTrackImage{Idle: nine.NewNineSliceColor(ground)}
	b.HandleImage = &widget.ButtonImage{Idle: nine.NewNineSliceColor(edge), Hover: nine.NewNineSliceColor(off),
		Pressed: nine.NewNineSliceColor(muted), Disabled: nine.NewNineSliceColor(ground)}
	return b
}

func (l theme) input() *widget.TextInputParams {
	return &widget.TextInputParams{
		Face: &l.body,
		Image: &widget.TextInputImage{Idle: l.plain(paper, edge), Disabled: l.plain(ground, edge),
			Highlight: nine.NewNineSliceColor(chosen)},
		Color:   &widget.TextInputColor{Idle: ink, Caret: ink, Disabled: off, DisabledCaret: off},
		Padding: l.inset(8, 7),
	}
}

// choice is a button that opens a list.
func (l theme) choice(width int) *widget.ListComboButtonParams {
	button, height := l.button(), l.px(260)
	button.MinSize = &image.Point{X: width}
	start, middle := widget.TextPositionStart, widget.TextPositionCenter
	box := l.plain(paper, edge)
	return &widget.ListComboButtonParams{
		Button:           button,
		MaxContentHeight: &height,
		List: &widget.ListParams{
			EntryFace: &l.body,
			EntryColor: &widget.ListEntryColor{
				Unselected: ink, Selected: ink, SelectedBackground: chosen, SelectedFocusedBackground: chosen,
				SelectingBackground:        chosen,
				SelectingFocusedBackground: chosen, FocusedBackground: ground, DisabledUnselected: off,
				DisabledSelected: off, DisabledSelectedBackground: ground,
			},
			EntryTextPadding:            l.inset(9, 6),
			EntryTextHorizontalPosition: &start,
			EntryTextVerticalPosition:   &middle,
			ScrollContainerImage:        &widget.ScrollContainerImage{Idle: box, Disabled: box, Mask: box},
			ScrollContainerPadding:      l.inset(1, 1),
			Slider:                      l.slider(),
			MinSize:                     &image.Point{X: width},
		},
	}
}

// fit cuts a label that is too long for its place at a colon or, where there is none, at a letter.
func fit(f *text.Face, s string, width float64) string {
	advance := func(s string) float64 { return text.AdvanceAt(s, len(s), *f) }
	if advance(s) <= width {
		return s
	}
	if name, _, ok := strings.Cut(s, ":"); ok {
		return name
	}
	runes := []rune(s)
	for len(runes) > 1 && advance(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
