package tokens

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/sparkling-lab/sparkling/internal/input"
)

// shard is one open file.
type shard struct {
	layout
	path string // as the document names it
	file source
	sum  uint32 // CRC-32C of its tokens
}

// source is what is needed of a file. Tests put one in its place that fails.
type source interface {
	io.ReaderAt
	io.Closer
}

// castagnoli is the polynomial of sums: machines have an instruction for it.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openShard opens the file at place, which the document names path, and finds its tokens.
func openShard(path, place string) (s *shard, err error) {
	defer func() {
		if err != nil {
			err = unreadable(path, err)
		}
	}()
	f, err := input.Regular(place)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	head := make([]byte, min(headerBytes, info.Size()))
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, err
	}
	l, err := layoutOf(head, info.Size())
	return &shard{layout: l, path: path, file: f}, err
}

// unreadable says which file it is that has no use.
func unreadable(path string, err error) error {
	if why := (*os.PathError)(nil); errors.As(err, &why) {
		err = why.Err
	}
	return fmt.Errorf("the token file %s cannot be used: %w", path, err)
}

// chunk is how many bytes a check reads at a time.
const chunk = 1 << 20

// check reads all tokens of the file once, errs where one is not below symbols, and calls step with the number of bytes
// after every chunk. buf has [chunk] bytes.
func (s *shard) check(ctx context.Context, symbols int, buf []byte, step func(bytes int)) error {
	for at := int64(0); at < s.tokens; {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := buf[:min(int64(len(buf)), (s.tokens-at)*tokenBytes)]
		if err := s.read(at, part); err != nil {
			return err
		}
		if i := above(part, symbols); i >= 0 {
			return s.foreign(at+int64(i), binary.LittleEndian.Uint16(part[i*tokenBytes:]), symbols)
		}
		s.sum = crc32.Update(s.sum, castagnoli, part)
		at += int64(len(part) / tokenBytes)
		step(len(part))
	}
	return nil
}

// above is the place of the first token that is not below symbols, -1 where all are.
func above(data []byte, symbols int) int {
	if symbols >= MaxSymbols {
		return -1
	}
	for i := 0; i+1 < len(data); i += tokenBytes {
		if int(binary.LittleEndian.Uint16(data[i:])) >= symbols {
			return i / tokenBytes
		}
	}
	return -1
}

func (s *shard) foreign(at int64, id uint16, symbols int) error {
	return fmt.Errorf("the token file %s has the token %d at position %d; with task.symbols %d allowed are 0 to %d",
		s.path, id, at, symbols, symbols-1)
}

// read fills data with the tokens from one on.
func (s *shard) read(at int64, data []byte) error {
	_, err := s.file.ReadAt(data, s.at+at*tokenBytes)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the token file %s has become shorter than it was when it was opened", s.path)
	case err != nil:
		return unreadable(s.path, err)
	}
	return nil
}
