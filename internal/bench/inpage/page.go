// Package inpage has workloads done inside a browser: by our program in a Web Worker, and by TensorFlow.js in another. It builds the
// program, serves both on this machine and asks them; the table and its judgement are elsewhere.
package inpage

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/sparkling-lab/sparkling/internal/bench/inpage/job"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/tools"
	"github.com/sparkling-lab/sparkling/model/compute"
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

// jobLimit is the longest that one job may take.
const jobLimit = 5 * time.Minute

// Do has our worker do one job.
func (p *Page) Do(j job.Job) (job.Answer, error) {
	var a job.Answer
	if err := p.ask("ours", j, &a); err != nil {
		return a, err
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

func (p *Page) ask(which string, what, answer any) error {
	data, err := json.Marshal(what)
	if err != nil {
		return err
	}
	quoted, err := json.Marshal(string(data))
	if err != nil {
		return err
	}
	out, err := browser.Eval[string](p.tab, jobLimit, fmt.Sprintf("ask(%q, %s)", which, quoted))
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(out), answer)
}

// Compared are the products of a training step in both programs, in seconds, each as often as the step has it.
type Compared struct {
	Ours, Theirs float64
	Forms        map[string][2]float64 // the same by form: NN, NT, TN
	Version      string
}

// AgainstTFJS measures every matrix product of a training step in our worker and in TensorFlow.js, in turns. Their results are compared.
func (p *Page) AgainstTFJS(ctx context.Context, lap time.Duration, repetitions int) (Compared, error) {
	dir, err := tfjs(ctx)
	if err != nil {
		return Compared{}, err
	}
	for _, f := range theirFiles {
		data, err := os.ReadFile(theirs(dir, f))
		if err != nil {
			return Compared{}, err
		}
		if err := os.WriteFile(filepath.Join(p.dir, "files", filepath.Base(f)), data, 0o644); err != nil {
			return Compared{}, err
		}
	}
	ms := lap.Seconds() * 1000
	sum := Compared{Forms: map[string][2]float64{}}
	for i, product := range job.Products() {
		form := product.Name()[:2]
		theirs := map[string]any{"key": i, "lap": ms, "form": form, "m": product.M, "n": product.N, "k": product.K, "batch": job.Batch(product)}
		dst, a, b := product.Operands()
		compute.Reference{}.MatMul(product.Form, dst, a, b, false)
		var want float64
		for _, v := range dst.Data {
			want += float64(v)
		}
		times, err := measure.Interleaved(ctx, repetitions, func() (float64, error) {
			a, err := p.Do(job.Job{Do: "product", N: i, Lap: ms})
			return a.Seconds, err
		}, func() (float64, error) {
			var a struct {
				Seconds, Sum     float64
				Version, Backend string
			}
			err := p.ask("theirs", theirs, &a)
			if err == nil && (a.Backend != "wasm" || math.Abs(a.Sum-want) > 1e-2*math.Max(1, math.Abs(want))) {
				err = fmt.Errorf("%s: TensorFlow.js on %q gives a sum of %g instead of %g", product.Name(), a.Backend, a.Sum, want)
			}
			sum.Version = a.Version
			return a.Seconds, err
		})
		if err != nil {
			return sum, err
		}
		n := float64(product.Count)
		f := sum.Forms[form]
		sum.Forms[form] = [2]float64{f[0] + n*times[0], f[1] + n*times[1]}
		sum.Ours, sum.Theirs = sum.Ours+n*times[0], sum.Theirs+n*times[1]
	}
	return sum, nil
}
