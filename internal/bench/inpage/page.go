// Package inpage has workloads done inside a browser: by our program in a Web Worker, by TensorFlow.js in another,
// and by the Lab's own page. It builds the programs, serves them on this machine and asks them; the table and its
// judgement are elsewhere.
package inpage

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/workload"
	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/tools"
)

//go:embed site
var site embed.FS

// host is a folder that is served on this machine, and a browser for it.
type host struct {
	dir, chromium string
	server        *httptest.Server
}

// newHost serves a folder once it is filled.
func newHost(fill func(dir string) (http.Handler, error)) (*host, error) {
	chromium, err := tools.Chromium()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "sparkling-bench-*")
	if err != nil {
		return nil, err
	}
	files, err := fill(filepath.Join(dir, "files"))
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return &host{dir, chromium, httptest.NewServer(files)}, nil
}

// open opens a browser without a cache.
func (h *host) open(ctx context.Context) (*browser.Tab, error) {
	profile, err := os.MkdirTemp(h.dir, "profile-*")
	if err != nil {
		return nil, err
	}
	return browser.Open(ctx, h.chromium, profile, browser.Desktop, nil)
}

// Close ends the server.
func (h *host) Close() {
	h.server.Close()
	os.RemoveAll(h.dir)
}

// Page is a browser with the benchmark's workers. It is used from one goroutine.
type Page struct {
	Browser string // its name and version

	*host
	tab *browser.Tab
}

// Open builds the program, serves it on this machine and opens a browser. It needs the sources, a Go command and a
// Chromium.
func Open(ctx context.Context) (*Page, error) {
	h, err := newHost(func(dir string) (http.Handler, error) {
		own, err := fs.Sub(site, "site")
		if err == nil {
			err = os.CopyFS(dir, own)
		}
		if err == nil {
			err = build.Program(ctx, "internal/bench/inpage/worker", dir, io.Discard)
		}
		return isolated(http.FileServer(http.Dir(dir))), err
	})
	if err != nil {
		return nil, err
	}
	p := &Page{host: h}
	if p.tab, err = h.open(ctx); err == nil {
		if err = p.tab.Navigate(h.server.URL + "/"); err == nil {
			p.Browser, err = p.tab.Version()
		}
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close ends the browser and the server.
func (p *Page) Close() {
	if p.tab != nil {
		p.tab.Close()
	}
	p.host.Close()
}

// isolated keeps the page apart from other origins: only then does a browser give it a clock of 5 us, and not of 100.
func isolated(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		files.ServeHTTP(w, r)
	})
}

// Do has our worker do one job.
func Do[T any](p *Page, j workload.Job) (answer T, err error) {
	var reply struct {
		Error  string
		Answer json.RawMessage
	}
	if err := p.ask("ours", j, &reply); err != nil {
		return answer, err
	}
	if reply.Error != "" {
		return answer, errors.New(reply.Error)
	}
	return answer, json.Unmarshal(reply.Answer, &answer)
}

// jobLimit is the longest that one job may take.
const jobLimit = 5 * time.Minute

// ask passes a message to a worker, and waits for what it says.
func (p *Page) ask(worker string, what, answer any) error {
	data, err := json.Marshal(what)
	if err != nil {
		return err
	}
	out, err := browser.Eval[string](p.tab, jobLimit, fmt.Sprintf("ask(%q, JSON.stringify(%s))", worker, data))
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(out), answer)
}
