package experiment

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// in16 is a text in UTF-16, with a byte order mark or without.
func in16(text string, order binary.AppendByteOrder, mark bool) []byte {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xfeff)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func TestDocumentIsReadInWhateverEncodingAnEditorSavedIt(t *testing.T) {
	e := Default()
	e.Name, e.Arms[0].Name = "Größe 宽度 𝛽", "тест"
	want := e.JSON()
	for name, data := range map[string][]byte{
		"as it is":                         want,
		"with a byte order mark":           append([]byte("\ufeff"), want...),
		"with lines as Windows ends them":  bytes.ReplaceAll(want, []byte("\n"), []byte("\r\n")),
		"as an old Mac ended them":         bytes.ReplaceAll(want, []byte("\n"), []byte("\r")),
		"without a last line end":          bytes.TrimSpace(want),
		"with empty lines around it":       append([]byte("\r\n \n"), append(want, "\n\t\n"...)...),
		"UTF-16, little end first":         in16(string(want), binary.LittleEndian, true),
		"UTF-16, big end first":            in16(string(want), binary.BigEndian, true),
		"UTF-16, little end first, no BOM": in16(string(want), binary.LittleEndian, false),
		"UTF-16, Windows line ends": in16(strings.ReplaceAll(string(want), "\n", "\r\n"),
			binary.LittleEndian, true),
	} {
		got, err := Parse(data)
		require.NoError(t, err, name)
		assert.Equal(t, e, got, name)
	}
	for name, data := range map[string][]byte{
		"another encoding":      bytes.ReplaceAll(want, []byte("ö"), []byte{0xf6}),
		"half a UTF-16 letter":  append(in16(string(want), binary.LittleEndian, true), 'x'),
		"a mark and nothing":    []byte("\ufeff"),
		"two byte order marks":  append([]byte("\ufeff\ufeff"), want...),
		"a mark that is within": bytes.Replace(want, []byte(`"seed"`), []byte("\ufeff\"seed\""), 1),
	} {
		_, err := Parse(data)
		assert.Error(t, err, name)
	}
}

func TestDocumentThatCouldMeanAnotherIsRefusedWithThePlace(t *testing.T) {
	doc := string(Default().JSON())
	require.Contains(t, doc, "\"seed\": 1,\n")
	put := func(after, more string) string {
		out := strings.Replace(doc, after, after+more, 1)
		require.NotEqual(t, doc, out, after)
		return out
	}
	lines := strings.Count(doc, "\n")
	for document, want := range map[string]string{
		doc + "]":       "in line " + strconv.Itoa(lines+1) + " more follows",
		doc + "}":       "in line " + strconv.Itoa(lines+1) + " more follows",
		doc + "\n\n {}": "in line " + strconv.Itoa(lines+3) + " more follows",
		doc + doc:       "in line " + strconv.Itoa(lines+1) + " more follows",
		doc + "x":       "in line " + strconv.Itoa(lines+1) + " more follows",
		doc + "\x00":    "in line " + strconv.Itoa(lines+1) + " more follows",
		doc + ",":       "in line " + strconv.Itoa(lines+1) + " more follows",
		put("\"seed\": 1,", "\n\"seed\": 1,"): "seed is there twice, the second time in line " +
			strconv.Itoa(1+strings.Count(doc[:strings.Index(doc, "\"seed\"")], "\n")+1),
		put("\"seed\": 1,", "\"Seed\": 2,"): "seed is there twice, the second time in line " +
			strconv.Itoa(1+strings.Count(doc[:strings.Index(doc, "\"seed\"")], "\n")) + ", spelt Seed",
		put("\"optimizer\": {", "\"lr\": 5,"):               "optimizer.lr is there twice",
		put("\"hidden\": 32,", "\"hIdden\": 64,"):           "model.hidden is there twice",
		put("\"name\": \"Small\",", "\"name\": \"Other\","): "arms[0].name is there twice",
		put("\"factor\": 2,", "\"\\u0066actor\": 3,"):       "arms[1].widen[0].factor is there twice",
		put("\"rewarm\": {", "\"scope\": \"all\","):         "arms[1].widen[0].rewarm.scope is there twice",
		put("\"seed\": 1,", "\"seeds\": 1,"):                "unknown field",
		"[" + doc + "]":                                     "not valid JSON",
	} {
		_, err := Parse([]byte(document))
		assert.ErrorContains(t, err, want)
	}
	// What is the same word in two places is not twice in one.
	_, err := Parse([]byte(doc))
	assert.NoError(t, err)
	deep := strings.Replace(doc, "\"seed\": 1,", "\"seed\": "+
		strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+",", 1)
	_, err = Parse([]byte(deep))
	assert.Error(t, err)
}
