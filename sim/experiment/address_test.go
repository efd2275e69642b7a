package experiment

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAddressIsReadAsItIsPasted(t *testing.T) {
	e := Default()
	e.Seed = math.MaxUint64 - 1
	own := e.Address()
	require.Equal(t, e.Link(), own)
	lock, err := Named("lock")
	require.NoError(t, err)
	assert.Equal(t, "lock", lock.Address())
	for _, x := range []struct {
		address string
		want    Experiment
	}{{"lock", lock}, {own, e}} {
		for _, glue := range []string{"%s", "#%s", "%s.", "%s,", "%s)", "%s]", "%s>", `"%s"`, "'%s'.", "<%s>", "(%s).",
			"%s;", "%s:", "%s!", "%s?", "%s…", "“%s”", "%s%%22", "%s%%3E", "%s%%5D.", " %s ", "%s%%20",
			"%s/", "%s*", "%s?utm_source=mail", "%s&fbclid=x", "%s#story", "%s`", "%s\\"} {
			got, err := FromAddress(strings.ReplaceAll(strings.ReplaceAll(glue, "%s", x.address), "%%", "%"))
			require.NoError(t, err, glue)
			assert.Equal(t, x.want, got.e, glue)
		}
	}
	broken := own[:60] + "%0A " + own[60:]
	got, err := FromAddress(broken)
	require.NoError(t, err)
	assert.Equal(t, e, got.e, "a link that a letter has broken into lines")
	got, err = FromAddress("")
	require.NoError(t, err)
	assert.Equal(t, FirstMinute(), got.e)
	got, err = FromAddress("Lock")
	require.NoError(t, err)
	assert.Equal(t, lock, got.e)
}

func TestAMisspeltNameIsOfferedTheNearest(t *testing.T) {
	for wrong, want := range map[string]string{"lokc": "lock", "locks": "lock", "LOK": "lock", "defualt": "default",
		"sginal": "signal", "recipes": "recipe", "compte": "compute", "lokc.": "lock", "stage": "stages"} {
		_, err := FromAddress(wrong)
		var unknown Unknown
		require.ErrorAs(t, err, &unknown, wrong)
		assert.Equal(t, want, unknown.Nearest, wrong)
		assert.Contains(t, err.Error(), "did you mean "+want+"?")
	}
	for _, wrong := range []string{"something", "x", "this-is-not-an-experiment"} {
		_, err := FromAddress(wrong)
		var unknown Unknown
		require.ErrorAs(t, err, &unknown, wrong)
		assert.Empty(t, unknown.Nearest, wrong)
		assert.Contains(t, err.Error(), "there are facts, lock", wrong)
	}
}

// A damaged link never becomes another experiment, and is told in plain words.
func TestADamagedLinkIsToldInPlainWords(t *testing.T) {
	own := func() string { e := Default(); e.Seed = 1 << 40; return e.Link() }()
	for n := shortestLink; n < len(own); n += 7 {
		_, err := FromAddress(own[:n])
		assert.EqualError(t, err, "the link is damaged: its end is missing", "%d characters", n)
	}
	for _, bad := range []string{own[:50] + "!" + own[51:], own[:50] + "é" + own[50:], strings.Repeat("A", 200),
		own[:120] + own[125:]} {
		_, err := FromAddress(bad)
		require.Error(t, err)
		assert.Regexp(t, `^the link is damaged: (its end is missing|some of its characters are missing or were `+
			`changed)$`, err.Error())
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range own {
		for k := range 8 { // of the 63 others
			letter := letters[(strings.IndexByte(letters, own[i])+1+7*k)%len(letters)]
			e, err := FromAddress(own[:i] + string(letter) + own[i+1:])
			if err == nil {
				require.Equal(t, own, e.e.Link(), "%c at %d makes it another experiment", letter, i)
			}
		}
	}
}

// A link that was made before links carried a sum is read as ever.
func TestALinkWithoutASumIsRead(t *testing.T) {
	e := Default()
	e.Seed = 1 << 40
	text, err := json.Marshal(e)
	require.NoError(t, err)
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, flate.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	got, err := FromAddress(base64.RawURLEncoding.EncodeToString(buf.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, e, got.e)
}

// Whatever stands in an address gives an experiment whose own address gives it again, or an error.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"", "#lock", "lokc.", "%", "%%%22", Default().Link(), "(" + Default().Link() + ")"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		v, err := FromAddress(address)
		if err != nil {
			return
		}
		require.NoError(t, v.e.check())
		again, err := FromAddress(v.e.Address())
		require.NoError(t, err)
		assert.Equal(t, v.e.JSON(), again.e.JSON())
	})
}

func TestEscapedFragmentIsReadAsItsBytes(t *testing.T) {
	for escaped, want := range map[string]string{
		"lock": "lock", "%6cock": "lock", "%6Cock": "lock", "l%6fck%2E": "lock.", "%23lock": "#lock", "%": "%",
		"a%4": "a%4", "%zz": "%zz", "%+1": "%+1", "a+b": "a+b", "": "",
	} {
		assert.Equal(t, want, unescaped(escaped))
	}
}

func TestAnAddressWithTheOldNameOfAnExperimentLeadsToIt(t *testing.T) {
	for old, now := range renamedBuiltins {
		want, err := Named(now)
		require.NoError(t, err)
		got, err := FromAddress("#" + old)
		require.NoError(t, err)
		assert.Equal(t, want, got.e)
		assert.Equal(t, now, got.e.Address())
	}
}
