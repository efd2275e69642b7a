//go:build !js

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/deck"
)

// frame is the room that the Lab has in a slide without another line, in pixels of one of 1920 x 1080.
var frame = browser.Window{W: 1724, H: 814, Scale: 1}

// slides draws the stills of all moments that slides show, as the page that is served shows them: where each begins,
// and at its end where the slide has a picture of that for paper.
func slides(tab *browser.Tab, served string) error {
	moments, err := deck.Moments(".")
	if err != nil {
		return err
	}
	for _, m := range moments {
		for name, step := range map[string]int{m.Still: 0, m.Still + "-end": m.End} {
			if name != m.Still && step == 0 {
				continue
			}
			drawn, err := moment(tab, served+"/slides/"+m.Address, step)
			if err == nil {
				err = write(filepath.Join("site", "slides", "stills", name+".png"), drawn)
			}
			if err != nil {
				return fmt.Errorf("the still %s: %w", name, err)
			}
		}
	}
	return nil
}

// moment is the Lab at an address, at a step or, for 0, where it rests, without its bar: nothing of that could be
// pressed in a picture.
func moment(tab *browser.Tab, address string, step int) (image.Image, error) {
	const limit = 5 * time.Minute
	if err := tab.Navigate("about:blank"); err != nil { // else another # alone loads nothing
		return nil, err
	}
	if err := tab.Navigate(address); err != nil {
		return nil, err
	}
	waits := []string{`window.sparkling?.still && sparkling.rested()`}
	if step > 0 {
		waits = append(waits, `sparkling.speed("max") === ""`, // and on, where the address has it wait
			fmt.Sprintf(`(JSON.parse(sparkling.state()).playing || sparkling.play(), `+
				`JSON.parse(sparkling.state()).step >= %d) && (sparkling.pause(), true)`, step))
	}
	for _, wait := range waits {
		if err := tab.Wait(wait, limit); err != nil {
			return nil, err
		}
	}
	if wrong, err := browser.Eval[string](tab, limit, `document.getElementById("refused-says").innerText`); err != nil {
		return nil, err
	} else if wrong != "" {
		return nil, errors.New(wrong)
	}
	time.Sleep(4 * time.Second) // what moves comes to rest
	ctx, cancel := context.WithTimeout(tab.Ctx, limit)
	defer cancel()
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return nil, err
	}
	drawn, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, err
	}
	bar, err := browser.Eval[int](tab, limit,
		`Math.round(document.getElementById("transport").getBoundingClientRect().top)`)
	if err != nil {
		return nil, err
	}
	return drawn.(interface {
		SubImage(r image.Rectangle) image.Image
	}).SubImage(image.Rect(0, 0, int(frame.W), bar)), nil
}

// write keeps a picture in few colours.
func write(path string, drawn image.Image) error {
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, few(drawn)); err != nil {
		return err
	}
	return os.WriteFile(path, small.Bytes(), 0o644)
}
