//go:build !js

package pagetest

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What README.md says of a host that sends no headers: the page's own policy holds for the page and not for its
// workers, which ask nobody else because of what they do. With headers it holds for both.
func TestPolicyHoldsForWorkersWhereItIsAHeader(t *testing.T) {
	var asked atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	defer elsewhere.Close()
	p := blank(t, desktop)
	defer p.forgive() // browsers write down what is refused
	mux.Handle(under+"bare/", http.StripPrefix(under+"bare", http.FileServer(http.Dir(built))))
	for path, headers := range map[string]http.Header{
		"bare/site/probe.js": {}, "site/probe.js": {"Content-Security-Policy": {served(t)}},
	} {
		mux.HandleFunc(under+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript")
			for name, value := range headers {
				w.Header()[name] = value
			}
			_, _ = w.Write([]byte(`fetch("` + elsewhere.URL + `").then(() => postMessage("asked"), () => ` +
				`postMessage("refused"))`))
		})
	}
	mux.HandleFunc(under+"bare/site/emptied.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte(`importScripts("worker.js");
			const ways = ["fetch", "XMLHttpRequest", "WebSocket", "WebTransport", "EventSource",
				"importScripts", "Worker"];
			postMessage([...ways, "Go"].filter((name) => name in self).join())`))
	})
	says := func(script string) string {
		return eval[string](p, `new Promise((come) => new Worker(new URL("site/`+script+
			`", document.baseURI)).onmessage = ({ data }) => come(data))`)
	}
	fromPage := `fetch("` + elsewhere.URL + `").then(() => "asked", () => "refused")`

	p.do(chromedp.Navigate(p.address(short(t).Link())))
	p.ready()
	assert.Equal(t, "refused", eval[string](p, fromPage), "with headers, for the page")
	assert.Equal(t, "refused", says("probe.js"), "and for a worker")

	p.do(chromedp.Navigate(p.address("") + "bare/#" + short(t).Link()))
	p.ready()
	p.finish()
	assert.Zero(t, asked.Load())
	assert.Equal(t, "refused", eval[string](p, fromPage), "without headers, for the page")
	assert.Equal(t, "asked", says("probe.js"), "but not for a worker")
	assert.Equal(t, "Go", says("emptied.js"), "that of an arm has nothing left to ask with")
	assert.EqualValues(t, 1, asked.Load())
}

// served is the policy that comes with the page's scripts.
func served(t *testing.T) string {
	t.Helper()
	s, err := site()
	require.NoError(t, err)
	answer, err := http.Get(s.URL + under + "site/worker.js")
	require.NoError(t, err)
	defer answer.Body.Close()
	return answer.Header.Get("Content-Security-Policy")
}

// Go's own way to ask somebody in a browser is not in the page's programs.
func TestProgramsCannotAskAnybody(t *testing.T) {
	for _, program := range []string{"lab", "trainer"} {
		list := exec.Command("go", "list", "-deps", "../"+program)
		list.Env = append(list.Environ(), "GOOS=js", "GOARCH=wasm")
		out, err := list.Output()
		require.NoError(t, err)
		packages := strings.Fields(string(out))
		require.Contains(t, packages, "syscall/js")
		assert.NotContains(t, packages, "net/http", program)
	}
}
