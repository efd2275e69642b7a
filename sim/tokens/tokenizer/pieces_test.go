package tokenizer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pieces reads all of a text, and where stopped was said.
func pieces(t testing.TB, in io.Reader, stop int64) (all []string, before int, err error) {
	p := NewPieces(in)
	p.StopAt(stop)
	for {
		text, _, stopped, err := p.Next()
		if errors.Is(err, io.EOF) {
			return all, before, nil
		}
		if err != nil {
			return all, before, err
		}
		if all = append(all, text); stopped {
			before = len(strings.Join(all, ""))
		}
	}
}

// However a text is read, its pieces are the text, with its lines ended by newlines and without a mark.
func TestPiecesAreTheText(t *testing.T) {
	long := strings.Repeat("größer als das Licht 光\r\nand\rso  on, 1704\r\n\r\n", 20000)
	want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(long)
	for name, in := range map[string]io.Reader{
		"at once": strings.NewReader(long), "after a mark": strings.NewReader(mark + mark + long),
		"byte by byte": iotest.OneByteReader(strings.NewReader(long)),
	} {
		all, _, err := pieces(t, in, 0)
		require.NoError(t, err)
		require.Equal(t, want, strings.Join(all, ""), name)
		assert.Greater(t, len(all), 3)
		for _, p := range all[1:] {
			assert.Contains(t, " \n", p[:1], "a piece begins where a word ended")
		}
	}
	for text, want := range map[string]string{"a": "a", "": "", "\r": "\n", mark: "", "a\r": "a\n", "a b": "a b"} {
		all, _, err := pieces(t, strings.NewReader(text), 0)
		require.NoError(t, err)
		assert.Equal(t, want, strings.Join(all, ""))
	}
}

// The tokens of the pieces are those of the whole.
func TestTokensOfPiecesAreThoseOfTheWhole(t *testing.T) {
	text := ""
	for _, v := range kept[[]struct{ Text string }](t, "vectors.json") {
		text += v.Text + " end\n"
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	for name, parts := range kept[map[string]map[string]any](t, "variants.json") {
		tok, err := Read(changed(t, parts))
		require.NoError(t, err)
		want, err := tok.Encode(nil, text)
		require.NoError(t, err)
		var got []uint16
		for rest := text; rest != ""; {
			n := cut([]byte(rest[:min(len(rest), 90)]))
			if n == 0 || len(rest) < 90 {
				n = len(rest)
			}
			got, err = tok.Encode(got, rest[:n])
			require.NoError(t, err)
			rest = rest[n:]
		}
		assert.Equal(t, want, got, name)
	}
}

func TestAPieceEndsWhereItIsAskedTo(t *testing.T) {
	text := strings.Repeat("rays of light ", 40000)
	for _, stop := range []int64{1, 13, 14, 100_000, readBytes, readBytes + 1, 500_000} {
		all, before, err := pieces(t, strings.NewReader(text), stop)
		require.NoError(t, err)
		assert.Equal(t, text, strings.Join(all, ""))
		assert.LessOrEqual(t, before, int(stop))
		assert.Greater(t, before, int(stop)-9, "a word ends near")
	}
}

// What is no text is said with the byte, counted from 0, at which that shows.
func TestWhatIsNoTextIsRefusedWithItsPlace(t *testing.T) {
	lines := strings.Repeat("light\r\n", 60000) // beyond what is read at once
	for want, text := range map[string]string{
		"its byte 3 is not UTF-8":      "abc\xffdef",
		"its byte 420002 is not UTF-8": lines + "ab\xe5\x85",
		"its byte 6 is not UTF-8":      mark + "abc\xc3(",
		"its byte 420001 is 0":         lines + "a\x00",
		"its byte 0 is not UTF-8":      "\xff\xfea\x00",
	} {
		_, _, err := pieces(t, strings.NewReader(text), 0)
		assert.ErrorContains(t, err, want)
		_, _, err = pieces(t, iotest.OneByteReader(strings.NewReader(text)), 0)
		assert.ErrorContains(t, err, want)
	}
	_, _, err := pieces(t, bytes.NewReader(bytes.Repeat([]byte("=-"), maxPiece)), 0)
	assert.ErrorContains(t, err, "no word ends within the")
	_, _, err = pieces(t, iotest.ErrReader(errors.New("gone")), 0)
	assert.ErrorContains(t, err, "gone")
}

// Whatever bytes are given, pieces are valid and together what the same bytes are without carriage returns, or refused.
func FuzzPieces(f *testing.F) {
	f.Add([]byte("rays\r\nof light"), int64(5))
	f.Add([]byte(mark+"\r光\xe5"), int64(0))
	f.Fuzz(func(t *testing.T, data []byte, stop int64) {
		all, _, err := pieces(t, bytes.NewReader(data), stop)
		again, _, err2 := pieces(t, iotest.OneByteReader(bytes.NewReader(data)), 0)
		require.Equal(t, err == nil, err2 == nil)
		if err == nil {
			assert.Equal(t, strings.Join(again, ""), strings.Join(all, ""))
			assert.NotContains(t, strings.Join(all, ""), "\r")
		}
	})
}
