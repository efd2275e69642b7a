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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/build"
	"github.com/sparkling-lab/sparkling/internal/serve"
	"github.com/sparkling-lab/sparkling/internal/testneed"
)

// under is the folder of the host that the page is published in: it must work anywhere.
const under = "/some/folder/"

// site builds the page once and serves it under a folder until the tests end.
var site = sync.OnceValues(func() (*httptest.Server, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("sparkling-page-%d", os.Getpid()))
	if err := build.Page(context.Background(), dir, io.Discard); err != nil {
		return nil, err
	}
	built = dir
	files, err := serve.Handler(dir)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(under, http.StripPrefix(strings.TrimSuffix(under, "/"), files))
	return httptest.NewServer(mux), nil
})

var built string

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		os.RemoveAll(built)
	}
	os.Exit(code)
}

// tab is one open page. It gathers everything that a page of ours must not do.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string // console errors, exceptions, requests to elsewhere
}

// window is the size of a window in CSS pixels and its device pixels per CSS pixel.
type window struct {
	w, h  int64
	scale float64
	touch bool
}

var desktop = window{1440, 900, 1, false}

// open opens the page at a fragment and waits until the pictures are there.
func open(t *testing.T, win window, fragment string) *tab {
	t.Helper()
	p := blank(t, win)
	p.do(chromedp.Navigate(p.address(fragment)))
	p.wait(`window.sparkling?.stats && document.getElementById("stage").hidden`, time.Minute)
	return p
}

// blank opens an empty tab of a browser of its own.
func blank(t *testing.T, win window) *tab {
	t.Helper()
	path := testneed.Browser(t)
	s, err := site()
	require.NoError(t, err)
	require.NotNil(t, s)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("headless", "new"), chromedp.Flag("use-gl", "angle"), chromedp.Flag("use-angle", "swiftshader"),
		chromedp.Flag("enable-unsafe-swiftshader", true), chromedp.Flag("ignore-gpu-blocklist", true),
		chromedp.WindowSize(int(win.w), int(win.h)), chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	p := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		if t.Failed() {
			p.shot("failed-" + strings.ReplaceAll(t.Name(), "/", "-"))
		}
		cancel()
		stop()
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.problems) > 0 {
			t.Errorf("the page is not clean:\n%s", strings.Join(p.problems, "\n"))
		}
	})
	require.NoError(t, chromedp.Listen(ctx, p.listen))
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: win.w, Height: win.h, DeviceScaleFactor: win.scale, Mobile: win.touch,
	})
	require.NoError(t, err)
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
		if s, _ := site(); err == nil && s != nil && u.Scheme != "data" && u.Scheme != "blob" && !strings.HasPrefix(e.Request.URL, s.URL+under) {
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
	// Software drawing is slow to read back, and says so; a browser asks every site for this icon before it has read the page.
	for _, known := range []string{"GPU stall due to ReadPixels", "favicon.ico"} {
		if strings.Contains(s, known) {
			return
		}
	}
	p.problems = append(p.problems, s)
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
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Minute)
	defer cancel()
	require.NoError(p.t, chromedp.Do(ctx, actions...))
}

// eval evaluates an expression on the page.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(p.t, err, expression)
	return v
}

func (p *tab) run(expression string) {
	p.t.Helper()
	eval[chromedp.Void](p, expression)
}

// wait waits until an expression is true.
func (p *tab) wait(expression string, limit time.Duration) {
	p.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		if eval[bool](p, "!!("+expression+")") {
			return
		}
		if time.Now().After(end) {
			problem := eval[string](p, `document.getElementById("problem").textContent`)
			require.FailNow(p.t, "waited in vain", "%s within %v; on the page: %q; %v", expression, limit, problem, p.problems)
		}
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
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
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

// picture saves the canvas alone, as the page's own export gives it. site/still.png is made of it.
func (p *tab) picture(name string) {
	dir := os.Getenv("SPARKLING_SHOTS")
	if dir == "" {
		return
	}
	require.NoError(p.t, os.WriteFile(filepath.Join(dir, name+".png"), p.canvas(), 0o644))
}

// canvas is the page's own PNG of the pictures.
func (p *tab) canvas() []byte {
	p.t.Helper()
	data := eval[string](p, `import(new URL("site/exports.js", document.baseURI)).then((m) => new Promise((done) => m.picture(sparkling, (blob) => {
		const reader = new FileReader();
		reader.onload = () => done(reader.result.split(",")[1]);
		reader.readAsDataURL(blob);
	})))`)
	png, err := base64.StdEncoding.DecodeString(data)
	require.NoError(p.t, err)
	return png
}
