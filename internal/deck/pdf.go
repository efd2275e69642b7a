package deck

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/serve"
)

// PDFName is the file, beside the page of the slides, that a browser has printed them into.
const PDFName = "slides.pdf"

// paper is the window that is printed from; the style sheet says how large a page is.
var paper = browser.Window{W: 1920, H: 1080, Scale: 1}

// print has the browser at path print a page of the site that lies in dir, and writes the PDF. Ready is an expression
// that is true when the page is.
func print(ctx context.Context, path, dir, address, ready, to string) error {
	files, err := serve.Handler(dir, serve.Self)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: files, ReadHeaderTimeout: time.Minute}
	defer server.Close()
	go func() { _ = server.Serve(l) }()
	profile, err := os.MkdirTemp("", "sparkling-print-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	tab, err := browser.Open(ctx, path, profile, paper, nil)
	if err != nil {
		return err
	}
	defer tab.Close()
	if err := tab.Navigate(fmt.Sprintf("http://%s/%s", l.Addr(), address)); err != nil {
		return err
	}
	if err := tab.Wait(ready, 2*time.Minute); err != nil {
		return err
	}
	pdf, err := tab.PDF()
	if err != nil {
		return err
	}
	return durable.WriteBytes(filepath.Join(dir, filepath.FromSlash(to)), pdf)
}

// drawn is true when reveal.js has begun and all pictures are there, those of slides that are not shown too.
const drawn = `document.querySelector(".reveal.ready") && [...document.images].every((image) => {
	image.loading = "eager";
	return image.complete && image.naturalWidth > 0;
})`

// printed prints the slides that lie in a folder.
func (d *deck) printed(ctx context.Context, dir string) error {
	if err := print(ctx, d.chromium, dir, Folder+"/?preview", drawn, Folder+"/"+PDFName); err != nil {
		return fmt.Errorf("the slides cannot be printed: %w", err)
	}
	return nil
}
