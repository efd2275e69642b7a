package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
)

func TestExportWritesAFileAndOverwritesNone(t *testing.T) {
	for _, set := range fixture.Sets(t, "../../model/testdata/fixtures")[:1] {
		dir, _ := hugged(t, set, map[string]string{"model.safetensors": "weights_init"})
		to := filepath.Join(t.TempDir(), "small.gguf")
		code, out, err := run("export", "--model", dir, "--gguf", to)
		require.Zero(t, code, err)
		assert.Contains(t, out, "small.gguf: qwen3moe, ")
		assert.Contains(t, err, "holds no tokenizer.json: to llama.cpp token 7 is the text <|7|>")
		data, e := os.ReadFile(to)
		require.NoError(t, e)
		assert.Equal(t, "GGUF\x03\x00\x00\x00", string(data[:8]))

		code, _, err = run("export", "--model", dir, "--gguf", to)
		assert.Equal(t, codeBad, code)
		assert.Contains(t, err, "is there already; nothing is overwritten")
		again, e := os.ReadFile(to)
		require.NoError(t, e)
		assert.Equal(t, data, again)

		code, _, err = run("export", "--model", t.TempDir(), "--gguf", to+"2")
		assert.Equal(t, codeBad, code)
		assert.Contains(t, err, "is not the folder of a network")
		assert.NoFileExists(t, to+"2")
	}
}
