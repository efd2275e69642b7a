package experiment

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/widen"
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
		assert.Equal(t, e, got.e, name)
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

// testdata/version1 was written by a program whose documents were of version 1: document.json has every key that is
// called otherwise now, builtins.json the experiments that the program brought along, and both their links.
func old(t *testing.T) (documents [][]byte, links []string) {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile("testdata/version1/" + name)
		require.NoError(t, err)
		return data
	}
	builtins := bytes.SplitAfter(read("builtins.json"), []byte("\n}\n"))
	return append(builtins[:len(builtins)-1], read("document.json")),
		append(strings.Fields(string(read("builtins.links"))), string(read("document.link")))
}

func TestDocumentsAndLinksOfVersion1AreReadAndWrittenAnewInThePresentOne(t *testing.T) {
	documents, links := old(t)
	require.Greater(t, len(documents), 10)
	require.Len(t, links, len(documents))
	for i, document := range documents {
		v, err := Parse(document)
		require.NoError(t, err, "%s", document)
		e := v.Experiment()
		assert.Equal(t, Version, e.Version)
		assert.Equal(t, string(document), string(e.Versions()[1]), "not a byte of what it says is lost")
		again, err := Parse(e.JSON())
		require.NoError(t, err)
		assert.Equal(t, v, again)
		linked, err := FromAddress(links[i])
		require.NoError(t, err)
		assert.Equal(t, v, linked)
		for path := range version1 {
			assert.NotContains(t, string(e.JSON()), "\""+path[strings.LastIndexByte(path, '.')+1:]+"\":", "an old key")
		}
	}
	v, err := Parse(documents[len(documents)-1])
	require.NoError(t, err)
	whole := v.Experiment()
	assert.Equal(t, 0.02, whole.Model.AuxLossCoef)
	assert.Equal(t, 0.002, whole.Model.ZLossCoef)
	assert.Equal(t, 0.1, whole.Optimizer.Warmup)
	assert.Equal(t, 0.05, whole.Optimizer.MinLRRatio)
	assert.Equal(t, widen.CopyScaled, whole.Arms[0].Widen[1].OptState)
	assert.Equal(t, widen.SampleNormWeights, whole.Arms[0].Widen[0].NormWeights)
	assert.Equal(t, 0.2, whole.Arms[0].Widen[0].Rewarm.Fraction)
	assert.Equal(t, 0.5, whole.Arms[1].Widen[0].Dynamics.Fraction)
}

func TestAKeyOfVersion1InAPresentDocumentIsRefusedWithTheNameThatItHasNow(t *testing.T) {
	documents, _ := old(t)
	present := bytes.Replace(documents[0], []byte(`"version": 1`), []byte(`"version": 2`), 1)
	_, err := Parse(present)
	assert.ErrorContains(t, err, `unknown field "lb_coef"; since version 2 it is called aux_loss_coef`)
	both := bytes.Replace(documents[0], []byte(`"lb_coef"`), []byte(`"aux_loss_coef": 0.5, "lb_coef"`), 1)
	_, err = Parse(both)
	assert.ErrorContains(t, err, "model.aux_loss_coef is there twice")
	assert.ErrorContains(t, err, "once by its name in version 1")
	shouted := bytes.Replace(documents[0], []byte(`"lb_coef"`), []byte(`"LB_Coef"`), 1)
	e, err := Parse(shouted)
	require.NoError(t, err)
	plain, err := Parse(documents[0])
	require.NoError(t, err)
	assert.Equal(t, plain, e, "whatever the case of a key")
	_, err = Parse(bytes.Replace(present, []byte(`"lb_coef"`), []byte(`"LB_COEF"`), 1))
	assert.ErrorContains(t, err, "since version 2 it is called aux_loss_coef")
	_, err = Parse(bytes.Replace(documents[0], []byte(`"lr"`), []byte(`"share": 1, "lr"`), 1))
	assert.ErrorContains(t, err, "of version 1")
	assert.NotContains(t, err.Error(), "is called", "nothing was renamed there")
}

func TestADocumentOfAnotherVersionIsRefusedForItsVersionAndNotForItsKeys(t *testing.T) {
	documents, _ := old(t)
	for was, number := range map[string]int{`"version": 3`: 3, `"version": 0`: 0, `"version": -1`: -1, `"v1": 1`: 0} {
		_, err := Parse(bytes.Replace(documents[0], []byte(`"version": 1`), []byte(was), 1))
		assert.EqualError(t, err, fmt.Sprintf("version is %d; this program reads versions 1 to 2", number))
	}
}
