package release

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

// released is a folder with files and the list of their sums.
func released(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.zip"), "abc")
	put(t, filepath.Join(dir, "b"), "")
	lines, err := sums(dir)
	require.NoError(t, err)
	put(t, filepath.Join(dir, sumsName), string(lines))
	return dir
}

// The list is as sha256sum writes it; the sum of "abc" is that of FIPS 180-4's example.
func TestSumsAreThoseOfTheFiles(t *testing.T) {
	lines, err := os.ReadFile(filepath.Join(released(t), sumsName))
	require.NoError(t, err)
	assert.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.zip\n"+
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n", string(lines))
}

// A release takes the place of one that was built before, and of nothing else.
func TestOnlyAReleaseAsItWasBuiltIsReplaced(t *testing.T) {
	require.NoError(t, replaceable(filepath.Join(t.TempDir(), "missing")))
	require.NoError(t, replaceable(t.TempDir()))
	require.NoError(t, replaceable(released(t)))
	for name, change := range map[string]func(dir string) error{
		"a.zip":  func(dir string) error { return os.WriteFile(filepath.Join(dir, "a.zip"), []byte("abd"), 0o644) },
		"b":      func(dir string) error { return os.Remove(filepath.Join(dir, "b")) },
		"mine":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "mine"), nil, 0o644) },
		"folder": func(dir string) error { return os.Mkdir(filepath.Join(dir, "folder"), 0o755) },
		sumsName: func(dir string) error { return os.Remove(filepath.Join(dir, sumsName)) },
	} {
		dir := released(t)
		require.NoError(t, change(dir))
		err := Make(t.Context(), dir, "", t.Output())
		assert.ErrorContains(t, err, dir+" is not a release as it was built, and stays as it is")
		assert.ErrorContains(t, err, name)
		assert.ErrorContains(t, Check(t.Context(), dir, t.Output()), name)
	}
}

func TestAFileThatDiffersIsNamed(t *testing.T) {
	assert.Empty(t, firstDifference("1  a\n2  b\n", "1  a\n2  b\n"))
	assert.Equal(t, "b", firstDifference("1  a\n2  b\n", "1  a\n3  b\n"))
	assert.Equal(t, "b", firstDifference("1  a\n2  b\n", "1  a\n"))
	assert.Equal(t, "c", firstDifference("1  a\n", "1  a\n1  c\n"))
	assert.Equal(t, "a", firstDifference("1  a\n", "11  a\n"))
}
