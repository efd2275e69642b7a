//go:build unix

package serve

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pipe in the folder holds nobody, under whatever name, nor does what stands for a compressed sibling.
func TestOnlyRegularFilesAreServed(t *testing.T) {
	dir := folder(t)
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644))
	require.NoError(t, os.Symlink("pipe", filepath.Join(dir, "link")))
	require.NoError(t, os.Remove(filepath.Join(dir, "site/a.js.br")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "site/a.js.br"), 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o755))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "sub/index.html"), 0o644))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "endless")))
	require.NoError(t, os.Symlink("site/a.js", filepath.Join(dir, "inside.js")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, ".git/objects"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".git/config"), nil, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".git/objects/1"), nil, 0o644))
	require.NoError(t, os.Symlink(".git/config", filepath.Join(dir, "config")))
	require.NoError(t, os.Symlink(".git/objects", filepath.Join(dir, "objects")))
	h, err := Handler(dir, Self)
	require.NoError(t, err)
	for _, path := range []string{"/pipe", "/link", "/sub/", "/sub/index.html", "/endless", "/config", "/objects/1"} {
		assert.Equal(t, 404, get(t, h, path).StatusCode, path)
	}
	assert.Equal(t, "gzip", get(t, h, "/site/a.js", "Accept-Encoding", "br, gzip").Header.Get("Content-Encoding"))
	assert.Equal(t, 200, get(t, h, "/inside.js").StatusCode, "a link within the folder")
}
