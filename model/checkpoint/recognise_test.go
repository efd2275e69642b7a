package checkpoint

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// strangers are files that people have where a file of weights should be, and what they are called.
func strangers(t testing.TB) map[string]struct {
	data []byte
	is   string
} {
	var zipped, tarred, gzipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	w, err := z.Create("archive/data.pkl")
	require.NoError(t, err)
	_, err = w.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	tw := tar.NewWriter(&tarred)
	require.NoError(t, tw.WriteHeader(&tar.Header{Name: "model.safetensors", Size: 1}))
	_, err = tw.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, tw.Close())
	g := gzip.NewWriter(&gzipped)
	_, err = g.Write(tarred.Bytes())
	require.NoError(t, err)
	require.NoError(t, g.Close())
	lfs, err := os.ReadFile("../../internal/cli/testdata/kinds/pointer.safetensors")
	require.NoError(t, err)
	return map[string]struct {
		data []byte
		is   string
	}{
		"pointer":          {lfs, "the pointer that Git LFS keeps"},
		"page":             {[]byte("\n <!DOCTYPE html>\n<html lang=en>"), "a saved web page"},
		"page with a mark": {[]byte("\ufeff<HTML><head>"), "a saved web page"},
		"answer of a bucket": {[]byte(`<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`),
			"an XML document"},
		"answer of a hub":    {[]byte("Entry not found"), `text that begins "Entry not found"`},
		"pointer, rewritten": {sixteen("\ufeff"+string(lfs), binary.LittleEndian), "the pointer that Git LFS keeps"},
		"pointer, marked":    {append([]byte("\ufeff\r\n"), lfs...), "the pointer that Git LFS keeps"},
		"page in UTF-16":     {sixteen("\ufeff<html>", binary.BigEndian), "a saved web page"},
		"page in Latin-1":    {[]byte("\r\n<HTML><title>Nicht gefunden: gr\xf6\xdfer</title>"), "a saved web page"},
		"list of another":    {[]byte("outs:\n- md5: 0123456789abcdef\n  size: 3\n"), `text that begins "outs:"`},
		"other letters": {[]byte(strings.Repeat("Datei nicht gefunden – größer als erlaubt. ", 20)),
			`text that begins "Datei nicht`},
		"zip":     {zipped.Bytes(), "a zip archive"},
		"tar":     {tarred.Bytes(), "a tar archive"},
		"tar.gz":  {gzipped.Bytes(), "a gzip archive"},
		"pickle":  {append([]byte("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."), 0), "a Python pickle"},
		"gguf":    {[]byte("GGUF\x03\x00\x00\x00"), "a GGUF file"},
		"nothing": {nil, "empty"},
		"begun":   {make([]byte, 4096), "all zeros"},
	}
}

// Whatever lies where a file should be is called what it is: weights, states, indexes, config.json and batches alike.
func TestWhatIsNoFileOfOursIsCalledWhatItIs(t *testing.T) {
	all, data := tensors(network(t), F32)
	for name, s := range strangers(t) {
		for _, place := range []string{"model.safetensors", "optimizer_m.safetensors", "model" + indexSuffix,
			"model-00002-of-00002.safetensors", ConfigName} {
			dir := folder(t)
			if strings.Contains(place, "index") || strings.Contains(place, "of") {
				writeShards(t, dir, "model", 2, all, data)
			} else {
				writeFile(t, filepath.Join(dir, "model.safetensors"), all, data)
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, place), s.data, 0o644))
			_, err := ReadFolder(context.Background(), dir)
			require.Error(t, err, "%s as %s", name, place)
			assert.Contains(t, err.Error(), place+": it is "+s.is, name)
			assert.NotContains(t, err.Error(), "\n")
		}
		path := filepath.Join(t.TempDir(), "batch.safetensors")
		require.NoError(t, os.WriteFile(path, s.data, 0o644))
		_, err := ReadBatch(context.Background(), path, model.Config{Vocab: 5})
		assert.ErrorContains(t, err, "it is "+s.is, name)
	}
}

// A download that ended early is told from a file that is wrong, with what is missing, wherever it ended.
func TestFileThatWasCutShortSaysHowMuchIsMissing(t *testing.T) {
	whole := file(
		`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],`+
			`"data_offsets":[12,20]}}`, 20)
	header := len(whole) - 20
	for at := 9; at < len(whole); at++ {
		_, err := open(t, whole[:at])
		require.Error(t, err, at)
		assert.Contains(t, err.Error(), "cut short", at)
		if at >= header {
			assert.Contains(t, err.Error(), fmt.Sprintf(" %d bytes are missing", len(whole)-at))
		} else {
			assert.Contains(t, err.Error(), fmt.Sprintf("at least %d bytes are missing", header-at))
		}
	}
	_, err := open(t, whole)
	assert.NoError(t, err)
}

// config.json and the index are read in whatever encoding an editor saved them, with any line ends; what is written is
// UTF-8 again.
func TestTextsAreReadInEveryEncoding(t *testing.T) {
	all, data := tensors(network(t), F32)
	for name, turn := range map[string]func(text string) []byte{
		"mark":      func(text string) []byte { return []byte("\ufeff" + text) },
		"CRLF":      func(text string) []byte { return []byte(strings.ReplaceAll(text, "\n", "\r\n")) },
		"UTF-16 LE": func(text string) []byte { return sixteen("\ufeff"+text, binary.LittleEndian) },
		"UTF-16 BE": func(text string) []byte { return sixteen("\ufeff"+text, binary.BigEndian) },
	} {
		dir := folder(t)
		writeShards(t, dir, "model", 2, all, data)
		for _, place := range []string{ConfigName, "model" + indexSuffix} {
			text, err := os.ReadFile(filepath.Join(dir, place))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, place), turn(string(text)), 0o644))
		}
		f, err := ReadFolder(context.Background(), dir)
		require.NoError(t, err, name)
		assert.Equal(t, network(t).Table.Config, f.Table.Config)
		assert.NotContains(t, string(f.Config(f.Table.Config)), "\ufeff")
	}
	dir := folder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigName),
		[]byte("{\"model_type\": \"gr\xf6\xdfer\"}"), 0o644))
	_, err := ReadFolder(context.Background(), dir)
	assert.ErrorContains(t, err, "not text in UTF-8")
}

func sixteen(text string, order binary.AppendByteOrder) (b []byte) {
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// What is too large is called that, and not by what it begins with.
func TestTextThatIsTooLargeIsCalledThat(t *testing.T) {
	dir := folder(t)
	text := `{"_comment": "` + strings.Repeat("x", maxConfig) + `"}`
	require.NoError(t, os.WriteFile(filepath.Join(dir, ConfigName), []byte(text), 0o644))
	_, err := ReadFolder(context.Background(), dir)
	assert.ErrorContains(t, err, ConfigName+": it has more than the 1048576 bytes allowed")
}
