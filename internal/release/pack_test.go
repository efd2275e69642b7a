package release

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// found is what is in an archive, by name.
func found(t *testing.T, name string, archive []byte) map[string]entry {
	t.Helper()
	files := map[string]entry{}
	put := func(name string, info fs.FileInfo, r io.Reader) {
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		files[name] = entry{name, info.Mode() == 0o755, data}
		assert.True(t, made.Equal(info.ModTime()), "%s has no time of its own: %s", name, info.ModTime())
		assert.Contains(t, []fs.FileMode{0o644, 0o755}, info.Mode(), name)
	}
	if name[len(name)-3:] == "zip" {
		z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		require.NoError(t, err)
		for _, f := range z.File {
			r, err := f.Open()
			require.NoError(t, err)
			put(f.Name, f.FileInfo(), r)
		}
		return files
	}
	z, err := gzip.NewReader(bytes.NewReader(archive))
	require.NoError(t, err)
	assert.Zero(t, z.Name+z.Comment)
	assert.True(t, z.ModTime.IsZero())
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		require.NoError(t, err)
		assert.Zero(t, h.Uid+h.Gid, "it is nobody's")
		assert.Zero(t, h.Uname+h.Gname)
		put(h.Name, h.FileInfo(), r)
	}
}

// The same files give the same archive, in whatever order and at whatever time they come; and they come out of it.
func TestAnArchiveHasTheSameBytesWheneverItIsPacked(t *testing.T) {
	files := []entry{
		{"a/sparkling", true, bytes.Repeat([]byte("program"), 1000)}, {"a/README.md", false, []byte("text")},
		{"a/page.zip", false, bytes.Repeat([]byte("zip"), 1000)}, {"a/empty", false, []byte{}},
	}
	for _, name := range []string{"a.tar.gz", "a.zip"} {
		first, err := packed(name, files)
		require.NoError(t, err)
		slices.Reverse(files)
		second, err := packed(name, files)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(first, second), name)
		got := found(t, name, first)
		assert.Len(t, got, len(files))
		for _, f := range files {
			assert.Equal(t, f, got[f.name], name)
		}
	}
}

func TestANameThatIsNoneWithinAnArchiveIsRefused(t *testing.T) {
	for says, names := range map[string][]string{
		`cannot hold the name "../a"`: {"../a"}, `cannot hold the name "/a"`: {"/a"},
		`cannot hold the name ""`: {""}, `cannot hold the name "."`: {"."}, "would hold a twice": {"a", "b", "a"},
	} {
		var files []entry
		for _, name := range names {
			files = append(files, entry{name: name})
		}
		for _, archive := range []string{"a.zip", "a.tar.gz"} {
			_, err := packed(archive, files)
			assert.ErrorContains(t, err, says)
		}
	}
}
