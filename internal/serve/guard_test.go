package serve

import (
	"bytes"
	"io"
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

// A name that somebody else's DNS can point here is not this machine's.
func TestOnlyNamesOfThisMachineAreAnswered(t *testing.T) {
	h, err := Handler(folder(t), Self)
	require.NoError(t, err)
	for host, own := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LOCALHOST:1": true, "127.0.0.1": true, "127.0.0.1:8080": true,
		"127.8.9.10:80": true, "[::1]": true, "[::1]:8080": true,
		"": false, "example.org": false, "example.org:8080": false, "localhost.example.org": false,
		"127.0.0.1.example.org": false, "192.168.1.2:8080": false,
		"0.0.0.0:8080": false, "[::]:8080": false, "2130706433": false, "0x7f.1": false,
		"localhost:8080.example.org": false, "127.0.0.1@example.org": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if own {
			assert.Equal(t, http.StatusOK, w.Code, host)
			continue
		}
		assert.Equal(t, http.StatusMisdirectedRequest, w.Code, host)
		assert.NotContains(t, w.Body.String(), "page", host)
		assert.Equal(t, "this server answers to localhost, 127.0.0.1 and [::1] only\n", w.Body.String())
	}
}

// What begins with a dot is nobody's business: the lists and states of programs, keys, repositories.
func TestNamesThatBeginWithADotAreNotServed(t *testing.T) {
	dir := folder(t)
	for _, name := range []string{".env", ".git/config", "site/.hidden", "site/.a/b", "..x", "site/a.js/.b"} {
		if path := filepath.Join(dir, name); os.MkdirAll(filepath.Dir(path), 0o755) == nil {
			require.NoError(t, os.WriteFile(path, []byte("secret"), 0o644))
		}
	}
	h, err := Handler(dir, Self)
	require.NoError(t, err)
	for _, path := range []string{"/.env", "/.git/config", "/.git/", "/site/.hidden", "/site/.a/b", "/..x",
		"/site/%2ehidden", "/%2e%67it/config", "/site/../.env", "//.env", "/./.env"} {
		r := get(t, h, path)
		assert.Equal(t, 404, r.StatusCode, path)
	}
	assert.Equal(t, 200, get(t, h, "/site/./a.js").StatusCode)
	assert.Equal(t, 200, get(t, h, "/note.strange").StatusCode)
}

func TestWhoMayShowThePageInAFrameIsChosen(t *testing.T) {
	for choice, want := range map[string]string{
		"self": "'self'", "none": "'none'", "*": "*", "https://example.org": "https://example.org",
		"self http://localhost:3000":     "'self' http://localhost:3000",
		" self  https://a.example:8443 ": "'self' https://a.example:8443",
	} {
		h, err := Handler(folder(t), choice)
		require.NoError(t, err, choice)
		assert.Equal(t, Policy+"; frame-ancestors "+want, get(t, h, "/").Header.Get("Content-Security-Policy"))
	}
	for _, choice := range []string{"", " ", "none self", "example.org", "https://example.org/path",
		"https://example.org;script-src", "https://a,b", "'self'", "https://", "javascript:alert(1)", "https://u@h",
		"ftp://h"} {
		_, err := Handler(folder(t), choice)
		assert.ErrorContains(t, err, "frame ancestor", choice)
		assert.ErrorContains(t, err, "allowed", choice)
	}
}

// paced is a client's connection, which notes until when it is waited for.
type paced struct {
	http.ResponseWriter
	until []time.Time
	sizes []int
}

func (p *paced) SetWriteDeadline(t time.Time) error { p.until = append(p.until, t); return nil }
func (p *paced) Write(b []byte) (int, error) {
	p.sizes = append(p.sizes, len(b))
	return p.ResponseWriter.Write(b)
}

