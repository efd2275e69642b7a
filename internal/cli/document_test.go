package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testdata/bom.json begins with a byte order mark, as some editors save text.
func TestDocumentsAreReadAsEditorsSaveThemAndWhatIsNotClearIsRefused(t *testing.T) {
	for _, verb := range [][]string{{"plan"}, {"run", "--quiet", "--steps", "4"}} {
		code, out, err := run(append(verb, "testdata/bom.json")...)
		assert.Zero(t, code, err)
		assert.NotEmpty(t, out)
	}
	data, err := os.ReadFile("testdata/bom.json")
	require.NoError(t, err)
	for want, text := range map[string][]byte{
		"more follows": append(bytes.Clone(data), ']'),
		"SEED is there twice, the second time in": bytes.Replace(data, []byte(`"seed"`),
			[]byte("\"SEED\": 1,\n\"seed\""), 1),
		"it is not text in UTF-8":                   append(bytes.Clone(data), 0xff),
		"it is UTF-16 that ends within a character": {0xff, 0xfe, '{', 0, '}'},
	} {
		path := filepath.Join(t.TempDir(), "wrong.json")
		require.NoError(t, os.WriteFile(path, text, 0o644))
		for _, verb := range []string{"plan", "run"} {
			code, _, says := run(verb, path)
			assert.Equal(t, codeBad, code)
			assert.Contains(t, says, path)
			assert.Contains(t, says, want)
		}
	}
}
