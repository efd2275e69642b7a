package cli

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/version"
)

// Who unpacks a release has a page with nothing to name; who builds one here gets that.
func TestAPageThatNobodyNamesIsTheOneBuiltOrTheOneBesideTheProgram(t *testing.T) {
	here, unpacked := t.TempDir(), t.TempDir()
	built, beside := filepath.Join(here, "dist"), filepath.Join(unpacked, "page.zip")
	program := func() (string, error) { return filepath.Join(unpacked, "sparkling"), nil }
	lost := func() (string, error) { return "", errors.New("unknown") }
	check := func(want string, program func() (string, error)) {
		t.Helper()
		path, err := pageAt(built, program)
		if want == "" {
			assert.ErrorContains(t, err, "no folder "+built+" here, and no page.zip beside this program; make page")
			return
		}
		require.NoError(t, err)
		assert.Equal(t, want, path)
	}
	check("", program)
	check("", lost)
	require.NoError(t, os.WriteFile(beside, nil, 0o644))
	check(beside, program)
	check("", lost)
	require.NoError(t, os.Mkdir(built, 0o755))
	check(built, program)
	check(built, lost)
}

func TestTheProgramSaysItsVersion(t *testing.T) {
	code, out, err := run("--version")
	assert.Zero(t, code)
	assert.Empty(t, err)
	assert.Equal(t, "sparkling "+version.String()+"\n", out)
}
