//go:build !js

package pagetest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refusing publishes the page in a folder of its own, where some files are not to be had.
func refusing(t *testing.T, folder string, refuse map[string]http.HandlerFunc) {
	t.Helper()
	_, err := site()
	require.NoError(t, err)
	mux.HandleFunc(under+folder, func(w http.ResponseWriter, r *http.Request) {
		rest := strings.TrimPrefix(r.URL.Path, under+folder)
		if no, ok := refuse[rest]; ok {
			no(w, r)
			return
		}
		r = r.Clone(r.Context())
		r.URL.Path = under + rest
		mux.ServeHTTP(w, r)
	})
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// explained waits for the sentence in the place of the pictures.
func (p *tab) explained() string {
	p.t.Helper()
	p.wait(`((p) => p.checkVisibility({ visibilityProperty: true }) && ` +
		`p.textContent)(document.getElementById("problem"))`)
	return eval[string](p, `document.getElementById("problem").textContent`)
}

// Whatever keeps the program from running is said, by something that does not need it, in the place of the pictures.
func TestWhatKeepsTheProgramFromRunningIsSaid(t *testing.T) {
	p := blank(t, desktop)
	defer p.forgive() // browsers write down what is refused
	for _, x := range []struct {
		folder string
		refuse map[string]http.HandlerFunc
		says   []string
	}{
		{"no-loader/", map[string]http.HandlerFunc{"site/loader.js": status(403)},
			[]string{"A part of the page’s program did not come", "site/loader.js"}},
		{"no-import/", map[string]http.HandlerFunc{"site/controls.js": status(404)},
			[]string{"A part of the page’s program did not come", "site/loader.js"}},
		{"no-exec/", map[string]http.HandlerFunc{"wasm/wasm_exec.js": status(403)},
			[]string{"A part of the page’s program did not come", "wasm/wasm_exec.js"}},
		{"no-guard/", map[string]http.HandlerFunc{"site/guard.js": status(403), "site/loader.js": status(403)},
			[]string{"does not answer"}},
		{"no-fetcher/", map[string]http.HandlerFunc{"site/fetcher.js": status(404)},
			[]string{"could not be loaded", "site/fetcher.js"}},
		{"no-pictures/", map[string]http.HandlerFunc{"wasm/lab.wasm": status(404)},
			[]string{"could not be loaded", "its host answered 404 for wasm/lab.wasm"}},
		{"older/", map[string]http.HandlerFunc{"site/marks.js": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte("what no browser reads yet;"))
		}}, []string{"This browser cannot read the page’s program", "SyntaxError"}},
	} {
		refusing(t, x.folder, x.refuse)
		p.do(chromedp.Navigate(p.address("") + x.folder))
		said := p.explained()
		for _, part := range x.says {
			assert.Contains(t, said, part, x.folder)
		}
		assert.Equal(t, x.folder != "no-guard/", strings.HasSuffix(said, "Load again"), "%s: a way on", x.folder)
		assert.True(t, eval[bool](p, `document.getElementById("play").disabled`), x.folder)
		p.shot("blocked-" + strings.TrimSuffix(x.folder, "/"))
	}

	refusing(t, "no-worker/", map[string]http.HandlerFunc{"site/worker.js": status(403)})
	p.do(chromedp.Navigate(p.address("") + "no-worker/"))
	p.wait(`document.querySelector("#failures p")`)
	assert.Equal(t, "Small stopped at step 0: its worker, site/worker.js, could not be started.",
		eval[string](p, `document.querySelector("#failures p").textContent`))

	waits, release := context.WithCancel(context.Background())
	defer release()
	never := func(http.ResponseWriter, *http.Request) { <-waits.Done() }
	refusing(t, "silent-guard/", map[string]http.HandlerFunc{"site/guard.js": never})
	p.run(`location.href = "` + p.address("") + `silent-guard/"`)
	p.wait(`location.pathname.endsWith("silent-guard/") && document.getElementById("problem")?.checkVisibility({ ` +
		`visibilityProperty: true })`)
	assert.Contains(t, p.explained(), "does not answer")
	refusing(t, "silent-loader/", map[string]http.HandlerFunc{"site/loader.js": never})
	p.run(`location.href = "` + p.address("") + `silent-loader/"`)
	p.wait(`location.pathname.endsWith("silent-loader/") && document.getElementById("slow")?.checkVisibility()`)
	refusing(t, "silent/", map[string]http.HandlerFunc{"site/fetcher.js": never})
	p.do(chromedp.Navigate(p.address("") + "silent/"))
	p.wait(`document.getElementById("slow").checkVisibility()`)
	assert.True(t, eval[bool](p, `document.getElementById("loading").checkVisibility()`), "it may still come")
	clear := `((caption, loading) => caption.bottom <= loading.top)(document.querySelector("#still ` +
		`figcaption").getBoundingClientRect(), document.getElementById("loading").getBoundingClientRect())`
	assert.True(t, eval[bool](p, clear), "and covers nothing that is to be read")
	p.shot("blocked-silent")
	p.do(chromedp.EmulateViewport(390, 844))
	assert.True(t, eval[bool](p, clear), "on a phone too")
	p.shot("blocked-silent-390")
}

