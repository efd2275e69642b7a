// Package serve is the Lab's static web server for one's own machine: loopback only, with the headers that the page wants
// (media types, Content-Security-Policy, precompressed siblings, validators). It builds nothing, lists no folders, opens no
// browser, and is not meant to face a network: any static host can publish the same folder.
package serve

import (
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
)

// Policy is the Content-Security-Policy of every answer. index.html carries the same words in a <meta>, for hosts that cannot set
// headers: nothing from elsewhere, no inline scripts or styles, and WebAssembly.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; " +
	"worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

// types are the media types of what a built page holds; a machine's own table may lack or change them.
var types = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".png":  "image/png",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
	".wasm": "application/wasm",
	".webp": "image/webp",
}

// encodings in the order of preference: the sibling's suffix and its name in Accept-Encoding.
var encodings = []struct{ suffix, name string }{{".br", "br"}, {".gz", "gzip"}}

// Handler serves the files under dir to GET and HEAD.
func Handler(dir string) (http.Handler, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder to serve: %w", err)
	}
	return handler{root.FS()}, nil
}

type handler struct{ files fs.FS }

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", Policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "this server only hands out files", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" || strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	f, info, encoding := h.open(name, r.Header.Get("Accept-Encoding"))
	if f == nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	if encoding != "" {
		head.Set("Content-Encoding", encoding)
	}
	head.Set("Vary", "Accept-Encoding")
	head.Set("Content-Type", mediaType(name))
	head.Set("Cache-Control", "no-cache") // keep it, but ask whether it is still true
	head.Set("ETag", fmt.Sprintf(`"%x-%x%s"`, info.ModTime().UnixNano(), info.Size(), encoding))
	http.ServeContent(w, r, name, info.ModTime(), f)
}

// open finds the best representation of name that the client accepts; no file is nil.
func (h handler) open(name, accept string) (f readSeekCloser, info fs.FileInfo, encoding string) {
	for _, e := range encodings {
		if accepts(accept, e.name) {
			if f, info := h.regular(name + e.suffix); f != nil {
				return f, info, e.name
			}
		}
	}
	f, info = h.regular(name)
	return f, info, ""
}

type readSeekCloser interface {
	io.ReadSeeker
	io.Closer
}

func (h handler) regular(name string) (readSeekCloser, fs.FileInfo) {
	f, err := h.files.Open(name)
	if err != nil {
		return nil, nil
	}
	info, err := f.Stat()
	s, ok := f.(readSeekCloser)
	if err != nil || !ok || !info.Mode().IsRegular() {
		f.Close()
		return nil, nil
	}
	return s, info
}

// accepts reports whether an Accept-Encoding header names the encoding and does not refuse it with q=0.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q := strings.ReplaceAll(params, " ", "")
			return !strings.HasPrefix(q, "q=0") || strings.Trim(q, "q=0.") != ""
		}
	}
	return false
}

func mediaType(name string) string {
	ext := path.Ext(name)
	if t, ok := types[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}
