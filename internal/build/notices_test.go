package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever the page links is named, with the terms that its authors ask to be passed on.
func TestNoticesNameAllThatThePageIsMadeOf(t *testing.T) {
	g, err := findGo(t.Context())
	require.NoError(t, err)
	text := noticed(t, g, browser, "./wasm/lab", "./wasm/trainer")
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} "+
		"{{.Version}}\t{{.Dir}}{{end}}{{end}}", "../../wasm/lab", "../../wasm/trainer")
	list.Env = append(os.Environ(), browser...)
	out, err := list.Output()
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(out)) {
		name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		seen++
		assert.Contains(t, text, "\n"+name+"\n", "it is named")
		licence, err := os.ReadFile(filepath.Join(dir, "LICENSE"))
		require.NoError(t, err)
		assert.Contains(t, text, strings.TrimSpace(string(licence)))
	}
	assert.Greater(t, seen, 10)
	for _, holder := range []string{"The Go Authors", "Bigelow & Holmes", "Apache License", "GLFW"} {
		assert.Contains(t, text, holder)
	}
	assert.NotContains(t, text, "stretchr", "what only tests use is not in it")
}

// noticed is what the notices of programs say.
func noticed(t *testing.T, g goTool, env []string, programs ...string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), NoticesName)
	require.NoError(t, g.notices(t.Context(), to, "", env, programs...))
	data, err := os.ReadFile(to)
	require.NoError(t, err)
	return string(data)
}

// What comes without terms cannot be shipped: that is an error, and not a gap.
func TestModuleWithoutALicenceIsRefused(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "LICENSE"), "ours")
	put(t, filepath.Join(dir, "go.mod"), "module example.org/a\n\ngo 1.27\n\nrequire example.org/b v1.0.0\n\nreplace "+
		"example.org/b => ./b\n")
	put(t, filepath.Join(dir, "main.go"), "package main\n\nimport _ \"example.org/b/c\"\n\nfunc main() {}\n")
	put(t, filepath.Join(dir, "b", "go.mod"), "module example.org/b\n")
	put(t, filepath.Join(dir, "b", "c", "c.go"), "package c\n")
	g, err := findGo(t.Context())
	require.NoError(t, err)
	g.module = dir
	to := filepath.Join(dir, NoticesName)
	assert.ErrorContains(t, g.notices(t.Context(), to, "", nil, "."),
		"example.org/b v1.0.0 says nowhere on which terms")
	assert.NoFileExists(t, to)
	put(t, filepath.Join(dir, "b", "c", "COPYING.txt"), "theirs")
	assert.Contains(t, noticed(t, g, nil, "."), "example.org/b v1.0.0\n====================\n\ntheirs\n")
}
