package serve

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index.html": "<p>page", "site/a.js": "plain", "site/a.js.br": "brotli", "site/a.js.gz": "gzip",
		"lab.wasm": "wasm", "lab.wasm.gz": "gzipped wasm", "note.strange": "?",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func get(t *testing.T, h http.Handler, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", "http://localhost:8080"+path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// Whoever types the name of a folder without the last slash comes to its page, also where the server stands below a
// folder itself, and nowhere else.
func TestAFolderWithAPageIsFoundWithoutItsSlash(t *testing.T) {
	dir := folder(t)
	name := filepath.Join(dir, "slides", "a b:c")
	require.NoError(t, os.MkdirAll(name, 0o755))
	for _, page := range []string{filepath.Dir(name), name} {
		require.NoError(t, os.WriteFile(filepath.Join(page, "index.html"), []byte("<p>slides"), 0o644))
	}
	h, err := Handler(dir, Self)
	require.NoError(t, err)
	for path, to := range map[string]string{"/slides": "./slides/", "/slides?preview": "./slides/?preview",
		"/slides/a%20b:c": "./a%20b:c/", "//slides": "./slides/", "/site/../slides": "./slides/"} {
		r := get(t, h, path)
		assert.Equal(t, http.StatusFound, r.StatusCode, path)
		assert.Equal(t, to, r.Header.Get("Location"), path)
	}
	assert.Equal(t, 404, get(t, h, "/slides/index.html/").StatusCode)
}

func TestServesTheBestRepresentationWithItsType(t *testing.T) {
	h, err := Handler(folder(t), Self)
	require.NoError(t, err)
	for _, c := range []struct{ path, accept, body, encoding, media string }{
		{"/", "gzip, br", "<p>page", "", "text/html; charset=utf-8"},
		{"/site/a.js", "gzip, deflate, br", "brotli", "br", "text/javascript; charset=utf-8"},
		{"/site/a.js", "gzip", "gzip", "gzip", "text/javascript; charset=utf-8"},
		{"/site/a.js", "br;q=0, gzip;q=0.5", "gzip", "gzip", "text/javascript; charset=utf-8"},
		{"/site/a.js", "", "plain", "", "text/javascript; charset=utf-8"},
		{"/lab.wasm", "br", "wasm", "", "application/wasm"},
		{"/lab.wasm", "br, gzip", "gzipped wasm", "gzip", "application/wasm"},
		{"/lab.wasm?v=1", "", "wasm", "", "application/wasm"},
		{"/note.strange", "", "?", "", "application/octet-stream"},
	} {
		r := get(t, h, c.path, "Accept-Encoding", c.accept)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		assert.Equal(t, 200, r.StatusCode, c.path)
		assert.Equal(t, c.body, string(body), "%s to %q", c.path, c.accept)
		assert.Equal(t, c.encoding, r.Header.Get("Content-Encoding"), "%s to %q", c.path, c.accept)
		assert.Equal(t, c.media, r.Header.Get("Content-Type"), c.path)
		assert.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))
		assert.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
		assert.Equal(t, Policy+"; frame-ancestors 'self'", r.Header.Get("Content-Security-Policy"))
	}
}

// A page that is built anew takes the folder's place as a whole; who has the server open sees the new one.
func TestAFolderThatIsReplacedIsServed(t *testing.T) {
	dir := folder(t)
	h, err := Handler(dir, Self)
	require.NoError(t, err)
	require.NoError(t, os.Rename(dir, dir+"-before"))
	assert.Equal(t, http.StatusNotFound, get(t, h, "/").StatusCode)
	require.NoError(t, os.Mkdir(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index.html"), []byte("anew"), 0o644))
	body, err := io.ReadAll(get(t, h, "/").Body)
	require.NoError(t, err)
	assert.Equal(t, "anew", string(body))
}

// Hosts that cannot set headers serve the same page.
func TestPageCarriesThePolicyItself(t *testing.T) {
	page, err := os.ReadFile("../../index.html")
	require.NoError(t, err)
	words := strings.Join(strings.Fields(string(page)), " ")
	assert.Contains(t, words, `<meta http-equiv="Content-Security-Policy" content="`+Policy+`">`)
}

func TestAnswersNotModifiedToItsOwnValidator(t *testing.T) {
	h, err := Handler(folder(t), Self)
	require.NoError(t, err)
	first := get(t, h, "/lab.wasm", "Accept-Encoding", "gzip")
	again := get(t, h, "/lab.wasm", "Accept-Encoding", "gzip", "If-None-Match", first.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.StatusCode)
	plain := get(t, h, "/lab.wasm", "If-None-Match", first.Header.Get("ETag"))
	assert.Equal(t, 200, plain.StatusCode, "another encoding is another representation")
}

func TestHandsOutNothingOutsideTheFolder(t *testing.T) {
	dir := folder(t)
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("x"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(dir, "link")))
	h, err := Handler(dir, Self)
	require.NoError(t, err)
	for _, path := range []string{"/link", "/../secret", "/site", "/site/", "/missing"} {
		assert.Equal(t, 404, get(t, h, path).StatusCode, path)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "http://127.0.0.1/", strings.NewReader("x")))
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
}

func TestRunTakesTheNextFreePortAndSaysWhere(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	dir := folder(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "slides"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "slides", "index.html"), []byte("x"), 0o600))
	go func() { done <- Run(ctx, dir, taken.Addr().String(), Self, in) }()
	said := bufio.NewReader(out)
	line, err := said.ReadString('\n')
	require.NoError(t, err)
	slides, err := said.ReadString('\n')
	require.NoError(t, err)
	url := strings.TrimSpace(strings.TrimPrefix(line, "Serving SPARKLING Lab at "))
	assert.NotContains(t, url, taken.Addr().String())
	assert.Equal(t, "The slides are at "+url+"slides/\n", slides)
	r, err := http.Get(url)
	require.NoError(t, err)
	r.Body.Close()
	assert.Equal(t, 200, r.StatusCode)
	cancel()
	select {
	case err := <-done:
		assert.NoError(t, err)
	case <-time.After(5 * time.Minute):
		t.Fatal("the server did not stop")
	}
}

func TestRunRefusesWhatIsNotLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:8080", "192.0.2.1:80", "example.org:80", ":8080", "8080", "127.0.0.1:x"} {
		assert.Error(t, Run(t.Context(), t.TempDir(), addr, Self, io.Discard), addr)
	}
	assert.Error(t, Run(t.Context(), filepath.Join(t.TempDir(), "missing"), "127.0.0.1:0", Self, io.Discard))
}
