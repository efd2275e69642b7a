package deck

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/serve"
)

// prints are the pages that are printed, by their address, and the files they become. Each is ready when an expression
// is true: the slides when reveal.js has begun and all pictures are there.
var prints = []struct{ address, ready, to string }{
	{Folder + "/?preview", `document.querySelector(".reveal.ready") && [...document.images].every((image) =>
		image.complete && image.naturalWidth > 0)`, Folder + "/slides.pdf"},
	{handoutFolder + "/handout.html", `document.readyState === "complete"`, handoutFolder + "/handout.pdf"},
}

// printed has the browser at path print what was built into dir; the style sheets say on which paper.
func printed(ctx context.Context, path, root, dir string) error {
	mux := http.NewServeMux()
	for prefix, from := range map[string]string{"/": dir, "/site/": filepath.Join(root, "site")} {
		files, err := serve.Handler(from, serve.Self)
		if err != nil {
			return err
		}
		mux.Handle(prefix, http.StripPrefix(prefix[:len(prefix)-1], files))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	defer server.Close()
	go func() { _ = server.Serve(l) }()
	profile, err := os.MkdirTemp("", "sparkling-print-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	tab, err := browser.Open(ctx, path, profile, browser.Window{W: 1920, H: 1080, Scale: 1}, nil)
	if err != nil {
		return err
	}
	defer tab.Close()
	for _, p := range prints {
		if err := onPaper(tab, fmt.Sprintf("http://%s/%s", l.Addr(), p.address), p.ready,
			filepath.Join(dir, filepath.FromSlash(p.to))); err != nil {
			return fmt.Errorf("%s cannot be printed: %w", p.address, err)
		}
	}
	return nil
}

// unprint takes away what was printed into dir before another page could not be.
func unprint(dir string) error {
	for _, p := range prints {
		err := os.Remove(filepath.Join(dir, filepath.FromSlash(p.to)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// onPaper prints one page.
func onPaper(tab *browser.Tab, address, ready, to string) error {
	if err := tab.Navigate(address); err != nil {
		return err
	}
	if err := tab.Wait(ready, 2*time.Minute); err != nil {
		return err
	}
	// on paper nothing lies beside the page that a link of the site could lead to
	if _, err := browser.Eval[int](tab, time.Minute, `[...document.links].filter((link) =>
		link.origin === location.origin && !link.removeAttribute("href")).length`); err != nil {
		return err
	}
	pdf, err := tab.PDF()
	if err != nil {
		return err
	}
	return durable.WriteBytes(to, pdf)
}
