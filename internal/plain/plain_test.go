package plain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatActsIsSpeltOutAndAllElseStays(t *testing.T) {
	for text, want := range map[string]string{
		"SPARKLING, 2×":        "SPARKLING, 2×",
		"스파클링 עברית 👩‍👧 é":     "스파클링 עברית 👩‍👧 é",
		"a\x1b[31mred\x1b[0m":  `a\u001b[31mred\u001b[0m`,
		"two\nlines\r\n":       `two\u000alines\u000d\u000a`,
		"\u009b2J":             `\u009b2J`,
		"nul\x00 del\x7f":      `nul\u0000 del\u007f`,
		"exe\u202egpj.x":       `exe\u202egpj.x`,
		"\u2066isolated\u2069": `\u2066isolated\u2069`,
		"\u2028\u2029\ufeff":   `\u2028\u2029\ufeff`,
		"cut\xff\xc3":          "cut\ufffd\ufffd",
		"":                     "",
	} {
		assert.Equal(t, want, Line(text))
		assert.Equal(t, Line(text), Line(Line(text)))
	}
}

func TestCellOfATableIsNoFormula(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "  =1": "'  =1", "＝1": "'＝1",
		"\t=1": `\u0009=1`, "\r=1": `\u000d=1`,
		"Copy": "Copy", "2=2": "2=2", "": "", " ": " ",
	} {
		assert.Equal(t, want, Cell(text))
	}
}

func TestWritersLetLinesThroughAndNothingElseThatActs(t *testing.T) {
	var text, messages bytes.Buffer
	n, err := fmt.Fprint(Text(&text), "a\tb\n\x1bc\n")
	require.NoError(t, err)
	assert.Equal(t, 7, n)
	assert.Equal(t, "a\tb\n\\u001bc\n", text.String())
	_, err = fmt.Fprintln(Messages(&messages), "no file \"a\nb\x1b\"")
	require.NoError(t, err)
	assert.Equal(t, "no file \"a\\u000ab\\u001b\"\n", messages.String())

	// JSON stays the same JSON.
	name := "\u009b \u202e \x7f \x1b \n"
	var out bytes.Buffer
	require.NoError(t, json.NewEncoder(Text(&out)).Encode(name))
	var again string
	require.NoError(t, json.Unmarshal(out.Bytes(), &again))
	assert.Equal(t, name, again)
	assert.False(t, strings.ContainsFunc(strings.TrimSuffix(out.String(), "\n"), acts))
}

func FuzzLine(f *testing.F) {
	f.Add("a\x1b]0;title\x07")
	f.Add("=cmd|' /C calc'!A0")
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{Line(s), Cell(s)} {
			assert.True(t, utf8.ValidString(got))
			assert.False(t, strings.ContainsFunc(got, unicode.IsControl))
		}
	})
}
