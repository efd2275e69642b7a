package main

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/viz"
)

// letters writes in the browser's own fonts what the type of the pictures has no letters for; nil where the browser draws no text.
func letters() viz.Lettering {
	canvas := js.Global().Get("document").Call("createElement", "canvas")
	options := js.ValueOf(map[string]any{"willReadFrequently": true})
	ink := canvas.Call("getContext", "2d", options)
	if ink.IsNull() {
		return nil
	}
	return func(text string, size float64, bold bool, c color.RGBA) viz.Lettered {
		weight := 400
		if bold {
			weight = 600
		}
		font := fmt.Sprintf("%d %gpx system-ui, sans-serif", weight, size)
		ink.Set("font", font)
		m := ink.Call("measureText", text)
		reach := func(side string) int { return int(math.Ceil(m.Get("actualBoundingBox"+side).Float())) + 1 }
		left, up := reach("Left"), reach("Ascent")
		w, h := min(left+reach("Right"), widest), min(up+reach("Descent"), widest)
		out := viz.Lettered{X: -left, Y: -up, Advance: m.Get("width").Float()}
		if c.A == 0 || w < 1 || h < 1 {
			return out
		}
		canvas.Set("width", w) // and with it everything is cleared
		canvas.Set("height", h)
		ink.Set("font", font)
		ink.Set("fillStyle", fmt.Sprintf("rgb(%d %d %d)", c.R, c.G, c.B))
		ink.Call("fillText", text, left, up)
		straight := image.NewNRGBA(image.Rect(0, 0, w, h))
		data := ink.Call("getImageData", 0, 0, w, h).Get("data")
		js.CopyBytesToGo(straight.Pix, data)
		out.Pixels = image.NewRGBA(straight.Rect)
		for i := range w * h {
			r, g, b, a := straight.NRGBAAt(i%w, i/w).RGBA()
			out.Pixels.SetRGBA(i%w, i/w, color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), uint8(a >> 8)})
		}
		return out
	}
}

// widest bounds a text in device pixels: a name may be long.
const widest = 1000
