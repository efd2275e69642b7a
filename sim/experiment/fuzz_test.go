package experiment

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A link or a file leads to an experiment that is valid and comes back the same, or to an error.
func FuzzExperiment(f *testing.F) {
	for _, b := range Builtins() {
		f.Add(b.Link(), b.JSON())
	}
	for _, text := range []string{strings.Repeat("carried ", 400), strings.Repeat("not carried ", 400)} {
		e := Default().WithText(own(f, text), "a file")
		f.Add(e.Link(), e.JSON())
	}
	f.Add("x", []byte(`{"version": 1}`))
	document := Default().JSON()
	f.Add("", append([]byte("\ufeff"), document...))
	f.Add("", in16(string(document), binary.BigEndian, true))
	f.Add("", append(document, ']'))
	f.Add("", bytes.Replace(document, []byte(`"seed"`), []byte(`"Seed": 2, "seed"`), 1))
	f.Fuzz(func(t *testing.T, link string, document []byte) {
		if v, err := FromLink(link); err == nil {
			assert.NoError(t, v.e.check())
			again, err := FromLink(v.e.Link())
			require.NoError(t, err)
			assert.Equal(t, v, again)
		}
		if v, err := Parse(document); err == nil {
			again, err := Parse(v.e.JSON())
			require.NoError(t, err)
			assert.Equal(t, v, again)
			for _, k := range Knobs(v.e) {
				_ = k.Get(v.e)
			}
		}
	})
}
