//go:build !js

// Command still draws the picture that the page and the README show before anything runs: it builds the page, lets it
// run the first minute to its end in a browser, and writes the pictures as the page itself gives them to
// site/still.png. In the same way it draws what slides show where the Lab itself cannot stand, to site/slides/stills.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/serve"
	"github.com/sparkling-lab/sparkling/internal/tools"
)

func main() {
	if err := run(context.Background(), "site/still.png"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string) error {
	chromium, err := tools.Chromium()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sparkling-still-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	page := filepath.Join(dir, "page")
	if err := build.Page(ctx, page, false, io.Discard); err != nil {
		return err
	}
	files, err := serve.Handler(page, serve.Self)
	if err != nil {
		return err
	}
	server := httptest.NewServer(files)
	defer server.Close()
	tab, err := browser.Open(ctx, chromium, filepath.Join(dir, "profile"), browser.Desktop, nil)
	if err != nil {
		return err
	}
	defer tab.Close()
	if err := tab.Navigate(server.URL + "/"); err != nil {
		return err
	}
	const limit = 10 * time.Minute
	for _, wait := range []string{`window.sparkling?.still`,
		`sparkling.speed("max") === "" && JSON.parse(sparkling.state()).done`} {
		if err := tab.Wait(wait, limit); err != nil {
			return err
		}
	}
	text, err := browser.Eval[string](tab, limit, `import(new URL("site/exports.js", document.baseURI)).then((m) => `+
		`m.pictures(sparkling, 1)).then((c) => c.toDataURL("image/png").split(",")[1])`)
	if err != nil {
		return err
	}
	drawn, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
	if err != nil {
		return err
	}
	if err := write(path, drawn); err != nil {
		return err
	}
	tab.Close()
	if tab, err = browser.Open(ctx, chromium, filepath.Join(dir, "slides"), frame, nil); err != nil {
		return err
	}
	defer tab.Close()
	return slides(tab, server.URL)
}

// most is how many colours the picture has: it is the first thing that everybody fetches.
const most = 32

// few is a picture in few colours, no two of them much alike: the most frequent ones, and for all others the nearest of
// these.
func few(of image.Image) image.Image {
	count, alike := map[color.NRGBA]int{}, map[[3]uint8]color.NRGBA{}
	b := of.Bounds()
	at := func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(of.At(x, y)).(color.NRGBA) }
	for y := range b.Dy() {
		for x := range b.Dx() {
			count[at(x, y)]++
		}
	}
	byCount := func(p, q color.NRGBA) int {
		return cmp.Or(cmp.Compare(count[q], count[p]), bytes.Compare([]byte{p.R, p.G, p.B}, []byte{q.R, q.G, q.B}))
	}
	var palette color.Palette
	for _, hue := range slices.SortedFunc(maps.Keys(count), byCount) {
		kind := [3]uint8{hue.R / 40, hue.G / 40, hue.B / 40}
		if _, there := alike[kind]; !there && len(palette) < most {
			alike[kind] = hue
			palette = append(palette, hue)
		}
	}
	nearest := map[color.NRGBA]uint8{}
	out := image.NewPaletted(image.Rect(0, 0, b.Dx(), b.Dy()), palette)
	for y := range b.Dy() {
		for x := range b.Dx() {
			hue := at(x, y)
			i, known := nearest[hue]
			if !known {
				i = uint8(palette.Index(hue))
				nearest[hue] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}
