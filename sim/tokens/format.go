package tokens

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// Format is how tokens are kept in a file. Both have a token as an unsigned number of 16 bits, the low byte first.
type Format string

// The formats.
const (
	NanoGPT Format = "nanogpt" // tokens and nothing else, as nanoGPT's prepare.py writes them
	LLMC    Format = "llm.c"   // 1,024 bytes of header before them, as llm.c's data scripts write them
)

// Formats lists all.
var Formats = []Format{LLMC, NanoGPT}

// MaxSymbols is how many tokens 16 bits can tell apart.
const MaxSymbols = 1 << 16

// The header of llm.c's files: 256 numbers of 32 bits, the low byte first, of which three say something.
const (
	headerBytes = 256 * 4
	magic       = 20240520 // of files of 16 bits a token
	magicWide   = 20240801 // of those of 32
	version     = 1
	// Every kind of llm.c's files begins with the day on which it was made up, and a version.
	firstDate, lastDate, lastVersion = 20240101, 20291231, 15
)

// tokenBytes is the size of a token.
const tokenBytes = 2

// layout is where the tokens of a file are.
type layout struct {
	format Format
	at     int64 // of the first
	tokens int64
}

// others begin files that are no token files and that people have beside them.
var others = []struct{ begin, is string }{
	{"\x93NUMPY", "a NumPy array with its header (write it with tofile)"},
	{"MMIDIDX\x00\x00", "the index of Megatron's token files (name the .bin file beside it)"},
}

// layoutOf finds the tokens of a file of size bytes that begins with head, of [headerBytes] or, where the file is
// shorter, of all of it. A file that begins with the magic number of llm.c is one of llm.c's: to be another's it would
// have to begin with the tokens 55432 and 308, of which no tokenizer of up to 55,432 symbols has the first. Neither is
// a file taken for another's that begins with another day and a version: its third and fourth token would have to be a
// small number and 0 besides.
func layoutOf(head []byte, size int64) (layout, error) {
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o.begin)) {
			return layout{}, fmt.Errorf("it is %s", o.is)
		}
	}
	number := func(i int) int32 {
		if len(head) < 4*(i+1) {
			return 0
		}
		return int32(binary.LittleEndian.Uint32(head[4*i:]))
	}
	switch number(0) {
	case magicWide:
		return layout{}, fmt.Errorf("its tokens have 32 bits (llm.c's magic number %d); 16 are read", magicWide)
	case magic:
		return headed(number(1), int64(number(2)), size)
	}
	if n, v := number(0), number(1); n >= firstDate && n <= lastDate && v >= 1 && v <= lastVersion &&
		size >= headerBytes {
		return layout{}, fmt.Errorf("it begins with the number %d and version %d, as llm.c's files of another kind "+
			"do; read are those that begin with %d", n, v, magic)
	}
	switch {
	case size == 0:
		return layout{}, fmt.Errorf("it is empty")
	case size%tokenBytes != 0:
		return layout{}, fmt.Errorf("it has %d bytes, an odd number; a token takes %d", size, tokenBytes)
	}
	return layout{NanoGPT, 0, size / tokenBytes}, nil
}

// headed is the layout of a file of llm.c's.
func headed(v int32, tokens, size int64) (layout, error) {
	want := headerBytes + tokens*tokenBytes
	switch {
	case size < headerBytes:
		return layout{}, fmt.Errorf("it has %d bytes; the header of llm.c's files alone has %d", size, headerBytes)
	case v != version:
		return layout{}, fmt.Errorf("its header says version %d of llm.c's files; version %d is read", v, version)
	case tokens < 1:
		return layout{}, fmt.Errorf("its header says that it has %d tokens; at least one is needed", tokens)
	case size != want:
		return layout{}, fmt.Errorf("its header says that it has %d tokens, which make %d bytes; it has %d", tokens,
			want, size)
	}
	return layout{LLMC, headerBytes, tokens}, nil
}

// header begins a file of so many tokens.
func (f Format) header(tokens int64) ([]byte, error) {
	if f == NanoGPT {
		return nil, nil
	}
	if tokens > math.MaxInt32 {
		return nil, fmt.Errorf("one file of llm.c's has at most %d tokens; use smaller shards", math.MaxInt32)
	}
	head := make([]byte, headerBytes)
	for i, n := range []uint32{magic, version, uint32(tokens)} {
		binary.LittleEndian.PutUint32(head[4*i:], n)
	}
	return head, nil
}
