// Package typed turns text that a person typed, pasted or saved with an editor into the UTF-8 that parsers read. It
// knows encodings and nothing of what the text says.
package typed

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF8 is the text without a byte order mark, and turned where it is UTF-16: by its mark, or because a document of ours
// begins with a character below 128, which UTF-16 spells with a zero beside it. It errs where the text is neither.
func UTF8(text []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(text, []byte{0xef, 0xbb, 0xbf}):
		text = text[3:]
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		return fromUTF16(text[2:], binary.LittleEndian)
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		return fromUTF16(text[2:], binary.BigEndian)
	case len(text) > 1 && text[0] != 0 && text[1] == 0:
		return fromUTF16(text, binary.LittleEndian)
	case len(text) > 1 && text[0] == 0 && text[1] != 0:
		return fromUTF16(text, binary.BigEndian)
	}
	if !utf8.Valid(text) {
		return nil, errors.New("it is not text in UTF-8")
	}
	return text, nil
}

func fromUTF16(text []byte, order binary.ByteOrder) ([]byte, error) {
	if len(text)%2 != 0 {
		return nil, errors.New("it is UTF-16 that ends within a character")
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16(text[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}