// A large file on a slow line takes as long as it takes: every piece of it has a time of its own, and only who takes
// nothing is left.
func TestASlowClientGetsAllOfALargeFile(t *testing.T) {
	dir := folder(t)
	large := bytes.Repeat([]byte("wasm"), 1<<18)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "large.wasm"), large, 0o644))
	h, err := Handler(dir, Self)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	p := &paced{ResponseWriter: w}
	begun := time.Now()
	h.ServeHTTP(p, httptest.NewRequest("GET", "http://localhost/large.wasm", nil))
	assert.True(t, bytes.Equal(large, w.Body.Bytes()))
	require.Len(t, p.until, len(p.sizes), "before each piece")
	require.Greater(t, len(p.sizes), 10)
	for i, until := range p.until {
		assert.LessOrEqual(t, p.sizes[i], 64<<10, "pieces are small")
		assert.False(t, until.Before(begun.Add(stall)), "a whole time for each")
	}
}

// A server that is asked in the middle of nothing gives up: the times are set.
func TestTheServerWaitsForNobodyWithoutAnEnd(t *testing.T) {
	s := server(http.NotFoundHandler())
	for what, limit := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "request": s.ReadTimeout,
		"answer": s.WriteTimeout, "idle": s.IdleTimeout} {
		assert.Positive(t, limit, what)
		assert.LessOrEqual(t, limit, 5*time.Minute, what)
	}
}

func TestEncodingsAreChosenAsTheClientWantsThem(t *testing.T) {
	h, err := Handler(folder(t), Self)
	require.NoError(t, err)
	for accept, want := range map[string]string{
		"br": "br", "gzip": "gzip", "x-gzip": "gzip", "BR": "br", "gzip, br": "br", "br;q=0.5, gzip;q=0.8": "gzip",
		"br;q=0.5;x=1": "br", "gzip;x=1;q=0": "",
		"br;q=0": "", "br;q=0.000, gzip;q=0.0": "", "br;Q=0": "", "br; q = 0": "", "br;q=0;q=1": "", "br;q=0.001": "br",
		"br;q=1.000": "br",
		"*":          "br", "*;q=0.5": "br", "br;q=0, *": "gzip", "*, br;q=0": "gzip", "identity": "",
		"identity, br;q=0.5":       "",
		"identity;q=0.2, br;q=0.5": "br",
		"identity;q=0, gzip":       "gzip", "deflate": "", "deflate, gzip;q=0.1": "gzip", "*;q=0, gzip": "gzip",
		"*;q=0, identity": "",
		"br;q=x":          "", "br;q=2": "", "br;q=-1": "", "br;q=": "", "br;q=NaN": "", ",,": "", "": "", ";q=1": "",
		"br gzip": "",
	} {
		r := get(t, h, "/site/a.js", "Accept-Encoding", accept)
		assert.Equal(t, 200, r.StatusCode, accept)
		assert.Equal(t, want, r.Header.Get("Content-Encoding"), "%q", accept)
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"br": "brotli", "gzip": "gzip", "": "plain"}[want], string(body),
			"%q", accept)
	}
	for _, accept := range []string{"identity;q=0", "*;q=0", "br, identity;q=0", "gzip;q=0, *;q=0", "deflate, *;q=0"} {
		r := get(t, h, "/note.strange", "Accept-Encoding", accept)
		assert.Equal(t, http.StatusNotAcceptable, r.StatusCode, accept)
		assert.Equal(t, 404, get(t, h, "/missing", "Accept-Encoding", accept).StatusCode)
	}
	r := httptest.NewRequest("GET", "http://localhost/site/a.js", nil)
	r.Header["Accept-Encoding"] = []string{"br;q=0", "gzip"}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, "gzip", w.Header().Get("Content-Encoding"), "lines are one list")
}

func FuzzAcceptEncoding(f *testing.F) {
	for _, header := range []string{"br;q=0.5;x=1, gzip", "*;q=0", ";;,=q", "br;q=1e9"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for coding, q := range accepted([]string{header}) {
			assert.True(t, q >= 0 && q <= 1, "%s of %q", coding, header)
			assert.NotContains(t, coding, ",")
		}
		if !strings.Contains(header, "*") && !strings.Contains(strings.ToLower(header), identity) {
			assert.Contains(t, accepted([]string{header}).order(codings), identity,
				"whoever does not refuse the file as it is may get it")
		}
	})
}
