// Package serve is the Lab's static web server for one's own machine: loopback only, with the headers that the page
// wants (media types, Content-Security-Policy, precompressed siblings, validators). It builds nothing, lists no
// folders, opens no browser, and is not meant to face a network: any static host can publish the same folder.
package serve

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
)

// Policy is the Content-Security-Policy of every answer, besides who may show it in a frame, which only a header can
// say. index.html carries the same words in a <meta>, for hosts that cannot set headers: nothing from elsewhere, no
// inline scripts or styles, and WebAssembly.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: " +
	"blob:; worker-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"

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

// codings in the order of preference, and the suffix of the sibling that has each.
var (
	codings  = []string{"br", "gzip", identity}
	suffixes = map[string]string{"br": ".br", "gzip": ".gz", identity: ""}
)

// Handler serves the regular files of a page, a folder or a zip, to GET and HEAD, but none whose name, or whose
// folder's, begins with a dot, by a link neither, and nothing that a link leads to outside. It answers to the names of
// this machine only. Ancestors are as [FrameAncestors] takes them.
func Handler(page, ancestors string) (http.Handler, error) { return newHandler(page, ancestors) }

func newHandler(page, ancestors string) (h handler, err error) {
	frames, err := FrameAncestors(ancestors)
	if err != nil {
		return h, err
	}
	h = handler{policy: Policy + frames}
	if info, err := os.Stat(page); err == nil && !info.IsDir() {
		h.files, err = openArchive(page)
		return h, err
	}
	h.files, err = openTree(page)
	return h, err
}

type handler struct {
	files  files
	policy string
}

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", h.policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	if !ownHost(r.Host) {
		http.Error(w, "this server answers to localhost, 127.0.0.1 and [::1] only", http.StatusMisdirectedRequest)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "this server only hands out files", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" || strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	if hidden(name) {
		http.NotFound(w, r)
		return
	}
	head.Set("Vary", "Accept-Encoding")
	f, encoding := h.open(name, accepted(r.Header.Values("Accept-Encoding")))
	if f == nil {
		if there := h.files.open(name); there != nil {
			there.Close()
			http.Error(w, "this file is here, but in no encoding that Accept-Encoding allows", http.StatusNotAcceptable)
			return
		}
		if there := h.files.open(path.Join(name, "index.html")); there != nil { // as every static host does
			there.Close()
			head.Set("Location", "./"+url.PathEscape(path.Base(name))+"/"+query(r.URL.RawQuery))
			w.WriteHeader(http.StatusFound)
			return
		}
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	if encoding != identity {
		head.Set("Content-Encoding", encoding)
	}
	head.Set("Content-Type", mediaType(name))
	head.Set("Cache-Control", "no-cache") // keep it, but ask whether it is still true
	head.Set("ETag", fmt.Sprintf(`"%s%s"`, f.tag, encoding))
	http.ServeContent(newPatient(w), r, name, f.modified, f)
}

// query is what an address says behind its ?, with that.
func query(raw string) string {
	if raw == "" {
		return ""
	}
	return "?" + raw
}

// open finds the best representation of name that the client accepts; no file is nil.
func (h handler) open(name string, w weights) (f *file, encoding string) {
	for _, coding := range w.order(codings) {
		if f := h.files.open(name + suffixes[coding]); f != nil {
			return f, coding
		}
	}
	return nil, ""
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
