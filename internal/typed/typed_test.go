package typed

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// units is a text in UTF-16 of either order.
func units(text string, order binary.AppendByteOrder) (b []byte) {
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// However an editor saved it, the text is the same.
func TestTheSameTextComesOfEveryEncoding(t *testing.T) {
	const text = "{\"name\": \"größer 大 🙂\"}\r\n"
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with a mark": []byte("\ufeff" + text),
		"UTF-16 LE with a mark": units("\ufeff"+text, binary.LittleEndian),
		"UTF-16 BE with a mark": units("\ufeff"+text, binary.BigEndian),
		"UTF-16 LE":             units(text, binary.LittleEndian), "UTF-16 BE": units(text, binary.BigEndian),
	} {
		got, err := UTF8(data)
		require.NoError(t, err, name)
		assert.Equal(t, text, string(got), name)
	}
	for _, short := range []string{"", "7"} {
		got, err := UTF8([]byte(short))
		require.NoError(t, err)
		assert.Equal(t, short, string(got))
	}
	for _, data := range [][]byte{{0xff, 0xfe, '{'}, []byte("gr\xf6\xdfer"), {'{', 0, 'x'}} {
		_, err := UTF8(data)
		assert.Error(t, err, "%x", data)
	}
}

// Whatever the bytes, what comes is UTF-8 without a mark, or an error.
func FuzzUTF8(f *testing.F) {
	for _, seed := range []string{"{}", "\ufeff{}", "\xff\xfe{\x00}\x00", "\xfe\xff\x00{\x00}", "\x00{", "{\x00\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := UTF8(data)
		if err == nil {
			assert.Equal(t, string(text), strings.ToValidUTF8(string(text), "?"))
		}
	})
}
