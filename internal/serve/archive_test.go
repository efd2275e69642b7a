package serve

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// zipped is a zip of what a folder holds.
func zipped(t *testing.T, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	require.NoError(t, z.AddFS(os.DirFS(dir)))
	require.NoError(t, z.Close())
	return b.Bytes()
}

// A lecture lies on a stick as one file: what a zip of a page answers is what the page answers, to the header.
func TestAZipIsServedAsTheFolderInIt(t *testing.T) {
	dir, stick := folder(t), filepath.Join(t.TempDir(), "page.zip")
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".hidden"), []byte("secret"), 0o644))
	require.NoError(t, os.WriteFile(stick, zipped(t, dir), 0o644))
	unpacked, err := Handler(dir, "none")
	require.NoError(t, err)
	h, err := Handler(stick, "none")
	require.NoError(t, err)
	require.NoError(t, os.Remove(stick), "the stick can be taken out")
	for _, path := range []string{"/", "/index.html", "/site/a.js", "/site/", "/site", "/lab.wasm", "/note.strange",
		"/missing", "/.hidden", "/../index.html", "//site/a.js", "/site/a.js.br", "/index.html/"} {
		for _, accept := range []string{"", "br", "gzip, br;q=0.5", "identity;q=0"} {
			for _, part := range []string{"", "bytes=1-2"} {
				header := []string{"Accept-Encoding", accept, "Range", part}
				want, got := get(t, unpacked, path, header...), get(t, h, path, header...)
				assert.Equal(t, want.StatusCode, got.StatusCode, "%s %q %q", path, accept, part)
				there, err := io.ReadAll(want.Body)
				require.NoError(t, err)
				here, err := io.ReadAll(got.Body)
				require.NoError(t, err)
				assert.Equal(t, string(there), string(here), "%s %q %q", path, accept, part)
				for _, own := range []string{"Etag", "Last-Modified"} {
					want.Header.Del(own)
					got.Header.Del(own)
				}
				assert.Equal(t, want.Header, got.Header, "%s %q %q", path, accept, part)
			}
		}
	}
	first := get(t, h, "/site/a.js")
	again := get(t, h, "/site/a.js", "If-None-Match", first.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.StatusCode)
}

// entries is a zip with files of these names, beside a page.
func entries(t *testing.T, headers ...zip.FileHeader) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, h := range append(headers, zip.FileHeader{Name: "index.html"}) {
		w, err := z.CreateHeader(&h)
		require.NoError(t, err)
		_, err = w.Write([]byte("<p>page"))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestAZipThatIsNoPageIsRefused(t *testing.T) {
	link := zip.FileHeader{Name: "site/link"}
	link.SetMode(fs.ModeSymlink | 0o777)
	large := entries(t)
	at := bytes.LastIndex(large, []byte("PK\x01\x02"))
	copy(large[at+24:], []byte{1, 0, 0, 4}) // its size unpacked: 64 MiB and a byte
	locked, lzma := entries(t), entries(t)
	locked[at+8] |= 1
	lzma[at+10] = 14
	for says, data := range map[string][]byte{
		"it cannot be read as a zip":                 []byte("<p>page"),
		"it holds no index.html, and so is no page":  zipped(t, t.TempDir()),
		`it holds "../a", a name that leads out`:     entries(t, zip.FileHeader{Name: "../a"}),
		`it holds "/etc/a", a name that leads out`:   entries(t, zip.FileHeader{Name: "/etc/a"}),
		`it holds "a//b", a name that leads out`:     entries(t, zip.FileHeader{Name: "a//b"}),
		`it holds "site/link", which is no file`:     entries(t, link),
		`it holds "b", a name that is there twice`:   entries(t, zip.FileHeader{Name: "b"}, zip.FileHeader{Name: "b"}),
		"which has 67108865 bytes unpacked; at most": large,
		`it holds "index.html", which is encrypted`:  locked,
		`"index.html", which is packed by method 14`: lzma,
	} {
		path := filepath.Join(t.TempDir(), "page.zip")
		require.NoError(t, os.WriteFile(path, data, 0o644))
		_, err := Handler(path, Self)
		assert.ErrorContains(t, err, says)
		assert.ErrorContains(t, err, path)
	}
	path := filepath.Join(t.TempDir(), "large.zip")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, f.Truncate(maxArchive+1))
	require.NoError(t, f.Close())
	_, err = Handler(path, Self)
	assert.ErrorContains(t, err, "large.zip: it has more than the 268435456 bytes")
}

// What lost a bit on its way is missing, and not another page.
func TestABrokenFileOfAZipIsNotHandedOut(t *testing.T) {
	whole := entries(t)
	broken := bytes.Replace(whole, []byte("<p>page"), []byte("<p>pAge"), 1)
	if bytes.Equal(whole, broken) { // it is compressed
		at := bytes.Index(broken, []byte("index.html")) + len("index.html") + 2
		broken[at] ^= 1
	}
	a, err := parseArchive(broken)
	require.NoError(t, err)
	assert.Nil(t, a.open("index.html"))
	a, err = parseArchive(whole)
	require.NoError(t, err)
	assert.NotNil(t, a.open("index.html"))
}

func FuzzArchive(f *testing.F) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("index.html")
	require.NoError(f, err)
	_, err = w.Write([]byte(strings.Repeat("page", 100)))
	require.NoError(f, err)
	require.NoError(f, z.Close())
	f.Add(b.Bytes())
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := parseArchive(data)
		if err != nil {
			return
		}
		for name, entry := range a {
			assert.True(t, fs.ValidPath(name), "%q", name)
			if entry.UncompressedSize64 > 1<<20 {
				continue // sizes are bounded, and a fuzzer is in a hurry
			}
			if f := a.open(name); f != nil {
				read, err := io.Copy(io.Discard, f)
				assert.NoError(t, err)
				assert.EqualValues(t, entry.UncompressedSize64, read)
			}
		}
	})
}
