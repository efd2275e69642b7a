//go:build !js

// Package pagetest drives the real, built page in a real browser. It holds no code of the page's own.
package pagetest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/serve"
	"github.com/sparkling-lab/sparkling/internal/testneed"
)

// under is the folder of the host that the page is published in: it must work anywhere.
const under = "/some/folder/"

// site builds the page once and serves it under a folder until the tests end.
var site = sync.OnceValues(func() (*httptest.Server, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("sparkling-page-%d", os.Getpid()))
	if err := build.Page(context.Background(), dir, false, io.Discard); err != nil {
		return nil, err
	}
	built = dir
	files, err := serve.Handler(dir, serve.Self)
	if err != nil {
		return nil, err
	}
	mux.Handle(under, http.StripPrefix(strings.TrimSuffix(under, "/"), files))
	return httptest.NewServer(mux), nil
})

var (
	built string
	mux   = http.NewServeMux() // of the host
)

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

// tab is one open page. It gathers everything that a page of ours must not do.
type tab struct {
	*browser.Tab
	t *testing.T

	others []string // addresses of other hosts that the test has

	mu       sync.Mutex
	problems []string // console errors, exceptions, requests to elsewhere
}

type window = browser.Window

var desktop = browser.Desktop

// open opens the page at a fragment and waits until the pictures are there.
func open(t *testing.T, win window, fragment string) *tab {
	t.Helper()
	p := blank(t, win)
	p.do(chromedp.Navigate(p.address(fragment)))
	p.ready()
	return p
}

// ready waits until the pictures are there.
func (p *tab) ready() {
	p.t.Helper()
	p.wait(`window.sparkling?.stats && document.getElementById("stage").hidden`)
}

// blank opens an empty tab of a browser of its own.
func blank(t *testing.T, win window) *tab {
	t.Helper()
	path := testneed.Browser(t)
	s, err := site()
	require.NoError(t, err)
	require.NotNil(t, s)
	p := &tab{t: t}
	p.Tab, err = browser.Open(context.Background(), path, t.TempDir(), win, p.listen)
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			p.shot("failed-" + strings.ReplaceAll(t.Name(), "/", "-"))
		}
		p.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.problems) > 0 {
			t.Errorf("the page is not clean:\n%s", strings.Join(p.problems, "\n"))
		}
	})
	return p
}

func (p *tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			p.problem(fmt.Sprintf("console %s: %s", e.Type, arguments(e.Args)))
		}
	case *runtime.EventExceptionThrown:
		p.problem("exception: " + e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Source == "security" {
			p.problem(fmt.Sprintf("log %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if s, _ := site(); err == nil && s != nil && u.Scheme != "data" && u.Scheme != "blob" &&
			!slices.ContainsFunc(append(p.others, s.URL+under), func(start string) bool {
				return strings.HasPrefix(e.Request.URL, start)
			}) {
			p.problem("request outside the page's folder: " + e.Request.URL)
		}
	}
}

func arguments(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		parts = append(parts, string(a.Value)+a.Description)
	}
	return strings.Join(parts, " ")
}

func (p *tab) problem(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// Software drawing is slow to read back, and says so; a browser asks every site for this icon before it has read
	// the page.
	for _, known := range []string{"GPU stall due to ReadPixels", "favicon.ico"} {
		if strings.Contains(s, known) {
			return
		}
	}
	p.problems = append(p.problems, s)
}

// forgive forgets what was not clean: the test is about that.
func (p *tab) forgive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = nil
}

func (p *tab) address(fragment string) string {
	s, _ := site()
	if fragment != "" {
		fragment = "#" + fragment
	}
	return s.URL + under + fragment
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	require.NoError(p.t, p.Do(actions...))
}

// eval evaluates an expression on the page.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := browser.Eval[T](p.Tab, patience, expression)
	require.NoError(p.t, err, expression)
	return v
}

func (p *tab) run(expression string) {
	p.t.Helper()
	eval[chromedp.Void](p, expression)
}

// patience is how long a test waits for what must come: so long that only what never comes is missed, however busy the
// machine is.
const patience = 5 * time.Minute

// wait waits until an expression is true.
func (p *tab) wait(expression string) {
	p.t.Helper()
	if err := p.Wait(expression, patience); err != nil {
		problem := eval[string](p, `document.getElementById("problem")?.textContent ?? ""`)
		require.FailNow(p.t, err.Error(), "on the page: %q; %v", problem, p.problems)
	}
}

// state is the program's own account of the run.
func (p *tab) state() (s state) {
	p.t.Helper()
	require.NoError(p.t, json.Unmarshal([]byte(eval[string](p, "sparkling.state()")), &s))
	return s
}

func (p *tab) csv() string {
	p.t.Helper()
	return eval[string](p, "sparkling.csv()")
}

// shot saves a picture of the window to the folder that SPARKLING_SHOTS names.
func (p *tab) shot(name string) {
	dir := os.Getenv("SPARKLING_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.Ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Logf("no picture of the window: %v", err)
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Log(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		p.t.Log(err)
	}
}

// canvas is the page's own PNG of the pictures.
func (p *tab) canvas() []byte {
	p.t.Helper()
	return p.exported(`m.picture(sparkling)`)
}

// exported is a canvas that an expression of site/exports.js gives, as PNG.
func (p *tab) exported(expression string) []byte {
	p.t.Helper()
	data := eval[string](p, `import(new URL("site/exports.js", document.baseURI)).then((m) => `+expression+
		`).then((canvas) => canvas.toDataURL("image/png").split(",")[1])`)
	png, err := base64.StdEncoding.DecodeString(data)
	require.NoError(p.t, err)
	return png
}
