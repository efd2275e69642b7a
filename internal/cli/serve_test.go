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
	assert.Equal(t, built, pageAt(built, program), "what is missing is said of the folder")
	require.NoError(t, os.WriteFile(beside, nil, 0o644))
	assert.Equal(t, beside, pageAt(built, program))
	assert.Equal(t, built, pageAt(built, func() (string, error) { return "", errors.New("unknown") }))
	require.NoError(t, os.Mkdir(built, 0o755))
	assert.Equal(t, built, pageAt(built, program))
}

func TestTheProgramSaysItsVersion(t *testing.T) {
	code, out, err := run("--version")
	assert.Zero(t, code)
	assert.Empty(t, err)
	assert.Equal(t, "sparkling "+version.String()+"\n", out)
}
