// Package testgame runs tests inside an Ebitengine game, where pictures can be drawn and read back, and compares
// pictures with golden ones. It knows nothing of what is drawn.
package testgame

import (
	"bytes"
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/display"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// Main is a TestMain: it runs the tests within the updates of a game, or without one where there is no display.
func Main(m *testing.M) {
	if !display.Available() {
		os.Exit(m.Run())
	}
	ebiten.SetWindowSize(320, 200)
	ebiten.SetVsyncEnabled(false)
	ebiten.SetTPS(ebiten.SyncWithFPS)
	g := &game{}
	go func() {
		<-begun
		g.code, g.over = m.Run(), true
		ended <- struct{}{}
	}()
	if err := ebiten.RunGame(g); err != nil {
		panic(err)
	}
	os.Exit(g.code)
}

// The tests and the game take turns: an update begins, and lasts until they let it end.
var begun, ended = make(chan struct{}), make(chan struct{})

// EndFrame lets the game's frame end, and goes on in its next. Whoever draws many frames of its own calls it: only
// between frames is given back what was drawn on and is needed no longer.
func EndFrame() {
	ended <- struct{}{}
	<-begun
}

type game struct {
	code int
	over bool
}

func (g *game) Update() error {
	begun <- struct{}{}
	<-ended
	if g.over {
		return ebiten.Termination
	}
	return nil
}

func (g *game) Draw(*ebiten.Image) {}

func (g *game) Layout(w, h int) (int, int) { return w, h }

// What a golden picture allows: other versions of a software renderer round edges otherwise.
const (
	maxOff   = 48    // of 255: by so much a channel may be off and the pixel still counts as the same
	maxShare = 0.002 // of the pixels may be others
)

// Golden compares a picture with testdata/<name>.png, or writes that with -update. A picture that differs is left
// beside it.
func Golden(t *testing.T, name string, got image.Image) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *update {
		save(t, path, got)
		return
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err, "make golden writes the golden pictures")
	want, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, want.Bounds().Size(), got.Bounds().Size(), "size of %s", name)
	a, b := rgba(got), rgba(want)
	others := 0
	for i := 0; i < len(a.Pix); i += 4 {
		for k := range 4 {
			if d := int(a.Pix[i+k]) - int(b.Pix[i+k]); d > maxOff || d < -maxOff {
				others++
				break
			}
		}
	}
	if share := float64(others) / float64(len(a.Pix)/4); share > maxShare {
		wrong := filepath.Join("testdata", name+".got.png")
		save(t, wrong, got)
		t.Errorf("%.2f %% of the pixels of %s are others; the picture is in %s", 100*share, name, wrong)
	}
}

func rgba(m image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Src)
	return out
}

func save(t *testing.T, path string, m image.Image) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
}
