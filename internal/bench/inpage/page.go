// Package inpage has workloads done inside a browser: by our program in a Web Worker, by TensorFlow.js in another, and by the Lab's own
// page. It builds the programs, serves them on this machine and asks them; the table and its judgement are elsewhere.
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

// Page is a browser with the benchmark's workers. It is used from one goroutine.
type Page struct {
	Browser string // its name and version

	dir    string
	server *httptest.Server
	tab    *browser.Tab
}

// Open builds the program, serves it on this machine and opens a browser. It needs the sources, a Go command and a Chromium.
func Open(ctx context.Context) (*Page, error) {
	chromium, err := tools.Chromium()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "sparkling-bench-*")
	if err != nil {
		return nil, err
	}
	p := &Page{dir: dir}
	if err := p.open(ctx, chromium); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Page) open(ctx context.Context, chromium string) error {
	files := filepath.Join(p.dir, "files")
	own, err := fs.Sub(site, "site")
	if err != nil {
		return err
	}
	if err := os.CopyFS(files, own); err != nil {
		return err
	}
	if err := build.Program(ctx, "internal/bench/inpage/worker", files, io.Discard); err != nil {
		return err
	}
	p.server = httptest.NewServer(isolated(http.FileServer(http.Dir(files))))
	if p.tab, err = browser.Open(ctx, chromium, filepath.Join(p.dir, "profile"), browser.Desktop, nil); err != nil {
		return err
	}
	if err := p.tab.Navigate(p.server.URL + "/"); err != nil {
		return err
	}
	p.Browser, err = p.tab.Version()
	return err
}

// isolated keeps the page apart from other origins: only then does a browser give it a clock of 5 us, and not of 100.
func isolated(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		files.ServeHTTP(w, r)
	})
}

// Close ends the browser and the server.
func (p *Page) Close() {
	if p.tab != nil {
		p.tab.Close()
	}
	if p.server != nil {
		p.server.Close()
	}
	os.RemoveAll(p.dir)
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