func TestPageOpenedAsAFileSaysHowToOpenIt(t *testing.T) {
	p := blank(t, window{W: 390, H: 844, Scale: 2, Touch: true})
	defer p.forgive()
	p.do(chromedp.Navigate("file://" + built + "/index.html"))
	assert.Contains(t, p.explained(), "opened as a file")
	p.shot("blocked-file")
}

// An isolated frame has an origin of its own: no module and no worker comes from the page's folder.
func TestPageInAnIsolatedFrameSaysSo(t *testing.T) {
	p := blank(t, desktop)
	defer p.forgive()
	mux.HandleFunc(under+"frame.html", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!doctype html><title>An article</title><iframe sandbox="allow-scripts" width="900" ` +
			`height="700" src="./"></iframe>`))
	})
	p.do(chromedp.Navigate(p.address("") + "frame.html"))
	frame := p.frame()
	said := ""
	require.Eventually(t, func() bool {
		said = inside(t, frame, `((p) => p?.checkVisibility({ visibilityProperty: true }) ? p.textContent : `+
			`"")(document.getElementById("problem"))`)
		return said != ""
	}, patience, 100*time.Millisecond)
	assert.Contains(t, said, "a frame that shuts it off")
	assert.Contains(t, said, p.address(""), "and where it can be opened")
	p.shot("blocked-frame")
}

// frame is the frame in the page, which has a process of its own.
func (p *tab) frame() (in context.Context) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		infos, err := chromedp.Targets(p.Ctx)
		for _, info := range infos {
			if err == nil && info.Type == "iframe" {
				var stop func()
				in, stop = chromedp.NewContext(p.Ctx, chromedp.WithTargetID(info.TargetID))
				p.t.Cleanup(stop)
				return true
			}
		}
		return false
	}, patience, 100*time.Millisecond)
	return in
}

// inside evaluates an expression that is text in a frame.
func inside(t *testing.T, frame context.Context, expression string) string {
	t.Helper()
	r, err := chromedp.Call(frame, runtime.Evaluate, runtime.EvaluateParams{Expression: expression})
	require.NoError(t, err)
	var s string
	require.NoError(t, json.Unmarshal(r.Result.Value, &s), "%s", r.Result.Value)
	return s
}

// A browser that knows no modules, or blocks workers, is told so too.
func TestBrowserWithoutModulesOrWorkersIsTold(t *testing.T) {
	p := blank(t, desktop)
	defer p.forgive()
	for script, says := range map[string]string{
		`delete HTMLScriptElement.prototype.noModule`:                                 "This browser is older",
		`window.Worker = function () { throw new Error("workers are blocked here") }`: "workers are blocked here",
	} {
		id, err := chromedp.Call(p.Ctx, page.AddScriptToEvaluateOnNewDocument,
			page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		require.NoError(t, err)
		p.do(chromedp.Navigate(p.address("")))
		assert.Contains(t, p.explained(), says)
		_, err = chromedp.Call(p.Ctx, page.RemoveScriptToEvaluateOnNewDocument,
			page.RemoveScriptToEvaluateOnNewDocumentParams(id))
		require.NoError(t, err)
	}
}
